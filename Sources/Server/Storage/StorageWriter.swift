// SPDX-License-Identifier: Apache-2.0

internal import Signaling
internal import Store
internal import Wire

/// The database as the thread that writes has it, or why there is none.
final class StorageWriter {
    private let path: String
    private var store: Store?
    private var trouble = "the database was not opened"

    init(path: String) { self.path = path }

    /// Opens the database unless it is open; what it remembers, or why it cannot be used.
    func open() -> Remembered {
        do throws(StoreError) {
            let store = try Store(path: path)
            let remembered = Remembered(
                trouble: nil, rooms: try store.allRooms(), people: try store.allPeople(),
                bannedPeople: try store.allPersonBans(), chats: try store.allChats(),
                channels: try store.allChannels(), bans: try store.allBans())
            self.store = consume store
            return remembered
        } catch {
            trouble = "\(error)"
            return Remembered(trouble: trouble)
        }
    }

    /// Writes a batch whole, or nothing of it.
    func write(_ batch: StorageBatch) -> StorageVerdict {
        guard store != nil else { return failed(batch, because: trouble) }
        do throws(StoreError) {
            return StorageVerdict(number: batch.number, failure: nil, messages: try messages(of: batch))
        } catch {
            return failed(batch, because: "\(error)")
        }
    }

    /// Deletes some of what is not to be kept; false when nothing is left, or it cannot be deleted now.
    func tidy(_ retention: StorageRetention, now: UnixTime) -> Bool {
        let since = retention.age.map { now + (.zero - $0) }
        return (try? store?.tidy(Retention(keepsSince: since, space: retention.space))) ?? false
    }

    private func messages(of batch: StorageBatch) throws(StoreError) -> [(ticket: Int, verdict: MessageVerdict)] {
        var messages: [(ticket: Int, verdict: MessageVerdict)] = []
        try store?.transaction { (store) throws(StoreError) in
            for change in batch.changes {
                if case .message(let ticket, let write) = change {
                    messages.append((ticket, try store.write(write)))
                } else {
                    try store.make(change)
                }
            }
        }
        return messages
    }

    /// Nothing of the batch is there: whoever wrote in it is told.
    private func failed(_ batch: StorageBatch, because failure: String) -> StorageVerdict {
        let messages = batch.changes.compactMap { change -> (ticket: Int, verdict: MessageVerdict)? in
            if case .message(let ticket, _) = change { (ticket, .failed) } else { nil }
        }
        return StorageVerdict(number: batch.number, failure: failure, messages: messages)
    }
}

extension Store {
    /// Makes a change that needs no answer.
    fileprivate func make(_ change: StorageChange) throws(StoreError) {
        switch change {
        case .room(let record): try persist(record)
        case .forgetRoom(let token): try forgetRoom(token)
        case .person(let record): try add(record)
        case .forgetPerson(let id): try deletePerson(id)
        case .banPerson(let ban): try self.ban(ban)
        case .forgivePerson(let id): try forgivePerson(id)
        case .chat(let record): try persist(record)
        case .forgetChat(let id): try forgetChat(id)
        case .call(let record): try add(record)
        case .channel(let change): try persist(change)
        case .message(_, let write): _ = try self.write(write)
        case .image(let record, let space): try add(record, within: space)
        case .forgetImage(let id, let owner): _ = try deleteImage(id, of: owner)
        }
    }
}
