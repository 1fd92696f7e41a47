// SPDX-License-Identifier: Apache-2.0
internal import Addresses
internal import Crypto
internal import Engine
package import TURN
internal import Wire

/// STUN and TURN: worker threads that each drive a relay of their own.
///
/// A client's packets reach one worker, by the kernel's hash of their addresses, and stay there: what a worker relays
/// needs no lock. Shared are the live relay endpoints, the quotas and the counts that others read.
package final class RelayService {
    /// Where it listens: with the ports that the kernel chose where zero was asked for.
    package let listeners: Listeners
    /// What the operator should know though the server runs: buffers smaller than asked for.
    package let notices: [String]
    /// What the workers have counted; may be read from any thread.
    private let published: [PublishedCounts]

    /// How many allocations the workers have.
    var allocations: Int { published.reduce(0) { $0 + $1.allocations } }
    /// How many datagrams from one client to another never touched the network.
    package var shortCircuits: UInt64 { published.reduce(0) { $0 &+ $1.shortCircuits } }

    private let threads: [LoopThread]
    private let mailboxes: [Mailbox<Worker.Message>]
    private let scopes: [Mailbox<ScopeChange>]
    private let shares: [[ClosedRange<UInt16>]]

    /// Binds every listener, then starts the workers; when one cannot be bound nothing is left open.
    package convenience init(_ settings: Settings) throws(RelayFailure) {
        try self.init(settings, after: Inheritance(), keep: nil)
    }

    /// Goes on with what the process before this one left.
    ///
    /// - Parameter keep: Takes what is to outlive this process, from any thread; nil where nothing is to.
    init(
        _ settings: Settings, after inheritance: Inheritance, keep: (@Sendable (Kept) -> Void)?
    ) throws(RelayFailure) {
        let settings = try settings.completed()
        let (listeners, missing) = try ListenerProbe.probe(settings.listeners, after: inheritance)
        let shares = PortShares.split(settings.relay.ports, among: settings.workers ?? Host.processors)
        guard !shares.isEmpty else { throw .noRelayPorts }
        let doors = try Doors(
            listeners, for: shares.count, buffer: Settings.listenerBuffer(settings.socketBuffer), after: inheritance,
            keep: keep)
        let legacies = Self.deal(inheritance.takeAllocations(), among: shares.count)
        var starting: Starting
        do throws(Errno) { starting = try Starting(shares, keep: keep) } catch { throw .resources(error) }
        for number in shares.indices {
            do {
                try starting.start(
                    doors.share(of: number, among: shares.count), settings, legacies[number], inheritance.withdrawals)
            } catch {
                starting.stop()
                throw error
            }
        }
        self.listeners = listeners
        self.shares = shares
        notices = starting.notices + missing.map { "no STUN and TURN beside HTTPS: \($0); no-web-udp does without" }
        threads = starting.threads
        mailboxes = starting.neighbours.mailboxes
        scopes = starting.neighbours.scopes
        published = starting.published
        // Only now, when the kernel's hash has all sockets to choose from: a client that was answered earlier might
        // find itself at another worker.
        for mailbox in mailboxes { mailbox.post(.serve) }
    }

    /// Replaces what may change while running: all of `relay` but the ports. Allocations live on.
    package func reload(_ relay: TURN.Settings) {
        for (number, mailbox) in mailboxes.enumerated() {
            mailbox.post(.reload(Self.settings(relay, of: number, shares)))
        }
    }

    /// Goes by other addresses of the host from now on. Allocations live on, and peers are judged anew.
    func follow(_ addresses: OwnAddresses) {
        for mailbox in mailboxes { mailbox.post(.follow(addresses)) }
    }

    /// Serves new handshakes with another certificate; running sessions keep theirs.
    package func show(_ contexts: RelayContexts) {
        for mailbox in mailboxes { mailbox.post(.show(contexts)) }
    }

    /// Takes in clients of TLS that came to another listener; may be called from any thread.
    var adopt: @Sendable (SecureParcel) -> Void {
        { [mailboxes] parcel in
            mailboxes[Int(parcel.peer.port) % mailboxes.count].post(.adopt(parcel))
        }
    }

    /// The same for clients of TCP.
    var take: @Sendable (StreamParcel) -> Void {
        { [mailboxes] parcel in
            mailboxes[Int(parcel.peer.port) % mailboxes.count].post(.take(parcel))
        }
    }

    /// How many workers there are.
    var workerCount: Int { mailboxes.count }

    /// Tells every worker what happened in a room; what comes of it later is answered after it. May be called from any
    /// thread.
    var tell: @Sendable (ScopeChange) -> Void {
        { [scopes] change in
            for mailbox in scopes { mailbox.post(change) }
        }
    }

    /// Leaves a question with a worker, counted from zero; may be called from any thread.
    var ask: @Sendable (_ worker: Int, Inquiry) -> Void {
        { [mailboxes] worker, inquiry in
            if mailboxes.indices.contains(worker) { mailboxes[worker].post(.ask(inquiry)) }
        }
    }

    /// Ends what was allocated with the TURN REST credentials of a name, which open nothing more; may be called from any
    /// thread.
    var withdraw: @Sendable (_ name: String, _ until: UnixTime) -> Void {
        { [mailboxes] name, end in
            for mailbox in mailboxes { mailbox.post(.withdraw(name: name, until: end)) }
        }
    }

    /// Keeps every session for the next process, and closes what cannot be kept. Returns when the threads are gone.
    func leave() {
        for (thread, mailbox) in zip(threads, mailboxes) {
            Farewell.wait(atMost: Self.patience) { mailbox.post(.leave($0)) }
            thread.stop()
        }
    }

    /// How long a worker may take to keep what it has.
    private static let patience: Duration = .seconds(5)

    /// The loops of the workers.
    var loops: [Stopper] { threads.map(\.stopper) }

    /// Gives every allocation to the worker whose socket its client sends to; streams are anybody's.
    private static func deal(_ legacies: [Legacy], among workers: Int) -> [[Legacy]] {
        var dealt = [[Legacy]](repeating: [], count: workers)
        for legacy in legacies {
            let allocation = legacy.left.allocation
            let owner =
                legacy.left.door ?? allocation.token.map { Int($0 >> 56) } ?? Int(allocation.flow.client.port)
            dealt[owner % workers].append(legacy)
        }
        return dealt
    }

    /// Tells of every running session, then closes everything. Returns when the threads are gone.
    package func stop() {
        for mailbox in mailboxes { mailbox.post(.finish) }
        for thread in threads { thread.stop() }
    }

    /// What one of the workers is told.
    private static func settings(
        _ relay: TURN.Settings, of worker: Int, _ shares: [[ClosedRange<UInt16>]]
    ) -> TURN.Settings {
        var relay = relay
        relay.ports = shares[worker]
        relay.canForbidFragments = true
        relay.worker = UInt8(truncatingIfNeeded: worker)
        relay.workers = shares.count
        return relay
    }

    /// What has been started so far.
    private struct Starting {
        var threads: [LoopThread] = []
        let neighbours: Neighbours
        var published: [PublishedCounts] = []
        var notices: [String] = []
        let live = LiveEndpoints()
        let listening = LiveEndpoints()
        let keep: (@Sendable (Kept) -> Void)?
        let cookieSecret = Randomness.bytes(32)

        init(_ shares: [[ClosedRange<UInt16>]], keep: (@Sendable (Kept) -> Void)?) throws(Errno) {
            self.keep = keep
            neighbours = Neighbours(
                mailboxes: try shares.map { _ throws(Errno) in try Mailbox<Worker.Message>() },
                scopes: try shares.map { _ throws(Errno) in try Mailbox<ScopeChange>() }, shares: shares)
        }

        mutating func start(
            _ share: Doors, _ settings: Settings, _ legacies: [Legacy], _ withdrawals: [LeftWithdrawal]
        ) throws(RelayFailure) {
            let counts = PublishedCounts()
            let place = Worker.Place(
                number: threads.count, live: live, listening: listening, published: counts, onEvent: settings.onEvent,
                neighbours: neighbours, limits: settings.limits, keep: keep, cookieSecret: cookieSecret,
                relayBuffer: settings.socketBuffer)
            let relay = RelayService.settings(settings.relay, of: place.number, neighbours.shares)
            do {
                let loop = try Loop()
                let worker = try Worker(place, relay, share, on: loop)
                worker.show(settings.contexts)
                if threads.isEmpty { notices = worker.notices }
                try worker.open(neighbours.mailboxes[place.number])
                worker.restore(legacies, withdrawals)
                threads.append(try LoopThread(named: "relay-\(place.number)", running: loop))
                published.append(counts)
            } catch let failure as BindFailure {
                throw .bind(failure)
            } catch let errno as Errno {
                throw .resources(errno)
            } catch {
                throw .noRelayPorts
            }
        }

        func stop() { for thread in threads { thread.stop() } }
    }
}
