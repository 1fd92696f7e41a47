// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Signaling
internal import Store
internal import Wire

/// The one thread that waits for the disk, as seen from outside.
struct StorageThread: ~Copyable {
    /// Everything that was remembered when the thread started.
    let remembered: Remembered
    /// Where orders are left.
    let orders: Mailbox<StorageOrder>
    /// Where the replies arrive, in the same order; for one loop to open.
    let replies: Mailbox<StorageReply>
    private let thread: LoopThread

    /// Opens the database and starts the thread that it belongs to from then on.
    ///
    /// - Parameter path: The database's file; nil keeps everything in memory.
    static func start(path: String?, log: Log) throws(ServiceFailure) -> StorageThread {
        let writer: StorageWriter
        let remembered: Remembered
        do throws(StoreError) {
            writer = try StorageWriter(path: path, log: log)
            remembered = try writer.remembered()
        } catch {
            throw .store(error)
        }
        do throws(Errno) {
            let loop = try Loop()
            let orders = try Mailbox<StorageOrder>()
            let replies = try Mailbox<StorageReply>()
            try orders.open(on: loop) { order in
                switch order {
                case .write(let batch): replies.post(.settled(writer.write(batch)))
                case .find(let number, let query): replies.post(.found(number, writer.find(query)))
                case .finish(let farewell): farewell.finished.post(true)
                }
            }
            return StorageThread(
                remembered: remembered, orders: orders, replies: replies,
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
    private let log: Log

    init(path: String?, log: Log) throws(StoreError) {
        store = try Store(path: path)
        self.log = log
    }

    func remembered() throws(StoreError) -> Remembered {
        Remembered(
            rooms: try store.allRooms(), people: try store.allPeople(), chats: try store.allChats(),
            channels: try store.allChannels(), bans: try store.allBans())
    }

    func write(_ batch: StorageBatch) -> StorageVerdict {
        do throws(StoreError) {
            let messages = try store.transaction { (store) throws(StoreError) in
                var messages: [(ticket: Int, verdict: MessageVerdict)] = []
                for change in batch.changes {
                    if case .message(let ticket, let write) = change {
                        messages.append((ticket, try store.write(write)))
                    } else {
                        try store.make(change)
                    }
                }
                return messages
            }
            return StorageVerdict(number: batch.number, failure: nil, messages: messages)
        } catch {
            // Nothing of the batch is there: whoever wrote in it is told.
            let failed = batch.changes.compactMap { change -> (ticket: Int, verdict: MessageVerdict)? in
                if case .message(let ticket, _) = change { (ticket, .failed) } else { nil }
            }
            return StorageVerdict(number: batch.number, failure: "\(error)", messages: failed)
        }
    }

    func find(_ query: StorageQuery) -> StorageFinding {
        do throws(StoreError) {
            switch query {
            case .history(let query): return .messages(try store.history(query))
            case .calls(let person): return .calls(try store.calls(of: person))
            case .image(let id): return .image(try store.image(id))
            }
        } catch {
            log.write(.failure, "the database cannot be read: \(error)")
            return .failed
        }
    }
}

extension Store {
    /// Makes a change that needs no answer.
    fileprivate func make(_ change: StorageChange) throws(StoreError) {
        switch change {
        case .room(let record): try persist(record)
        case .forgetRoom(let token): try forgetRoom(token)
        case .person(let record): try add(record)
        case .chat(let record): try persist(record)
        case .call(let record): try add(record)
        case .channel(let change): try persist(change)
        case .message(_, let write): _ = try self.write(write)
        case .image(let record, let space): try add(record, within: space)
        case .forgetImage(let id, let owner): _ = try deleteImage(id, of: owner)
        case .forgetOld(let time):
            _ = try deleteMessages(before: time)
            try deleteImages(before: time)
        }
    }
}
