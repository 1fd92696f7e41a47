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
    private var trouble: StoreError?

    init(path: String, log: Log) { (self.path, self.log) = (path, log) }

    /// Looks something up; opens the database where that has not succeeded before.
    func find(_ query: StorageQuery) -> StorageFinding {
        do throws(StoreError) {
            let finding = try look(up: query)
            trouble = nil
            return finding
        } catch  where error.problem == .tooMuchWork {
            return .tooMuch
        } catch {
            // Once for each trouble, however many ask.
            if trouble != error { log.write(.failure, "the database cannot be read: \(error)") }
            trouble = error
            return .failed
        }
    }

    private func look(up query: StorageQuery) throws(StoreError) -> StorageFinding {
        if reader == nil {
            do throws(StoreError) {
                reader = try Reader(path: path)
            } catch {
                guard DataDirectory.isFrozen(path, after: error) else { throw error }
                // Kept for one question: that nobody writes there may change.
                return try Reader(path: path, isFrozen: true).find(query)
            }
        }
        // Out of its place: a connection that fails may never succeed again, one that was asked too much does.
        guard let reader = reader.take() else { return .failed }
        do throws(StoreError) {
            let finding = try reader.find(query)
            self.reader = consume reader
            return finding
        } catch {
            if error.problem == .tooMuchWork { self.reader = consume reader }
            throw error
        }
    }
}

extension Reader {
    fileprivate func find(_ query: StorageQuery) throws(StoreError) -> StorageFinding {
        switch query {
        case .history(let query): .messages(try history(query))
        case .calls(let person): .calls(try calls(of: person))
        case .image(let id): .image(try image(id))
        }
    }
}
