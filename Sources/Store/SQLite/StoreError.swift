// SPDX-License-Identifier: Apache-2.0

internal import CSQLite
internal import Glibc

/// What the database refused, told to the operator: what was being done, what went wrong, what would be right.
package struct StoreError: Error, Hashable, CustomStringConvertible {
    package enum Problem: Hashable, Sendable {
        case cannotOpen
        /// The file is something else than a database.
        case notADatabase
        case corrupt
        case readOnly
        case diskFull
        case inputOutput
        /// Another process held the database for longer than the busy timeout.
        case locked
        /// It would have taken longer than it may.
        case tooMuchWork
        /// A row that must be unique is there already.
        case constraint
        /// Made by a later Sterna; the numbers of the layouts.
        case tooNew(found: Int, known: Int)
        case other(code: Int32)
    }

    package let problem: Problem
    /// What was being done, as in “opening”.
    package let activity: String
    /// What SQLite says about it.
    package let detail: String

    init(_ problem: Problem, while activity: String, detail: String) {
        (self.problem, self.activity, self.detail) = (problem, activity, detail)
    }

    init(status: Int32, while activity: String, detail: String) {
        let problem: Problem =
            switch status & 0xFF {
            case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH: .cannotOpen
            case SQLITE_NOTADB: .notADatabase
            case SQLITE_CORRUPT: .corrupt
            case SQLITE_READONLY: .readOnly
            case SQLITE_FULL: .diskFull
            case SQLITE_IOERR: .inputOutput
            case SQLITE_BUSY, SQLITE_LOCKED: .locked
            case SQLITE_INTERRUPT: .tooMuchWork
            case SQLITE_CONSTRAINT: .constraint
            default: .other(code: status)
            }
        self.init(problem, while: activity, detail: detail)
    }

    /// The last failure on a connection.
    ///
    /// Where the kernel has refused something SQLite says no more than that: the kernel's own number tells what is missing.
    init(status: Int32, while activity: String, on connection: OpaquePointer) {
        // Safe: the connection is live, and the message is copied before it is used again.
        let detail = unsafe String(cString: sqlite3_errmsg(connection))
        let errno = unsafe sqlite3_system_errno(connection)
        switch (status & 0xFF, errno) {
        case (SQLITE_IOERR, ENOSPC), (SQLITE_IOERR, EDQUOT), (SQLITE_CANTOPEN, ENOSPC), (SQLITE_CANTOPEN, EDQUOT):
            self.init(.diskFull, while: activity, detail: "the disk is full")
        case (SQLITE_IOERR, EROFS), (SQLITE_CANTOPEN, EROFS):
            self.init(.readOnly, while: activity, detail: "the disk is mounted read-only")
        default:
            self.init(status: status, while: activity, detail: detail)
        }
    }

    /// Whether another connection, made anew, may succeed where this one never will.
    package var spoilsConnection: Bool {
        switch problem {
        case .cannotOpen, .notADatabase, .corrupt, .readOnly, .inputOutput: true
        case .diskFull, .locked, .tooMuchWork, .constraint, .tooNew, .other: false
        }
    }

    /// Whether the same may succeed later: not what is wrong is at fault, but what it was to be written to.
    package var mayPass: Bool {
        switch problem {
        case .constraint, .other: false
        default: true
        }
    }

    /// The beginning of a statement, which is enough to know it by.
    static func activity(running sql: StaticString) -> String {
        let words = sql.description.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return "running “\(words.prefix(30))\(words.count > 30 ? "…" : "")”"
    }

    package var description: String {
        "database: while \(activity): \(detail)" + (remedy.map { "; \($0)" } ?? "")
    }

    private var remedy: String? {
        switch problem {
        case .cannotOpen: "the folder of “data-dir” must exist and be writable by the service"
        case .notADatabase: "move the file away, Sterna makes a new one"
        case .corrupt: "restore the file from a backup, or move it away and Sterna makes a new one"
        case .readOnly: "the file and its folder must be writable by the service"
        case .diskFull: "free space on the disk of “data-dir”"
        case .inputOutput: "look into the kernel's log for errors of the disk"
        case .locked: "one “data-dir” belongs to one running Sterna: end the other program that has it open"
        case .tooNew: "run the Sterna that wrote it, or one that is newer"
        case .constraint, .tooMuchWork, .other: nil
        }
    }
}
