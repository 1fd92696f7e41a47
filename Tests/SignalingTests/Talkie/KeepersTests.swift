// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Signaling

@Suite("Rooms that keep a talk")
struct KeepersTests {
    private func name(_ number: Int) throws -> Name { try #require(Name("room \(number)")) }

    @Test("are let go of in the order in which they began, and counted together")
    func order() throws {
        var keepers = Keepers()
        for number in 0..<5 { keepers.note(100, of: try name(number)) }
        keepers.note(300, of: try name(0))
        keepers.note(0, of: try name(1))
        #expect(keepers.total == 600)
        // Who began anew is the last.
        keepers.note(50, of: try name(1))
        var left: [Name] = []
        while let next = keepers.takeFirst() { left.append(next) }
        #expect(left == [try name(0), try name(2), try name(3), try name(4), try name(1)])
        #expect(keepers.total == 0)
    }

    @Test("cost no more memory than twice as many places as there are rooms, however often they come and go")
    func places() throws {
        var keepers = Keepers()
        for number in 0..<100 { keepers.note(1, of: try name(number)) }
        for round in 1...10_000 {
            keepers.note(0, of: try name(round % 100))
            keepers.note(round, of: try name(round % 100))
        }
        #expect(keepers.places <= 201)
    }
}
