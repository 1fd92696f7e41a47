// SPDX-License-Identifier: Apache-2.0

/// Whether calls can be made right now, asked of everything that they need.
final class Readiness {
    private let relay: RelayCheck?
    private let records: StoredRooms

    /// - Parameter relay: Nil where no relay is served, so that none is missed.
    init(relay: RelayCheck?, records: StoredRooms) { (self.relay, self.records) = (relay, records) }

    /// Answers with what is wrong, in sentences; with nothing when calls can be made.
    func ask(_ answer: @escaping (_ reasons: [String]) -> Void) {
        let stored = records.trouble.map { ["Rooms are not being stored: \($0)."] } ?? []
        guard let relay else { return answer(stored) }
        relay.ask { failure in answer(stored + (failure.map { ["The relay does not work: \($0)."] } ?? [])) }
    }
}
