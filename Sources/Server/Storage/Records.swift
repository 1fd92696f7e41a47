// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Signaling

/// What the web loop wants kept and looked up, handed to the storage thread.
///
/// While one batch is on its way to the disk, what is asked for gathers in the next: the busier the server, the more
/// changes share one wait for the disk.
final class Records {
    /// Why the last batch was not written; nil when it was.
    private(set) var trouble: String?
    /// Told what became of every message, in the order of writing.
    var settled: (_ ticket: Int, MessageVerdict) -> Void = { _, _ in }

    private let orders: Mailbox<StorageOrder>
    private let log: Log
    private var changes: [StorageChange] = []
    private var lastNumber = 0
    private var lastWritten = 0
    private var isLeaving = false
    private var waiting: [(number: Int, done: (Bool) -> Void)] = []
    private var lastQuestion = 0
    private var questions: [Int: (StorageFinding) -> Void] = [:]

    init(
        on loop: Loop, orders: Mailbox<StorageOrder>, replies: Mailbox<StorageReply>, log: Log
    ) throws(Errno) {
        (self.orders, self.log) = (orders, log)
        try replies.open(on: loop) { [self] reply in
            switch reply {
            case .settled(let verdict): settle(verdict)
            case .found(let number, let finding): questions.removeValue(forKey: number)?(finding)
            }
        }
        loop.atEndOfTurn { [self] in flush() }
    }

    /// Writes the change after all that was asked for before.
    func write(_ change: StorageChange) { changes.append(change) }

    /// Calls back when everything asked for before is on the disk, or its batch has failed to get there.
    func whenWritten(_ done: @escaping (_ isWritten: Bool) -> Void) {
        let number = changes.isEmpty ? lastNumber : lastNumber + 1
        if number <= lastWritten { done(true) } else { waiting.append((number, done)) }
    }

    /// Looks something up, behind what was handed over before.
    func find(_ query: StorageQuery, _ answer: @escaping (StorageFinding) -> Void) {
        lastQuestion += 1
        questions[lastQuestion] = answer
        orders.post(.find(lastQuestion, query))
    }

    /// From now on nothing waits for the batch before it: the server ends.
    func leave() { isLeaving = true }

    private func flush() {
        guard !changes.isEmpty, lastNumber == lastWritten || isLeaving else { return }
        lastNumber += 1
        orders.post(.write(StorageBatch(number: lastNumber, changes: changes)))
        changes = []
    }

    private func settle(_ verdict: StorageVerdict) {
        lastWritten = verdict.number
        trouble = verdict.failure
        if let failure = verdict.failure { log.write(.failure, "nothing is being stored: \(failure)") }
        for (ticket, message) in verdict.messages { settled(ticket, message) }
        let due = waiting.prefix { $0.number <= verdict.number }
        waiting.removeFirst(due.count)
        for (_, done) in due { done(verdict.failure == nil) }
    }
}
