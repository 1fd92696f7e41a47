// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Store
internal import Wire

/// The threads that wait for the disk, as seen from outside: one writes, one reads, and neither waits for the other.
struct StorageThread: ~Copyable {
    /// Everything that was remembered when the thread started.
    let remembered: Remembered
    let mailboxes: StorageMailboxes
    private let writer: LoopThread
    private let reader: LoopThread
    private let checker: LoopThread

    /// Opens the database and starts the threads that it belongs to from then on.
    ///
    /// A database that cannot be used takes nothing down: ``Remembered/trouble`` says why nothing is kept.
    static func start(path: String, log: Log) throws(ServiceFailure) -> StorageThread {
        let writer = StorageWriter(path: path)
        let remembered = writer.open()
        if let trouble = remembered.trouble { log.write(.failure, "nothing is being stored: \(trouble)") }
        do throws(Errno) {
            let mailboxes = try StorageMailboxes()
            return StorageThread(
                remembered: remembered, mailboxes: mailboxes, writer: try run(writer, mailboxes),
                reader: try read(path, mailboxes, log),
                checker: try check(remembered.trouble == nil ? path : nil, mailboxes.damage))
        } catch {
            throw .system(error)
        }
    }

    /// Writes what was left before, and returns when the threads are gone.
    consuming func stop() {
        Farewell.wait(atMost: .seconds(10)) { mailboxes.orders.post(.finish($0)) }
        writer.stop()
        reader.stop()
        // It may be in the middle of a large database, and leaves nothing behind.
        checker.abandon()
    }

    private static func run(
        _ writer: sending StorageWriter, _ mailboxes: StorageMailboxes
    ) throws(Errno) -> LoopThread {
        let loop = try Loop()
        let (orders, replies) = (mailboxes.orders, mailboxes.replies)
        try orders.open(on: loop) { order in
            switch order {
            case .write(let batch): replies.post(.settled(writer.write(batch)))
            case .tidy(let retention):
                // The next slice comes behind what was ordered meanwhile.
                if writer.tidy(retention, now: Moment.read().time) { orders.post(.tidy(retention)) }
            case .open: replies.post(.opened(writer.open()))
            case .finish(let farewell): farewell.finished.post(true)
            }
        }
        return try LoopThread(named: "storage", running: loop)
    }

    private static func read(
        _ path: String, _ mailboxes: StorageMailboxes, _ log: Log
    ) throws(Errno) -> LoopThread {
        let loop = try Loop()
        let (questions, findings) = (mailboxes.questions, mailboxes.findings)
        let reader = StorageReader(path: path, log: log)
        try questions.open(on: loop) { question in
            findings.post(StorageAnswer(number: question.number, finding: reader.find(question.query)))
        }
        return try LoopThread(named: "lookups", running: loop)
    }

    /// Reads the whole database for damage, which takes as long as it takes: nobody waits for it.
    private static func check(_ path: String?, _ damage: Mailbox<String>) throws(Errno) -> LoopThread {
        let loop = try Loop()
        let orders = try Mailbox<String>()
        try orders.open(on: loop) { path in
            do throws(StoreError) {
                if let found = try Reader(path: path).damage() { damage.post(found) }
            } catch  where error.problem == .corrupt || error.problem == .notADatabase {
                damage.post(error.detail)
            } catch {
                // What else is wrong shows to those who write and read.
            }
        }
        if let path { orders.post(path) }
        return try LoopThread(named: "database check", running: loop)
    }
}

/// What goes back and forth between the threads of the storage and the loop that they serve.
struct StorageMailboxes: Sendable {
    /// Where orders are left.
    let orders: Mailbox<StorageOrder>
    /// Where the replies arrive, in the same order; for one loop to open.
    let replies: Mailbox<StorageReply>
    /// Where questions are left, and where their answers arrive.
    let questions: Mailbox<StorageQuestion>
    let findings: Mailbox<StorageAnswer>
    /// Where damage is told that was found in the database after the start.
    let damage: Mailbox<String>

    init() throws(Errno) {
        orders = try Mailbox()
        replies = try Mailbox()
        questions = try Mailbox()
        findings = try Mailbox()
        damage = try Mailbox()
    }
}
