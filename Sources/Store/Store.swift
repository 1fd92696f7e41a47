// SPDX-License-Identifier: Apache-2.0

/// What Sterna remembers over a restart, in one SQLite database.
///
/// Synchronous: it lives on the storage thread, which opens it, and nobody else waits for a disk. What several calls
/// do inside ``transaction(_:)`` costs one wait.
package struct Store: ~Copyable {
    package let connection: Connection
    let rooms: RoomTable
    let people: PersonTable
    let channels: ChannelTable
    let messages: MessageTable
    let calls: CallTable
    let images: ImageTable
    let tidying: TidyTable

    /// Opens the database and brings it to the newest layout.
    ///
    /// - Parameters:
    ///   - path: The file; nil keeps everything in memory.
    ///   - isFrozen: Only what is there is wanted, and nobody can write in its folder, not even locks.
    package init(path: String?, isFrozen: Bool = false) throws(StoreError) {
        let connection = try Connection(path: path, isFrozen ? .readFrozen : .write)
        if !isFrozen {
            try connection.execute(Self.mode)
            try Migrations.run(on: connection)
        }
        let rooms = try RoomTable(on: connection)
        let people = try PersonTable(on: connection)
        let channels = try ChannelTable(on: connection)
        let messages = try MessageTable(on: connection)
        let calls = try CallTable(on: connection)
        let images = try ImageTable(on: connection)
        let tidying = try TidyTable(on: connection)
        // Only now that nothing can fail: the compiler forbids a noncopyable value half made.
        self.connection = connection
        self.rooms = rooms
        self.people = people
        self.channels = channels
        self.messages = messages
        self.calls = calls
        self.images = images
        self.tidying = tidying
    }

    /// Does all of `body` or nothing of it, with one wait for the disk.
    package func transaction<Value>(
        _ body: (borrowing Store) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try connection.transaction { () throws(StoreError) in try body(self) }
    }

    /// Writes something that changes nothing, to find out whether anything can be written.
    package func touch() throws(StoreError) { try connection.execute(Self.signature) }

    /// Whose the file is, in its first page: “Ster”.
    private static let signature: StaticString = "PRAGMA application_id = 1400137074"

    /// FULL: what a person was told is saved survives a power cut. WAL: readers do not wait for the writer.
    private static let mode: StaticString = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
        PRAGMA journal_size_limit = 67108864;
        """
}
