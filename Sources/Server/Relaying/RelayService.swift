// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import Engine
package import TURN
internal import Wire

/// STUN and TURN: worker threads that each drive a relay of their own.
///
/// A client's packets reach one worker, by the kernel's hash of their addresses, and stay there: what a worker relays
/// needs no lock. Shared are the live relay endpoints, the quotas and the counters that others read.
package final class RelayService {
    /// Where it listens: with the ports that the kernel chose where zero was asked for.
    package let listeners: Listeners
    /// What the operator should know though the server runs: buffers smaller than asked for.
    package let notices: [String]
    /// What the workers have counted; may be read from any thread.
    package let statistics: RelayStatistics

    private let threads: [LoopThread]
    private let mailboxes: [Mailbox<Worker.Message>]
    private let shares: [[ClosedRange<UInt16>]]

    /// Binds every listener, then starts the workers; when one cannot be bound nothing is left open.
    package init(_ settings: Settings) throws(RelayFailure) {
        let settings = try settings.completed()
        let (listeners, missing) = try Self.probe(settings.listeners)
        let shares = PortShares.split(settings.relay.ports, among: settings.workers ?? Host.processors)
        guard !shares.isEmpty else { throw .noRelayPorts }
        let groups = try Self.open(listeners.datagrams, for: shares.count, buffer: settings.socketBuffer * 8)
        var starting = Starting()
        for share in shares {
            do {
                let own = groups.map { $0.share(of: starting.threads.count, among: shares.count) }
                try starting.start(share, own, listeners, settings)
            } catch {
                starting.stop()
                throw error
            }
        }
        self.listeners = listeners
        self.shares = shares
        notices = starting.notices + missing.map { "no STUN and TURN beside HTTPS: \($0); no-web-udp does without" }
        threads = starting.threads
        mailboxes = starting.mailboxes
        statistics = RelayStatistics(workers: starting.counters)
        // Only now, when the kernel's hash has all sockets to choose from: a client that was answered earlier might
        // find itself at another worker.
        for mailbox in mailboxes { mailbox.post(.serve) }
    }

    /// Replaces what may change while running: all of `relay` but the ports. Allocations live on.
    package func reload(_ relay: TURN.Settings) {
        for (mailbox, share) in zip(mailboxes, shares) {
            var relay = relay
            relay.ports = share
            relay.canForbidFragments = true
            mailbox.post(.reload(relay))
        }
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

    /// Ends what was allocated with the TURN REST credentials of a name, which open nothing more; may be called from any
    /// thread.
    var withdraw: @Sendable (_ name: String, _ until: UnixTime) -> Void {
        { [mailboxes] name, end in
            for mailbox in mailboxes { mailbox.post(.withdraw(name: name, until: end)) }
        }
    }

    /// Tells of every running session, then closes everything. Returns when the threads are gone.
    package func stop() {
        for mailbox in mailboxes { mailbox.post(.finish) }
        for thread in threads { thread.stop() }
    }

    /// Finds out whether the addresses are free, each by a socket that does not share its port.
    ///
    /// The workers' sockets do, and would silently share it with another server of the same user too: each would get
    /// half of the clients. Port zero stands for one free port, the same for all.
    ///
    /// - Returns: The addresses, and why some that can be done without are not among them.
    private static func probe(_ listeners: Listeners) throws(RelayFailure) -> (Listeners, [BindFailure]) {
        var found = try probeNeeded(listeners)
        var missing: [BindFailure] = []
        for endpoint in listeners.spareDatagrams where !found.datagrams.contains(endpoint) {
            do {
                found.datagrams.append(try DatagramSocket(at: endpoint).local)
            } catch {
                missing.append(BindFailure(endpoint, .udp, error))
            }
        }
        return (found, missing)
    }

    private static func probeNeeded(_ listeners: Listeners) throws(RelayFailure) -> Listeners {
        // A port that is free for the first listener may be taken for the next one.
        for _ in 0..<8 where listeners.hasFreePort {
            if let probed = try? probeOnce(listeners) { return probed }
        }
        do { return try probeOnce(listeners) } catch { throw .bind(error) }
    }

    private static func probeOnce(_ listeners: Listeners) throws(BindFailure) -> Listeners {
        var probed = Listeners(takesDTLSAlone: listeners.takesDTLSAlone)
        var chosen: UInt16 = 0
        for endpoint in listeners.datagrams {
            let place = Endpoint(endpoint.address, endpoint.port == 0 ? chosen : endpoint.port)
            do {
                probed.datagrams.append(try DatagramSocket(at: place).local)
            } catch {
                throw BindFailure(place, .udp, error)
            }
            if endpoint.port == 0 { chosen = probed.datagrams.last?.port ?? 0 }
        }
        for endpoint in listeners.streams {
            let place = Endpoint(endpoint.address, endpoint.port == 0 ? chosen : endpoint.port)
            probed.streams.append(try Listener.probe(place))
            if endpoint.port == 0 { chosen = probed.streams.last?.port ?? 0 }
        }
        for endpoint in listeners.proxied {
            probed.proxied.append(try Listener.probe(endpoint))
            probed.proxies = listeners.proxies
        }
        return probed
    }

    private static func open(
        _ endpoints: [Endpoint], for workers: Int, buffer: Int
    ) throws(RelayFailure) -> [ListenerGroup] {
        do {
            return try endpoints.map { endpoint throws(BindFailure) in
                try ListenerGroup(at: endpoint, for: workers, buffer: buffer)
            }
        } catch {
            throw .bind(error)
        }
    }

    /// What has been started so far.
    private struct Starting {
        var threads: [LoopThread] = []
        var mailboxes: [Mailbox<Worker.Message>] = []
        var counters: [RelayCounters] = []
        var notices: [String] = []
        let live = LiveEndpoints()
        let cookieSecret = Randomness.bytes(32)

        mutating func start(
            _ share: [ClosedRange<UInt16>], _ groups: [ListenerGroup], _ listeners: Listeners, _ settings: Settings
        ) throws(RelayFailure) {
            let counters = RelayCounters()
            let place = Worker.Place(
                number: threads.count, live: live, counters: counters, onEvent: settings.onEvent,
                limits: settings.limits, cookieSecret: cookieSecret, relayBuffer: settings.socketBuffer)
            var relay = settings.relay
            relay.ports = share
            relay.canForbidFragments = true
            do {
                let mailbox = try Mailbox<Worker.Message>()
                let loop = try Loop()
                let worker = try Worker(place, relay, groups, listeners, on: loop)
                worker.show(settings.contexts)
                if threads.isEmpty { notices = worker.notices }
                try worker.open(mailbox)
                threads.append(try LoopThread(named: "relay-\(place.number)", running: loop))
                mailboxes.append(mailbox)
                self.counters.append(counters)
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
