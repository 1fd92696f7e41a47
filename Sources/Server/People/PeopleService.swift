// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Engine
internal import Signaling
internal import Wire

/// Keeps who the people of this server are, for everybody on the web loop who asks.
final class PeopleService {
    /// Why a person was not made.
    enum Failure: Error, Hashable {
        case tooManyPeople
        /// The record could not be written.
        case notStored
    }

    private var machine: People
    private let records: Records

    init(records: Records, remembered: Remembered) {
        self.records = records
        machine = People(random: RandomStream(seed: Randomness.bytes(32)))
        restore(remembered)
    }

    /// Takes over what a database holds, beside those who are there.
    func restore(_ remembered: Remembered) { machine.restore(remembered.people, remembered.bannedPeople) }

    func authenticate(_ id: String, _ secret: String) -> Person? { machine.authenticate(id, secret: secret) }

    func person(_ id: String) -> Person? { machine.person(id) }

    /// Why somebody who has shown the right secret is not let in; nil for everybody else.
    func ban(of id: String, _ secret: String) -> PersonBan? { machine.ban(of: id, secret: secret) }

    // MARK: - The operator

    var ids: [String] { machine.ids }

    func entry(of id: String) -> [JSON.Member]? { machine.entry(of: id) }

    func ban(_ ban: PersonBan) {
        machine.ban(ban)
        records.write(.banPerson(ban))
    }

    /// Lifts a ban; false when there was none.
    func forgive(_ id: String) -> Bool {
        guard machine.forgive(id) else { return false }
        records.write(.forgivePerson(id: id))
        return true
    }

    func delete(_ id: String) {
        machine.withdraw(id)
        records.write(.forgetPerson(id: id))
    }

    /// Makes a person and answers once the record is on the disk.
    func create(
        _ name: Name, now: UnixTime, answer: @escaping (Result<People.NewPerson, Failure>) -> Void
    ) {
        guard let person = machine.create(name, now: now) else { return answer(.failure(.tooManyPeople)) }
        records.write(.person(person.record))
        records.whenWritten { [self] isWritten in
            if !isWritten { machine.withdraw(person.record.id) }
            answer(isWritten ? .success(person) : .failure(.notStored))
        }
    }
}
