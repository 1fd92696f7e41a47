// SPDX-License-Identifier: Apache-2.0

package import Signaling
internal import Wire

/// The table `people`.
struct PersonTable: ~Copyable {
    private let insert: Statement
    private let select: Statement

    init(on connection: borrowing Connection) throws(StoreError) {
        let insert = try connection.prepare("INSERT INTO people VALUES (?, ?, ?, ?)")
        let select = try connection.prepare("SELECT * FROM people")
        self.insert = insert
        self.select = select
    }

    func add(_ person: PersonRecord) throws(StoreError) {
        try insert.run([
            .text(person.id), .text(person.name.description), .blob(person.secretHash),
            .integer(person.createdAt.milliseconds),
        ])
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
