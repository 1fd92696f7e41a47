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
    private var bans: [String: PersonBan] = [:]
    private var random: RandomStream

    package init(limit: Int = 1_000_000, random: consuming RandomStream) {
        self.limit = limit
        self.random = random
    }

    /// Takes in those who were persisted before a restart.
    package mutating func restore(_ restored: [PersonRecord], _ banned: [PersonBan] = []) {
        for record in restored { records[record.id] = record }
        for ban in banned { bans[ban.person] = ban }
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

    /// Takes back a person, whose record could not be written or whom the operator deletes.
    package mutating func withdraw(_ id: String) {
        records[id] = nil
        bans[id] = nil
    }

    /// Whom the operator does not want here, among those who show the right secret.
    package func ban(of id: String, secret: String) -> PersonBan? {
        guard let ban = bans[id], let record = records[id] else { return nil }
        return ConstantTime.equal(Self.hash(secret).span, record.secretHash.span) ? ban : nil
    }

    /// The person who shows the right secret and is not banned. That somebody does not exist takes the same time to find out.
    package func authenticate(_ id: String, secret: String) -> Person? {
        let hash = Self.hash(secret)
        let record = records[id]
        let expected = record?.secretHash ?? Self.nobody
        let isRight = ConstantTime.equal(hash.span, expected.span)
        guard isRight, let record, bans[id] == nil else { return nil }
        return Person(id: record.id, name: record.name)
    }

    /// Who somebody is, without asking for a secret.
    package func person(_ id: String) -> Person? {
        records[id].map { Person(id: $0.id, name: $0.name) }
    }

    // MARK: The operator

    /// Everybody, in no order.
    package var ids: [String] { Array(records.keys) }

    /// A person as the operator sees them; nil where there is none.
    package func entry(of id: String) -> [JSON.Member]? {
        guard let record = records[id] else { return nil }
        let ban: JSON =
            bans[id].map { ["at": .string("\($0.at)"), "reason": $0.reason.map { .string($0) } ?? .null] } ?? .null
        return [
            .init("id", .string(id)), .init("name", .string("\(record.name)")),
            .init("createdAt", .string("\(record.createdAt)")), .init("banned", ban),
        ]
    }

    /// Lets a person in nowhere any more.
    package mutating func ban(_ ban: PersonBan) { bans[ban.person] = ban }

    /// Lets them in again; false when they were not banned.
    package mutating func forgive(_ id: String) -> Bool { bans.removeValue(forKey: id) != nil }

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

/// Somebody whom the operator does not want on this server.
package struct PersonBan: Hashable, Sendable {
    package let person: String
    package let reason: String?
    package let at: UnixTime

    package init(person: String, reason: String?, at: UnixTime) {
        (self.person, self.reason, self.at) = (person, reason, at)
    }
}

/// Tells who shows the right secret; the driver asks ``People``, which other machines share.
package typealias Authenticate = (_ userID: String, _ secret: String) -> Person?
