// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Signaling

/// Hands the changes of each turn of the web loop to the storage thread as one batch, and tells when they are written.
final class StoredRooms {
    /// Why the last batch was not written; nil when it was.
    private(set) var trouble: String?

    private let orders: Mailbox<StorageOrder>
    private let log: Log
    private var changes: [RoomChange] = []
    private var lastNumber = 0
    private var lastWritten = 0
    private var waiting: [(number: Int, done: (Bool) -> Void)] = []

    init(
        on loop: Loop, orders: Mailbox<StorageOrder>, verdicts: Mailbox<StorageVerdict>, log: Log
    ) throws(Errno) {
        (self.orders, self.log) = (orders, log)
        try verdicts.open(on: loop) { [self] in settle($0) }
        loop.atEndOfTurn { [self] in flush() }
    }

    /// Writes the record at the end of this turn, after all that was asked for before.
    func write(_ record: RoomRecord) { changes.append(.persist(record)) }

    func erase(_ token: String) { changes.append(.forget(token: token)) }

    /// Calls back when everything asked for before is on the disk, or its last batch has failed to get there.
    func whenWritten(_ done: @escaping (_ isWritten: Bool) -> Void) {
        let number = changes.isEmpty ? lastNumber : lastNumber + 1
        if number <= lastWritten { done(true) } else { waiting.append((number, done)) }
    }

    private func flush() {
        guard !changes.isEmpty else { return }
        lastNumber += 1
        orders.post(.write(StorageBatch(number: lastNumber, changes: changes)))
        changes = []
    }

    private func settle(_ verdict: StorageVerdict) {
        lastWritten = verdict.number
        trouble = verdict.failure
        if let failure = verdict.failure { log.write(.failure, "rooms are not being stored: \(failure)") }
        let due = waiting.prefix { $0.number <= verdict.number }
        waiting.removeFirst(due.count)
        for (_, done) in due { done(verdict.failure == nil) }
    }
}
