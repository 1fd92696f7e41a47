// SPDX-License-Identifier: Apache-2.0
import Signaling
import Store
import Wire

/// A database in a folder of its own, with one who writes and one who reads.
final class Database {
    let folder = Folder()
    let store: Store
    let reader: Reader

    init() throws {
        let store = try Store(path: folder.database)
        let reader = try Reader(path: folder.database)
        self.store = store
        self.reader = reader
    }

    /// Tidies until nothing is left to delete; in how many steps.
    @discardableResult
    func tidy(keepingSince time: UnixTime? = nil, space: Int = .max) throws -> Int {
        let retention = Retention(keepsSince: time, space: space)
        var steps = 0
        while try store.tidy(retention) { steps += 1 }
        return steps
    }
}
