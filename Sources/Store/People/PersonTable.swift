// SPDX-License-Identifier: Apache-2.0

package import Signaling
internal import Wire

/// The tables `people` and `banned_people`.
struct PersonTable: ~Copyable {
    private let insert: Statement
    private let select: Statement
    private let delete: Statement
    private let ban: Statement
    private let forgive: Statement
    private let selectBans: Statement

    init(on connection: borrowing Connection) throws(StoreError) {
        let insert = try connection.prepare("INSERT INTO people VALUES (?, ?, ?, ?)")
        let select = try connection.prepare("SELECT * FROM people")
        let delete = try connection.prepare("DELETE FROM people WHERE id = ?")
        let ban = try connection.prepare("INSERT OR REPLACE INTO banned_people VALUES (?, ?, ?)")
        let forgive = try connection.prepare("DELETE FROM banned_people WHERE person = ?")
        let selectBans = try connection.prepare("SELECT * FROM banned_people")
        self.insert = insert
        self.select = select
        self.delete = delete
        self.ban = ban
        self.forgive = forgive
        self.selectBans = selectBans
    }

    func add(_ person: PersonRecord) throws(StoreError) {
        try insert.run([
            .text(person.id), .text(person.name.description), .blob(person.secretHash),
            .integer(person.createdAt.milliseconds),
        ])
    }

    func delete(_ id: String) throws(StoreError) {
        try delete.run([.text(id)])
        try forgive(id)
    }

    func ban(_ ban: PersonBan) throws(StoreError) {
        try self.ban.run([
            .text(ban.person), ban.reason.map { .text($0) } ?? .null, .integer(ban.at.milliseconds),
        ])
    }

    func forgive(_ id: String) throws(StoreError) { try forgive.run([.text(id)]) }

    func bans() throws(StoreError) -> [PersonBan] {
        try selectBans.all { (row) throws(StoreError) in
            PersonBan(
                person: row.text(0), reason: row.isNull(1) ? nil : row.text(1),
                at: UnixTime(milliseconds: row.integer(2)))
        }
    }

    func all() throws(StoreError) -> [PersonRecord] {
        try select.all { (row) throws(StoreError) in
            PersonRecord(
                id: row.text(0), name: try row.name(1), secretHash: row.blob(2),
                createdAt: UnixTime(milliseconds: row.integer(3)))
        }
    }
}

extension Store {
    /// Writes a person who was just made.
    package func add(_ person: PersonRecord) throws(StoreError) { try people.add(person) }

    /// Forgets a person, and that they were banned.
    package func deletePerson(_ id: String) throws(StoreError) { try people.delete(id) }

    /// Writes that the operator does not want somebody.
    package func ban(_ ban: PersonBan) throws(StoreError) { try people.ban(ban) }

    /// Takes that back.
    package func forgivePerson(_ id: String) throws(StoreError) { try people.forgive(id) }

    /// Whom the operator does not want.
    package func allPersonBans() throws(StoreError) -> [PersonBan] { try people.bans() }

    /// Everybody: what ``People`` is given at start.
    package func allPeople() throws(StoreError) -> [PersonRecord] { try people.all() }
}

extension Statement {
    /// A name in a column; one that may not be a name was not written by Sterna.
    borrowing func name(_ column: Int32) throws(StoreError) -> Name {
        guard let name = Name(text(column)) else {
            throw StoreError(.corrupt, while: "reading a name", detail: "“\(text(column).debugDescription)” is none")
        }
        return name
    }
}
