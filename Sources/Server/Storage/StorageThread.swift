// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Signaling
internal import Store
internal import Wire

/// Something to remember or to forget.
enum RoomChange: Hashable, Sendable {
    case persist(RoomRecord)
    case forget(token: String)
}

/// Changes that are written together, or not at all.
struct StorageBatch: Sendable {
    let number: Int
    let changes: [RoomChange]
}

/// What the storage thread is told.
enum StorageOrder: Sendable {
    case write(StorageBatch)
    /// Everything that was ordered before is written; say so.
    case finish(Farewell)
}

/// What became of a batch.
struct StorageVerdict: Sendable {
    let number: Int
    /// Why it was not written, for the operator; nil when it was.
    let failure: String?
}

/// The one thread that waits for the disk, as seen from outside.
struct StorageThread: ~Copyable {
    /// Everything that was remembered when the thread started.
    let rooms: [RoomRecord]
    /// Where changes are left.
    let orders: Mailbox<StorageOrder>
    /// Where their verdicts arrive, in the same order; for one loop to open.
    let verdicts: Mailbox<StorageVerdict>
    private let thread: LoopThread

    /// Opens the database and starts the thread that it belongs to from then on.
    ///
    /// - Parameter path: The database's file; nil keeps everything in memory.
    static func start(path: String?) throws(ServiceFailure) -> StorageThread {
        let writer: StorageWriter
        let rooms: [RoomRecord]
        do throws(StoreError) {
            writer = try StorageWriter(path: path)
            rooms = try writer.rooms()
        } catch {
            throw .store(error)
        }
        do throws(Errno) {
            let loop = try Loop()
            let orders = try Mailbox<StorageOrder>()
            let verdicts = try Mailbox<StorageVerdict>()
            try orders.open(on: loop) { order in
                switch order {
                case .write(let batch): verdicts.post(writer.write(batch))
                case .finish(let farewell): farewell.finished.post(true)
                }
            }
            return StorageThread(
                rooms: rooms, orders: orders, verdicts: verdicts,
                thread: try LoopThread(named: "storage", running: loop))
        } catch {
            throw .system(error)
        }
    }

    /// Writes what was left before, and returns when the thread is gone.
    consuming func stop() {
        Farewell.wait(atMost: .seconds(10)) { orders.post(.finish($0)) }
        thread.stop()
    }
}

/// The database on its thread.
private final class StorageWriter {
    private let store: Store

    init(path: String?) throws(StoreError) { store = try Store(path: path) }

    func rooms() throws(StoreError) -> [RoomRecord] { try store.allRooms() }

    func write(_ batch: StorageBatch) -> StorageVerdict {
        do throws(StoreError) {
            try store.transaction { (store) throws(StoreError) in
                for change in batch.changes {
                    switch change {
                    case .persist(let record): try store.persist(record)
                    case .forget(let token): try store.forgetRoom(token)
                    }
                }
            }
            return StorageVerdict(number: batch.number, failure: nil)
        } catch {
            return StorageVerdict(number: batch.number, failure: "\(error)")
        }
    }
}
