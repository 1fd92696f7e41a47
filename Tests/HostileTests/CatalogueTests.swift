// SPDX-License-Identifier: Apache-2.0
import Testing

@Suite("Hostile catalogue, in memory")
struct CatalogueTests {
    @Test("does what the RFCs ask of each attack", arguments: Case.all)
    func plays(_ subject: Case) {
        var player = Player(subject)
        for (index, step) in subject.steps.enumerated() {
            let faults = player.play(step)
            #expect(faults == [], "step \(index + 1)")
        }
    }

    @Test("is all there")
    func count() {
        #expect(Case.all.count >= 300)
    }
}
