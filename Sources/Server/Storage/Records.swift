// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Signaling
internal import Wire

/// What the web loop wants kept, handed to the storage thread.
///
/// While one batch is on its way to the disk, what is asked for gathers in the next: the busier the server, the more
/// changes share one wait for the disk.
final class Records {
    /// Why the last batch was not written; nil when it was.
    private(set) var trouble: String?
    /// Told what became of every message, in the order of writing.
    var settled: (_ ticket: Int, MessageVerdict) -> Void = { _, _ in }
    /// Told what a database holds that could not be opened at the start.
    var remember: (Remembered) -> Void = { _ in }
    /// Looks things up, beside all of this.
    let lookups: Lookups

    private let orders: Mailbox<StorageOrder>
    private let retention: StorageRetention
    private unowned let loop: Loop
    private let log: Log
    private var changes: [StorageChange] = []
    private var lastNumber = 0
    private var lastWritten = 0
    private var isLeaving = false
    private var waiting: [(number: Int, done: (Bool) -> Void)] = []
    /// Since when the batch that is on its way is.
    private var underWaySince: Instant?
    private var isOpen: Bool
    /// What happened while nothing could be written, to be written before all else.
    private var owed: [StorageChange] = []
    private var upkeep: Timer?
    private var nextTidying: Instant?

    /// How often what is not to be kept any more is looked for.
    private static let tidyInterval = Duration.seconds(60)
    /// How often a database that could not be opened, or be written to, is tried again.
    private static let retryInterval = Duration.seconds(5)
    /// Changes that wait for a disk; of more the oldest are given up.
    private static let mostOwed = 100_000
    /// A batch that takes longer than that is told of.
    private static let patience = Duration.seconds(5)

    init(
        on loop: Loop, storage: StorageMailboxes, trouble: String?, retention: StorageRetention, log: Log
    ) throws(Errno) {
        (orders, self.retention, self.loop, self.log) = (storage.orders, retention, loop, log)
        self.trouble = trouble
        isOpen = trouble == nil
        lookups = try Lookups(on: loop, questions: storage.questions, answers: storage.findings)
        try storage.replies.open(on: loop) { [self] reply in
            switch reply {
            case .settled(let verdict): settle(verdict)
            case .opened(let remembered): opened(remembered)
            }
        }
        try storage.damage.open(on: loop) { [self] damage in
            damaged = "the database is damaged (\(damage)); restore it from a backup, or move it away"
            log.write(.failure, damaged ?? damage)
        }
        loop.atEndOfTurn { [self] in flush() }
        upkeep = Timer(on: loop) { [unowned self] in keepUp() }
        keepUp()
    }

    /// Writes the change after all that was asked for before.
    func write(_ change: StorageChange) { changes.append(change) }

    /// Calls back when everything asked for before is on the disk, or its batch has failed to get there.
    func whenWritten(_ done: @escaping (_ isWritten: Bool) -> Void) {
        let number = changes.isEmpty ? lastNumber : lastNumber + 1
        if number <= lastWritten { done(trouble == nil) } else { waiting.append((number, done)) }
    }

    /// From now on nothing waits for the batch before it: the server ends.
    func leave() { isLeaving = true }

    /// What is wrong with the storage now, for whoever watches over the server; nil when nothing is.
    func concern(now: Instant) -> String? {
        if let trouble { return "Nothing is being stored: \(trouble)." }
        if let delay = delay(now: now), delay > Self.patience {
            return "The disk has been writing for \(delay.components.seconds) s."
        }
        return damaged.map { "\($0)." }
    }

    /// How long the batch that is on its way to the disk has been; nil when none is.
    func delay(now: Instant) -> Duration? { underWaySince.map { now - $0 } }

    /// For whoever watches by numbers.
    func census(now: Instant) -> StorageCensus {
        StorageCensus(isStoring: trouble == nil, delay: delay(now: now) ?? .zero, owed: owed.count)
    }

    private var damaged: String?

    private func flush() {
        guard !changes.isEmpty, lastNumber == lastWritten || isLeaving else { return }
        lastNumber += 1
        underWaySince = underWaySince ?? loop.now.instant
        orders.post(.write(StorageBatch(number: lastNumber, changes: owed + changes)))
        (owed, changes) = ([], [])
    }

    private func settle(_ verdict: StorageVerdict) {
        lastWritten = verdict.number
        underWaySince = lastWritten == lastNumber ? nil : loop.now.instant
        owe(verdict.owed)
        note(verdict.failure)
        for (ticket, message) in verdict.messages { settled(ticket, message) }
        let due = waiting.prefix { $0.number <= verdict.number }
        waiting.removeFirst(due.count)
        for (_, done) in due { done(verdict.failure == nil) }
    }

    /// Says once what is wrong, and once that it is not any more.
    private func note(_ failure: String?) {
        guard failure != trouble else { return }
        trouble = failure
        log.write(.failure, failure.map { "nothing is being stored: \($0)" } ?? "everything is being stored again")
    }

    private func owe(_ changes: [StorageChange]) {
        guard !changes.isEmpty else { return }
        owed += changes
        if owed.count > Self.mostOwed { owed.removeFirst(owed.count - Self.mostOwed) }
    }

    private func opened(_ remembered: Remembered) {
        isOpen = remembered.trouble == nil
        note(remembered.trouble)
        remember(remembered)
    }

    private func keepUp() {
        upkeep?.arm(at: loop.now.instant + Self.retryInterval)
        guard isOpen else { return orders.post(.open) }
        // Nobody may come who writes something: that it is possible again is found out without them.
        if trouble != nil, changes.isEmpty { write(.nothing) }
        guard nextTidying.map({ loop.now.instant >= $0 }) ?? true else { return }
        nextTidying = loop.now.instant + Self.tidyInterval
        orders.post(.tidy(retention))
    }
}
