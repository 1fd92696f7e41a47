// SPDX-License-Identifier: Apache-2.0

package import Crypto
package import Wire

/// Persons without registration (API §2 `/api/users`): a name, an identity and a secret that is kept on their devices.
package struct People: ~Copyable {
    /// A person who was just made; the only time that the secret is seen.
    package struct NewPerson: Hashable, Sendable {
        package let record: PersonRecord
        package let secret: String
    }

    /// Persons in memory.
    package var limit: Int
    private var records: [String: PersonRecord] = [:]
    private var random: RandomStream

    package init(limit: Int = 1_000_000, random: consuming RandomStream) {
        self.limit = limit
        self.random = random
    }

    /// Takes in those who were persisted before a restart.
    package mutating func restore(_ restored: [PersonRecord]) {
        for record in restored { records[record.id] = record }
    }

    /// Makes a person, whose record is to be persisted before anybody is told; nil when there are too many.
    package mutating func create(_ name: Name, now: UnixTime) -> NewPerson? {
        guard records.count < limit else { return nil }
        let secret = Base58.encode(random.bytes(24))
        let record = PersonRecord(
            id: Base58.encode(random.bytes(12)), name: name, secretHash: Self.hash(secret), createdAt: now)
        records[record.id] = record
        return NewPerson(record: record, secret: secret)
    }

    /// Takes back a person whose record could not be written.
    package mutating func withdraw(_ id: String) { records[id] = nil }

    /// The person who shows the right secret. That somebody does not exist takes the same time to find out.
    package func authenticate(_ id: String, secret: String) -> Person? {
        let hash = Self.hash(secret)
        let record = records[id]
        let expected = record?.secretHash ?? Self.nobody
        let isRight = ConstantTime.equal(hash.span, expected.span)
        guard isRight, let record else { return nil }
        return Person(id: record.id, name: record.name)
    }

    /// Who somebody is, without asking for a secret.
    package func person(_ id: String) -> Person? {
        records[id].map { Person(id: $0.id, name: $0.name) }
    }

    private static let nobody = [UInt8](repeating: 0, count: 32)

    private static func hash(_ secret: String) -> [UInt8] { HashFunction.sha256.digest(Array(secret.utf8)).array }
}

/// Somebody who has shown who they are.
package struct Person: Hashable, Sendable {
    package let id: String
    package let name: Name

    package init(id: String, name: Name) { (self.id, self.name) = (id, name) }
}

/// What is kept of a person on disk.
package struct PersonRecord: Hashable, Sendable {
    package let id: String
    package let name: Name
    /// SHA-256 of the secret.
    package let secretHash: [UInt8]
    package let createdAt: UnixTime

    package init(id: String, name: Name, secretHash: [UInt8], createdAt: UnixTime) {
        (self.id, self.name, self.secretHash, self.createdAt) = (id, name, secretHash, createdAt)
    }
}

/// Tells who shows the right secret; the driver asks ``People``, which other machines share.
package typealias Authenticate = (_ userID: String, _ secret: String) -> Person?
