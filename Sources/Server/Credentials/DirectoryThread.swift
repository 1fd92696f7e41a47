// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Glibc
internal import Store
internal import TURN
internal import Wire

/// The thread that reads the operator's database of users and follows it, as seen from the thread that started it.
///
/// Nobody waits for it: whoever serves has an immutable ``Directory``, and is given another when the database has
/// changed. Looked at every two seconds and whenever ``look()`` is called.
final class DirectoryThread {
    /// What was read last; nil while the first reading goes on.
    private(set) var directory: Directory?

    private let first: Mailbox<Directory>
    private let changes: Mailbox<Directory>
    private let orders: Mailbox<Order>
    private let thread: LoopThread

    private enum Order {
        case look
        /// Reads these realms too.
        case serve(Set<String>)
    }

    /// Starts the thread, which reads the database at once.
    ///
    /// - Parameter others: Realms to read beside `realm` and those that the database names.
    init(path: String, realm: String, and others: Set<String>, log: Log) throws(Errno) {
        let loop = try Loop()
        first = try Mailbox()
        changes = try Mailbox()
        orders = try Mailbox()
        let follower = DirectoryFollower(path: path, realm: realm, others: others, log: log) {
            [first, changes] directory in
            first.post(directory)
            changes.post(directory)
        }
        try orders.open(on: loop) { order in
            switch order {
            case .look: follower.look()
            case .serve(let others): follower.serve(others)
            }
        }
        follower.follow(on: loop)
        orders.post(.look)
        thread = try LoopThread(named: "users", running: loop)
    }

    /// Waits for the first reading, but not longer than `patience`: a large database is read while the server serves.
    func wait(atMost patience: Duration) throws(Errno) {
        let loop = try Loop()
        try first.open(on: loop) { [unowned self] in directory = $0 }
        let end = loop.now.instant + patience
        while directory == nil, loop.now.instant < end { loop.turn(waitingAtMost: end - loop.now.instant) }
    }

    /// Takes over each new reading on `loop`, and tells of it.
    func follow(on loop: Loop, changed: @escaping () -> Void) throws(Errno) {
        try changes.open(on: loop) { [unowned self] in
            directory = $0
            changed()
        }
    }

    /// Looks whether the database has changed.
    func look() { orders.post(.look) }

    /// Reads other realms beside the server's own from now on.
    func serve(_ others: Set<String>) { orders.post(.serve(others)) }

    func stop() { thread.stop() }
}

/// Reads the database whenever it has become another one. Lives on the thread's loop.
private final class DirectoryFollower {
    private let path: String
    private let realm: String
    private var others: Set<String>
    private let log: Log
    private let publish: (Directory) -> Void
    private var database: UserDatabase?
    /// The file that is open: a database may be replaced by another one under its name.
    private var file: FileIdentity?
    private var version: Int64?
    private var hasPublished = false
    /// How often more the first reading may find that somebody else holds the database: half a minute in all.
    private var patience = 3
    private var trouble = ""
    /// What the workers have let go of by now, so that it is taken apart here and not by them.
    private var current: Directory?
    private var retired: Directory?

    private static let interval: Duration = .seconds(2)

    init(path: String, realm: String, others: Set<String>, log: Log, publish: @escaping (Directory) -> Void) {
        (self.path, self.realm, self.others, self.log, self.publish) = (path, realm, others, log, publish)
    }

    func serve(_ others: Set<String>) {
        if others != self.others { (self.others, version) = (others, nil) }
        look()
    }

    /// Looks at the database from now on, again and again.
    func follow(on loop: Loop) {
        let timer = Timer(on: loop) { [unowned loop] in
            self.look()
            self.follow(on: loop)
        }
        timer.arm(at: loop.now.instant + Self.interval)
    }

    func look() {
        retired = nil
        guard let found = FileIdentity(of: path) else {
            fail("there is no file; “sterna user add” makes it, coturn's turnadmin too")
            return
        }
        guard !found.isFolder else {
            fail("it is a folder; name the database in it")
            return
        }
        do throws(StoreError) {
            if found != file || database == nil {
                database = try UserDatabase(reading: path)
                (file, version) = (found, nil)
            }
            guard let now = try database?.version(), now != version else { return }
            try read()
            version = now
        } catch {
            database = nil
            fail("\(error.detail); \(Self.remedy(error.problem))", isPassing: error.problem == .locked)
        }
    }

    private func read() throws(StoreError) {
        guard let directory = try database?.directory(of: realm, and: others) else { return }
        retired = current
        current = directory
        hasPublished = true
        trouble = ""
        publish(directory)
        log.write(
            .users, "users and secrets were read from the database",
            [
                "userdb": .text(path), "realm": .text(realm), "otherRealms": .count(directory.others.count),
                "users": .count(directory.users.count),
                "secrets": .count(directory.secrets.count), "oauthKeys": .count(directory.tokenKeys.count),
                "peerRules": .count(directory.allowedPeers.count + directory.deniedPeers.count),
            ])
        for notice in directory.notices { log.write(.unusable, notice, ["userdb": .text(path)]) }
    }

    /// Says once what is wrong. What was read before stays good; before anything was read nobody is in it, unless it is
    /// somebody's only for a moment: then who asks waits.
    private func fail(_ explanation: String, isPassing: Bool = false) {
        if explanation != trouble { log.write(.unusable, "userdb: \(explanation)", ["userdb": .text(path)]) }
        trouble = explanation
        if isPassing { patience -= 1 }
        guard !hasPublished, !isPassing || patience < 0 else { return }
        hasPublished = true
        publish(Directory(of: realm))
    }

    private static func remedy(_ problem: StoreError.Problem) -> String {
        switch problem {
        case .cannotOpen, .readOnly: "the file must be readable by the service, and its folder searchable"
        case .notADatabase: "userdb= must name an SQLite database"
        case .locked: "another program holds it; the next look is in two seconds"
        default: "“sqlite3 FILE 'PRAGMA integrity_check'” says more"
        }
    }
}

/// Tells one file from another that has taken its name.
private struct FileIdentity: Equatable {
    private let device: UInt64
    private let number: UInt64
    let isFolder: Bool

    init?(of path: String) {
        var status = stat()
        // Safe: the call fills the whole structure or fails; the path lives through it.
        guard unsafe fstatat(AT_FDCWD, path, &status, 0) == 0 else { return nil }
        (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
        isFolder = status.st_mode & S_IFMT == S_IFDIR
    }
}
