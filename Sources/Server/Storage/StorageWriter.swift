// SPDX-License-Identifier: Apache-2.0

internal import Signaling
internal import Store
internal import Wire

/// The database as the thread that writes has it, or why there is none.
final class StorageWriter {
    private let path: String
    private var store: Store?
    private var trouble = "the database was not opened"
    /// What is in the database has been told.
    private var hasTold = false

    init(path: String) { self.path = path }

    /// Opens the database and tries whether it can be written; what it remembers, which is told once, and why it cannot be used.
    ///
    /// Where nothing can be written, what can be read is remembered all the same.
    func open() -> Remembered {
        var remembered = Remembered()
        do throws(StoreError) {
            if store == nil { store = try Store(path: path) }
            if !hasTold { remembered = try store?.content() ?? remembered }
            hasTold = true
            try store?.touch()
        } catch {
            if error.spoilsConnection { store = nil }
            if !hasTold { remembered = frozenContent(after: error) ?? remembered }
            trouble = "\(error)"
            remembered.trouble = trouble
        }
        return remembered
    }

    private func frozenContent(after error: StoreError) -> Remembered? {
        guard DataDirectory.isFrozen(path, after: error), let store = try? Store(path: path, isFrozen: true),
            let content = try? store.content()
        else { return nil }
        hasTold = true
        return content
    }

    /// Writes a batch whole, or nothing of it.
    func write(_ batch: StorageBatch) -> StorageVerdict {
        guard hasTold else { return failed(batch, because: trouble) }
        do throws(StoreError) {
            // After a failure that a connection does not recover from.
            if store == nil { store = try Store(path: path) }
            return StorageVerdict(number: batch.number, failure: nil, messages: try messages(of: batch), owed: [])
        } catch {
            if error.spoilsConnection { store = nil }
            return failed(batch, because: "\(error)", isOwed: error.mayPass)
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

    /// Nothing of the batch is there: whoever wrote in it is told, and what nobody asks for again is owed.
    private func failed(_ batch: StorageBatch, because failure: String, isOwed: Bool = true) -> StorageVerdict {
        let messages = batch.changes.compactMap { change -> (ticket: Int, verdict: MessageVerdict)? in
            if case .message(let ticket, _) = change { (ticket, .failed) } else { nil }
        }
        return StorageVerdict(
            number: batch.number, failure: failure, messages: messages,
            owed: isOwed ? batch.changes.filter(\.outlivesFailure) : [])
    }
}

extension Store {
    /// Everything that lives in memory while the server runs.
    fileprivate func content() throws(StoreError) -> Remembered {
        Remembered(
            trouble: nil, rooms: try allRooms(), people: try allPeople(),
            bannedPeople: try allPersonBans(), chats: try allChats(),
            channels: try allChannels(), bans: try allBans())
    }

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
        case .nothing: try touch()
        }
    }
}
