// SPDX-License-Identifier: Apache-2.0

package import Wire

/// A picture that somebody put into a channel.
package struct ImageRecord: Hashable, Sendable {
    /// What its link holds: whoever has it sees the picture.
    package let id: String
    /// The person who may delete it.
    package let owner: String
    /// The media type that its first bytes say.
    package let type: String
    package let createdAt: UnixTime
    package let bytes: [UInt8]

    package init(id: String, owner: String, type: String, createdAt: UnixTime, bytes: [UInt8]) {
        (self.id, self.owner, self.type, self.createdAt, self.bytes) = (id, owner, type, createdAt, bytes)
    }
}

/// The table `images`.
struct ImageTable: ~Copyable {
    private let insert: Statement
    private let delete: Statement
    private let makeRoom: Statement

    init(on connection: borrowing Connection) throws(StoreError) {
        let insert = try connection.prepare(
            "INSERT INTO images (id, owner, type, created_at, size, bytes) VALUES (?, ?, ?, ?, ?, ?)")
        let delete = try connection.prepare("DELETE FROM images WHERE id = ? AND owner = ? RETURNING number")
        let makeRoom = try connection.prepare(
            """
            DELETE FROM images WHERE number IN (
                SELECT number FROM (SELECT number, sum(size) OVER (ORDER BY number DESC) AS total FROM images)
                WHERE total > ?)
            """)
        self.insert = insert
        self.delete = delete
        self.makeRoom = makeRoom
    }

    func add(_ image: ImageRecord, within space: Int) throws(StoreError) {
        try insert.run([
            .text(image.id), .text(image.owner), .text(image.type), .integer(image.createdAt.milliseconds),
            .integer(Int64(image.bytes.count)), .blob(image.bytes),
        ])
        try makeRoom.run([.integer(Int64(space))])
    }

    /// ? is a picture's name.
    static let select: StaticString = "SELECT id, owner, type, created_at, bytes FROM images WHERE id = ?"

    /// Reads a row of ``select``.
    static func image(_ row: borrowing Statement) throws(StoreError) -> ImageRecord {
        ImageRecord(
            id: row.text(0), owner: row.text(1), type: row.text(2),
            createdAt: UnixTime(milliseconds: row.integer(3)), bytes: row.blob(4))
    }

    func delete(_ id: String, of owner: String) throws(StoreError) -> Bool {
        try !delete.all([.text(id), .text(owner)]) { (_) throws(StoreError) in () }.isEmpty
    }
}

extension Store {
    /// Keeps a picture, and lets go of the oldest ones where all together are larger than `space` bytes.
    package func add(_ image: ImageRecord, within space: Int) throws(StoreError) {
        try images.add(image, within: space)
    }

    /// Deletes a picture; false when that person has none of that name.
    package func deleteImage(_ id: String, of owner: String) throws(StoreError) -> Bool {
        try images.delete(id, of: owner)
    }
}
