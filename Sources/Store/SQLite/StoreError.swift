// SPDX-License-Identifier: Apache-2.0

internal import CSQLite

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
        case .locked: "one “data-dir” belongs to one running Sterna"
        case .tooNew: "run the Sterna that wrote it, or one that is newer"
        case .constraint, .tooMuchWork, .other: nil
        }
    }
}
