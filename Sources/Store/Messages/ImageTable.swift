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
    private let total: Statement
    private let deleteOldest: Statement

    init(on connection: borrowing Connection) throws(StoreError) {
        let insert = try connection.prepare(
            "INSERT INTO images (id, owner, type, created_at, size, bytes) VALUES (?, ?, ?, ?, ?, ?) RETURNING number")
        let delete = try connection.prepare("DELETE FROM images WHERE id = ? AND owner = ? RETURNING number")
        let total = try connection.prepare("SELECT bytes FROM image_bytes")
        let deleteOldest = try connection.prepare(
            "DELETE FROM images WHERE number = (SELECT min(number) FROM images) AND number <> ? RETURNING size")
        self.insert = insert
        self.delete = delete
        self.total = total
        self.deleteOldest = deleteOldest
    }

    func add(_ image: ImageRecord, within space: Int) throws(StoreError) {
        let values: [Statement.Value] = [
            .text(image.id), .text(image.owner), .text(image.type), .integer(image.createdAt.milliseconds),
            .integer(Int64(image.bytes.count)), .blob(image.bytes),
        ]
        let number = try insert.first(values) { (row) throws(StoreError) in row.integer(0) }
        var excess = try bytes() - space
        while excess > 0 {
            let freed = try deleteOldest.first([.integer(number ?? 0)]) { (row) throws(StoreError) in
                Int(row.integer(0))
            }
            guard let freed else { return }
            excess -= freed
        }
    }

    /// Bytes of all pictures, which triggers keep count of: a picture costs the same however many there are.
    func bytes() throws(StoreError) -> Int {
        Int(try total.first { (row) throws(StoreError) in row.integer(0) } ?? 0)
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
