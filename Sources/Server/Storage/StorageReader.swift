// SPDX-License-Identifier: Apache-2.0

internal import Store

/// A question to the database.
struct StorageQuestion: Sendable {
    let number: Int
    let query: StorageQuery
}

/// Its answer.
struct StorageAnswer: Sendable {
    let number: Int
    let finding: StorageFinding
}

/// The database as the thread that reads has it.
final class StorageReader {
    private let path: String
    private let log: Log
    private var reader: Reader?

    init(path: String, log: Log) { (self.path, self.log) = (path, log) }

    /// Looks something up; opens the database where that has not succeeded before.
    func find(_ query: StorageQuery) -> StorageFinding {
        do throws(StoreError) {
            if reader == nil { reader = try Reader(path: path) }
            switch query {
            case .history(let query): return .messages(try reader?.history(query) ?? [])
            case .calls(let person): return .calls(try reader?.calls(of: person) ?? [])
            case .image(let id): return .image(try reader?.image(id))
            }
        } catch  where error.problem == .tooMuchWork {
            return .tooMuch
        } catch {
            log.write(.failure, "the database cannot be read: \(error)")
            return .failed
        }
    }
}
