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

    init(records: Records, remembered: [PersonRecord]) {
        self.records = records
        machine = People(random: RandomStream(seed: Randomness.bytes(32)))
        machine.restore(remembered)
    }

    /// Takes over what a database holds, beside those who are there.
    func restore(_ remembered: [PersonRecord]) { machine.restore(remembered) }

    func authenticate(_ id: String, _ secret: String) -> Person? { machine.authenticate(id, secret: secret) }

    func person(_ id: String) -> Person? { machine.person(id) }

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
