// SPDX-License-Identifier: Apache-2.0

internal import CSQLite
internal import Glibc

/// An open SQLite database, closed when its owner lets go of it. Belongs to one thread.
@safe package struct Connection: ~Copyable {
    private let handle: OpaquePointer
    /// When SQLite gives up what it is doing; read by its progress handler.
    private let giveUpAt: UnsafeMutablePointer<WorkLimit>

    /// How long to wait for another process, in milliseconds.
    private static let busyTimeout: Int32 = 5000

    /// What a connection may do.
    package enum Access: Hashable, Sendable {
        case write
        /// Nothing is made or changed.
        case read
        /// Nothing is made or changed, by nobody: the folder cannot be written, so that there is no place for locks either.
        case readFrozen
    }

    /// Opens or makes the database at `path`; nil is a database in memory that lives as long as the connection.
    package init(path: String?, _ access: Access = .write) throws(StoreError) {
        var handle: OpaquePointer?
        let mode =
            switch access {
            case .write: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .read: SQLITE_OPEN_READONLY
            case .readFrozen: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            }
        let flags = mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let activity = "opening " + (path.map { "“\($0)”" } ?? "memory")
        let name = path.map { access == .readFrozen ? Self.frozen($0) : $0 } ?? ":memory:"
        let status = unsafe sqlite3_open_v2(name, &handle, flags, nil)
        guard status == SQLITE_OK, let handle = unsafe handle else {
            let error: StoreError
            if let handle = unsafe handle {
                unsafe error = StoreError(status: status, while: activity, on: handle)
            } else {
                error = StoreError(status: status, while: activity, detail: "no memory")
            }
            // SQLite hands out a connection that must be closed even when opening failed.
            _ = unsafe sqlite3_close_v2(handle)
            throw error
        }
        unsafe self.handle = handle
        // Safe: freed in deinit, after the connection that reads it was closed or left to its statements without a handler.
        unsafe self.giveUpAt = .allocate(capacity: 1)
        unsafe giveUpAt.initialize(to: WorkLimit(.zero))
        _ = unsafe sqlite3_busy_timeout(handle, Self.busyTimeout)
    }

    deinit {
        unsafe sqlite3_progress_handler(handle, 0, nil, nil)
        unsafe giveUpAt.deallocate()
        // Statements that are still prepared keep the connection alive until they are finalised.
        _ = unsafe sqlite3_close_v2(handle)
    }

    /// The path as a URI that promises that nobody changes the file.
    private static func frozen(_ path: String) -> String {
        let escaped = path.replacing("%", with: "%25").replacing("?", with: "%3f").replacing("#", with: "%23")
        return "file:\(escaped)?immutable=1"
    }

    /// Prepares one statement; it may be run as often as wanted.
    package func prepare(_ sql: StaticString) throws(StoreError) -> Statement {
        // Safe: the handle is live; the statement keeps SQLite's part of it alive.
        try unsafe Statement(sql, on: handle)
    }

    /// Runs a script of several statements without parameters.
    package func execute(_ script: StaticString) throws(StoreError) {
        let status = unsafe sqlite3_exec(handle, script.description, nil, nil, nil)
        guard status == SQLITE_OK else {
            throw unsafe StoreError(status: status, while: StoreError.activity(running: script), on: handle)
        }
    }

    /// Does all of `body` or nothing of it, with one wait for the disk.
    package func transaction<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        try execute("BEGIN IMMEDIATE")
        do throws(StoreError) {
            let value = try body()
            try execute("COMMIT")
            return value
        } catch {
            // Where SQLite has rolled back by itself there is nothing left to do, and it says so.
            try? execute("ROLLBACK")
            throw error
        }
    }

    /// Does `body`, in which statements that work longer than the limit fail with ``StoreError/Problem/tooMuchWork``.
    ///
    /// - Parameter limit: Processor time of this thread, so that a machine that is busy with something else refuses nothing.
    ///   What waits for the disk instead has ten times as long by the clock.
    package func within<Value>(
        _ limit: Duration, _ body: () throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        // Safe: the pointer lives as long as the connection; the handler runs on this thread only, inside of a step.
        unsafe giveUpAt.pointee = WorkLimit(limit)
        unsafe sqlite3_progress_handler(
            handle, Self.progressInterval,
            { context in
                guard let context = unsafe context else { return 0 }
                return unsafe context.assumingMemoryBound(to: WorkLimit.self).pointee.isReached ? 1 : 0
            }, giveUpAt)
        defer { unsafe sqlite3_progress_handler(handle, 0, nil, nil) }
        return try body()
    }

    /// After how many instructions of SQLite's virtual machine it looks at the clocks.
    private static let progressInterval: Int32 = 1000

    /// Writes all that is in the database now into a new one at `path`, while others go on reading and writing.
    ///
    /// Nothing may be at `path`.
    package func copy(to path: String) throws(StoreError) {
        try prepare("VACUUM INTO ?").run([.text(path)])
    }

    /// What SQLite finds wrong with the database; nil when nothing is.
    package func damage() throws(StoreError) -> String? {
        let verdict = try prepare("PRAGMA quick_check(1)").first { (row) throws(StoreError) in row.text(0) }
        return verdict == "ok" ? nil : verdict ?? "no verdict"
    }

    /// Rows that the last statement changed.
    package var changes: Int { Int(unsafe sqlite3_changes(handle)) }
}
