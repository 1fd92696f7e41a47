// SPDX-License-Identifier: Apache-2.0

internal import CSQLite

/// A prepared SQL statement, finalised when its owner lets go of it.
@safe package struct Statement: ~Copyable {
    private let handle: OpaquePointer
    private let sql: StaticString

    /// A parameter's value.
    package enum Value: Hashable, Sendable {
        case null
        case integer(Int64)
        case text(String)
        case blob([UInt8])
    }

    init(_ sql: StaticString, on connection: OpaquePointer) throws(StoreError) {
        var handle: OpaquePointer?
        let status = unsafe sqlite3_prepare_v3(
            connection, sql.description, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard status == SQLITE_OK, let handle = unsafe handle else {
            throw unsafe StoreError(
                status: status, while: StoreError.activity(running: sql), on: connection)
        }
        unsafe self.handle = handle
        self.sql = sql
    }

    deinit {
        // The result only repeats an error that `step` has already thrown.
        _ = unsafe sqlite3_finalize(handle)
    }

    /// Runs the statement to its end.
    package func run(_ values: [Value] = []) throws(StoreError) {
        _ = try all(values) { (_) throws(StoreError) in () }
    }

    /// Runs the statement and reads every row.
    package func all<Result>(
        _ values: [Value] = [], as read: (borrowing Statement) throws(StoreError) -> Result
    ) throws(StoreError) -> [Result] {
        var results: [Result] = []
        try each(values) { (row) throws(StoreError) in results.append(try read(row)) }
        return results
    }

    /// Runs the statement and calls `body` with every row, keeping none.
    package func each(
        _ values: [Value] = [], _ body: (borrowing Statement) throws(StoreError) -> Void
    ) throws(StoreError) {
        try bind(values)
        // The result of a reset only repeats what `step` has thrown.
        defer { _ = unsafe sqlite3_reset(handle) }
        while try step() { try body(self) }
    }

    /// Runs the statement and reads its first row, if there is one.
    package func first<Result>(
        _ values: [Value] = [], as read: (borrowing Statement) throws(StoreError) -> Result
    ) throws(StoreError) -> Result? {
        try bind(values)
        defer { _ = unsafe sqlite3_reset(handle) }
        return try step() ? try read(self) : nil
    }

    // MARK: The columns of a row, counted from zero

    package func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }

    package func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

    package func text(_ column: Int32) -> String { String(decoding: blob(column), as: UTF8.self) }

    package func blob(_ column: Int32) -> [UInt8] {
        // Safe: SQLite's bytes are valid until the next step, and are copied here; the count is asked after the pointer.
        guard let bytes = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    // MARK: Steps

    private func bind(_ values: [Value]) throws(StoreError) {
        // Safe: SQLite copies what it is given before the call returns (SQLITE_TRANSIENT is −1).
        let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        for (index, value) in values.enumerated() {
            let place = Int32(index + 1)
            let status =
                switch value {
                case .null: unsafe sqlite3_bind_null(handle, place)
                case .integer(let integer): unsafe sqlite3_bind_int64(handle, place, integer)
                case .text(let text):
                    unsafe sqlite3_bind_text(handle, place, text, Int32(clamping: text.utf8.count), copied)
                case .blob(let bytes):
                    // No bytes at all are a null pointer, which SQLite would take for NULL.
                    bytes.isEmpty
                        ? unsafe sqlite3_bind_zeroblob(handle, place, 0)
                        : unsafe sqlite3_bind_blob(handle, place, bytes, Int32(clamping: bytes.count), copied)
                }
            guard status == SQLITE_OK else { throw error(status) }
        }
    }

    /// Advances to the next row; false once the rows are used up.
    private func step() throws(StoreError) -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let status: throw error(status)
        }
    }

    private func error(_ status: Int32) -> StoreError {
        let activity = StoreError.activity(running: sql)
        // Safe: the connection outlives its statements.
        guard let connection = unsafe sqlite3_db_handle(handle) else {
            return StoreError(status: status, while: activity, detail: "no connection")
        }
        return unsafe StoreError(status: status, while: activity, on: connection)
    }
}
