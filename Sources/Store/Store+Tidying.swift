// SPDX-License-Identifier: Apache-2.0

package import Wire

/// How much of the past is kept.
package struct Retention: Hashable, Sendable {
    /// Messages, pictures and calls from before that go.
    package let keepsSince: UnixTime?
    /// Bytes that the database may hold; the oldest messages make room, or the oldest pictures where these are most of it.
    package let space: Int

    package init(keepsSince: UnixTime?, space: Int) { (self.keepsSince, self.space) = (keepsSince, space) }
}

/// The statements that make room, each of which deletes a few rows.
struct TidyTable: ~Copyable {
    /// Rows that go at a time: what comes meanwhile waits no longer than their deletion takes.
    static let slice: Int64 = 200

    private let deleteGone: Statement
    private let forgetGone: Statement
    private let deleteOldMessages: Statement
    private let deleteOldImages: Statement
    private let deleteOldCalls: Statement
    private let deleteOldest: Statement
    private let deleteOldestImages: Statement
    private let imageBytes: Statement
    private let size: Statement

    init(on connection: borrowing Connection) throws(StoreError) {
        let deleteGone = try connection.prepare(
            """
            DELETE FROM messages WHERE number IN (
                SELECT number FROM messages WHERE channel = (SELECT min(number) FROM gone_channels) LIMIT ?)
            """)
        let forgetGone = try connection.prepare(
            "DELETE FROM gone_channels WHERE number = (SELECT min(number) FROM gone_channels)")
        let deleteOldMessages = try connection.prepare(
            "DELETE FROM messages WHERE number IN (SELECT number FROM messages WHERE sent_at < ? LIMIT ?)")
        let deleteOldImages = try connection.prepare(
            "DELETE FROM images WHERE number IN (SELECT number FROM images WHERE created_at < ? LIMIT ?)")
        let deleteOldCalls = try connection.prepare(
            "DELETE FROM calls WHERE number IN (SELECT number FROM calls WHERE ended_at < ? LIMIT ?)")
        let deleteOldest = try connection.prepare(
            "DELETE FROM messages WHERE number IN (SELECT number FROM messages ORDER BY number LIMIT ?)")
        let deleteOldestImages = try connection.prepare(
            "DELETE FROM images WHERE number IN (SELECT number FROM images ORDER BY number LIMIT ?)")
        let imageBytes = try connection.prepare("SELECT bytes FROM image_bytes")
        let size = try connection.prepare(
            """
            SELECT (pages.page_count - free.freelist_count) * size.page_size
            FROM pragma_page_count AS pages, pragma_freelist_count AS free, pragma_page_size AS size
            """)
        self.deleteGone = deleteGone
        self.forgetGone = forgetGone
        self.deleteOldMessages = deleteOldMessages
        self.deleteOldImages = deleteOldImages
        self.deleteOldCalls = deleteOldCalls
        self.deleteOldest = deleteOldest
        self.deleteOldestImages = deleteOldestImages
        self.imageBytes = imageBytes
        self.size = size
    }

    /// Deletes a few rows; false when nothing is left to delete.
    func tidy(_ retention: Retention, on connection: borrowing Connection) throws(StoreError) -> Bool {
        try deleteGone.run([.integer(Self.slice)])
        if connection.changes > 0 { return true }
        try forgetGone.run()
        if connection.changes > 0 { return true }
        if let since = retention.keepsSince, try delete(before: since, on: connection) { return true }
        let bytes = try bytes()
        guard bytes > retention.space else { return false }
        // What takes most of the room makes room: pictures do not cost anybody their messages.
        let images = Int(try imageBytes.first { (row) throws(StoreError) in row.integer(0) } ?? 0)
        if images > bytes / 2 {
            try deleteOldestImages.run([.integer(Self.imageSlice)])
        } else {
            try deleteOldest.run([.integer(Self.slice)])
        }
        return connection.changes > 0
    }

    /// A picture has megabytes.
    private static let imageSlice: Int64 = 4

    private func delete(before time: UnixTime, on connection: borrowing Connection) throws(StoreError) -> Bool {
        try deleteOldMessages.run([.integer(time.milliseconds), .integer(Self.slice)])
        if connection.changes > 0 { return true }
        try deleteOldCalls.run([.integer(time.milliseconds), .integer(Self.slice)])
        if connection.changes > 0 { return true }
        try deleteOldImages.run([.integer(time.milliseconds), .integer(Self.imageSlice)])
        return connection.changes > 0
    }

    /// Bytes of the database that hold something.
    func bytes() throws(StoreError) -> Int {
        Int(try size.first { (row) throws(StoreError) in row.integer(0) } ?? 0)
    }
}

extension Store {
    /// Deletes a few of the rows that are not to be kept; false when none is left.
    package func tidy(_ retention: Retention) throws(StoreError) -> Bool {
        try transaction { (store) throws(StoreError) in try store.tidying.tidy(retention, on: store.connection) }
    }

    /// Bytes of the database that hold something.
    package func size() throws(StoreError) -> Int { try tidying.bytes() }
}
