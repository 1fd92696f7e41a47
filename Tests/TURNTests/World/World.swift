// SPDX-License-Identifier: Apache-2.0
import Addresses
import Crypto
import STUN
import Synchronization
import TURN
import Wire

/// A relay with a simulated clock and host around it: sockets are a set, packets are arrays.
final class World {
    var relay: Relay
    var now = Moment(instant: Instant(nanoseconds: 5_000_000_000), time: UnixTime(seconds: 1_800_000_000))
    /// Sockets of the relay that are open, by local endpoint.
    private(set) var sockets: [Endpoint: AllocationID] = [:]
    /// Relayed addresses of TCP that are listened at.
    private(set) var listeners: [Endpoint: AllocationID] = [:]
    /// Connections that the relay wants, and to whom, since last asked.
    private(set) var connects: [(id: ConnectionID, from: AllocationID, to: Endpoint)] = []
    private(set) var joins: [(id: ConnectionID, flow: Flow)] = []
    private(set) var disconnects: [ConnectionID] = []
    /// The worker that the last message's stream is to go on at.
    private(set) var destination: UInt8?
    /// Messages of streams that wait for the operator's database.
    private(set) var postponed = 0
    /// Endpoints that another program has.
    var busy: Set<Endpoint> = []
    /// What the host answers instead of binding.
    var failure: OpenFailure?
    /// What the host has by now, where no word of that has come to the relay yet.
    var changed: OwnAddresses?
    /// What clients were sent since last asked, in order.
    private(set) var toClients: [(flow: Flow, bytes: [UInt8])] = []
    /// What peers were sent since last asked, in order.
    private(set) var toPeers: [(from: Endpoint, to: Endpoint, bytes: [UInt8], whole: Bool)] = []
    private(set) var ended: [SessionSummary] = []
    private(set) var refused: [Refused] = []
    private(set) var lastDrop: DropReason?
    let ledger: Ledger
    /// What was written down of each slot when something in it last changed, and by which name its sockets go.
    private(set) var saved: [UInt32: (bytes: [UInt8], name: AllocationID)] = [:]
    private var settings: Settings
    private let listening = Listening()
    /// What was told of rooms and not read yet.
    var mail: [ScopeChange] = []
    /// Whose relayed addresses of other workers are.
    let live = Live()
    /// The worlds of all workers by their numbers, this one among them; they share the ports as `settings` says.
    var workers: [World] = []

    static let realm = "example.org"
    static let server = Endpoint(.v4(0x0808_0808), 3478)
    static let server6 = Endpoint(.v6(0x2606_4700_0000_0000_0000_0000_0000_1111), 3478)

    /// Users `ana` and `bob`, whose password is their name twice; REST secret `north`.
    static func settings() -> Settings {
        let users = ["ana", "bob"].map { Credentials.User(name: $0, password: $0 + $0, realm: realm) }
        let credentials = Credentials(realm: realm, users: users, secrets: [.init("north"), .init("south")])
        var policy = PeerPolicy()
        policy.own = .of([server.address, server6.address])
        policy.listeners = [Endpoint(.anyV4, 3478), Endpoint(.anyV6, 3478)]
        var settings = Settings(
            credentials: credentials, peerPolicy: policy, nonceKey: [UInt8](repeating: 7, count: 32))
        settings.canForbidFragments = true
        return settings
    }

    init(seed: UInt64 = 1, ledger: Ledger = Ledger(), _ change: (inout Settings) -> Void = { _ in }) {
        var settings = Self.settings()
        settings.quotas = ledger.quotas
        change(&settings)
        self.ledger = ledger
        self.settings = settings
        relay = Relay(
            settings: settings, random: RandomStream(testSeed: seed), live: live.addresses,
            isListening: { [listening] in listening.contains($0) })
    }

    // MARK: - What happens

    /// A client's message arrives; returns the answer to it, if there was one.
    @discardableResult
    func receive(_ bytes: [UInt8], on flow: Flow) -> [UInt8]? {
        let before = toClients.count
        act(on: relay.receive(bytes.span, on: flow, now: now), bytes, of: flow)
        return toClients.count > before ? toClients.last?.bytes : nil
    }

    /// A datagram from a peer arrives at a relayed endpoint of the host.
    func receive(_ bytes: [UInt8], from peer: Endpoint, at local: Endpoint) {
        guard let allocation = sockets[local] else { return }
        act(on: relay.receive(count: bytes.count, from: peer, at: allocation, now: now), bytes)
    }

    func handle(_ input: Input) {
        relay.handle(input, now: now)
        drain()
    }

    /// Time passes; every deadline on the way is kept.
    func pass(_ delay: Duration) {
        let end = now + delay
        while let due = relay.deadline, due <= end.instant {
            if due > now.instant { now = now + (due - now.instant) }
            handle(.tick)
        }
        now = end
    }

    /// What clients were sent since last asked.
    func takeToClients() -> [(flow: Flow, bytes: [UInt8])] {
        defer { toClients = [] }
        return toClients
    }

    /// What peers were sent since last asked.
    func takeToPeers() -> [(from: Endpoint, to: Endpoint, bytes: [UInt8], whole: Bool)] {
        defer { toPeers = [] }
        return toPeers
    }

    func reload(_ settings: Settings) {
        self.settings = settings
        relay.reload(settings)
        drain()
    }

    /// Another process goes on with what was written down; tells what could not be read.
    @discardableResult
    func restart(seed: UInt64 = 2) -> [UInt32] {
        var lost: [UInt32] = []
        let (left, open, openForTCP) = (saved, sockets, listeners)
        (saved, sockets, listeners) = ([:], [:], [:])
        ledger.clear()
        relay = Relay(
            settings: settings, random: RandomStream(testSeed: seed), live: live.addresses,
            isListening: { [listening] in listening.contains($0) })
        for (slot, (bytes, name)) in left.sorted(by: { $0.key < $1.key }) {
            guard let record = Record(parsing: bytes.span).flatMap(AllocationRecord.init),
                let restored = relay.restore(record)
            else {
                lost.append(slot)
                continue
            }
            for (endpoint, owner) in open where owner == name { sockets[endpoint] = restored }
            for (endpoint, owner) in openForTCP where owner == name { listeners[endpoint] = restored }
        }
        listening.endpoints.withLock { $0 = Set(listeners.keys) }
        drain()
        return lost
    }

    // MARK: - What a driver does

    private func act(on outcome: Outcome, _ bytes: [UInt8], of flow: Flow? = nil) {
        (lastDrop, destination) = (nil, nil)
        switch outcome {
        case .send(let departure):
            let family = departure.peer.address.family
            let from = sockets.first { $0.value == departure.allocation && $0.key.address.family == family }
            guard let from else { preconditionFailure("a packet leaves from a socket that is open") }
            toPeers.append((from.key, departure.peer, Array(bytes[departure.payload]), departure.dontFragment))
        case .deliver(let delivery):
            var message: [UInt8] = []
            switch delivery.framing {
            case .channel(let header): message.append(bigEndian: header)
            case .indication(let header): message = Array(relay.replyBytes[header])
            }
            message += bytes[delivery.payload] + [UInt8](repeating: 0, count: delivery.padding)
            toClients.append((delivery.flow, message))
        case .dropped(let reason): lastDrop = reason
        case .queued: break
        case .belongs(let worker): destination = worker
        case .untold:
            for change in mail { handle(.scope(change)) }
            mail = []
            if let flow { act(on: relay.resume(bytes.span, on: flow, now: now), bytes, of: flow) }
        case .postponed: postponed += 1
        case .elsewhere(let worker):
            if let flow, let wanted = relay.wanted { fetch(wanted, from: workers[Int(worker)], bytes, flow) }
        }
        drain()
    }

    /// Takes over what another worker has, with its sockets, and goes on with the request.
    private func fetch(_ wanted: Wanted, from other: World, _ request: [UInt8], _ flow: Flow) {
        if let (record, name) = other.relay.lend(wanted, for: request.span, now: now),
            let own = relay.borrow(record, for: flow)
        {
            for (endpoint, owner) in other.sockets where owner == name {
                other.sockets[endpoint] = nil
                sockets[endpoint] = own
            }
        }
        other.drain()
        _ = relay.resume(request.span, on: flow, now: now)
    }

    private func drain() {
        while let output = relay.nextOutput() {
            switch output {
            case .reply(let flow, let range): toClients.append((flow, Array(relay.replyBytes[range])))
            case .open(let allocation, let endpoint): open(allocation, endpoint)
            case .listen(let allocation, let endpoint): listen(allocation, endpoint)
            case .connect(let id, let allocation, let peer): connects.append((id, allocation, peer))
            case .join(let id, let flow): joins.append((id, flow))
            case .disconnect(let id): disconnects.append(id)
            case .close(let allocation, let family):
                if let own = listeners.first(where: { $0.value == allocation && $0.key.address.family == family }) {
                    listeners[own.key] = nil
                    listening.endpoints.withLock { $0 = Set(listeners.keys) }
                    continue
                }
                let closed = sockets.first { $0.value == allocation && $0.key.address.family == family }
                guard let closed else { preconditionFailure("only an open socket is closed") }
                sockets[closed.key] = nil
            case .giveBack(let endpoint): for world in workers { world.handle(.returned(endpoint)) }
            case .ended(let summary): ended.append(summary)
            case .refused(let refusal): refused.append(refusal)
            }
        }
        while let slot = relay.nextChange() {
            saved[slot] = relay.record(of: slot).map { ($0.record.record.bytes, $0.name) }
        }
    }

    /// A peer connects to a relayed address; the name under which the client may take the connection.
    func connect(from peer: Endpoint, to local: Endpoint) -> Arrival? {
        guard let allocation = listeners[local] else { return nil }
        defer { drain() }
        return relay.accept(from: peer, at: allocation, now: now)
    }

    func takeConnects() -> [(id: ConnectionID, from: AllocationID, to: Endpoint)] {
        defer { connects = [] }
        return connects
    }

    func takeJoins() -> [(id: ConnectionID, flow: Flow)] {
        defer { joins = [] }
        return joins
    }

    func takeDisconnects() -> [ConnectionID] {
        defer { disconnects = [] }
        return disconnects
    }

    private func listen(_ allocation: AllocationID, _ endpoint: Endpoint) {
        if let failure {
            relay.handle(.refused(allocation, at: endpoint, because: failure), now: now)
        } else if busy.contains(endpoint) {
            relay.handle(.refused(allocation, at: endpoint, because: .portInUse), now: now)
        } else {
            precondition(listeners[endpoint] == nil && sockets[endpoint] == nil, "a port is given once")
            listeners[endpoint] = allocation
            listening.endpoints.withLock { $0 = Set(listeners.keys) }
            relay.handle(.opened(allocation, at: endpoint), now: now)
        }
    }

    private func open(_ allocation: AllocationID, _ endpoint: Endpoint) {
        if let changed, !changed.host.has(endpoint.address) {
            relay.follow(changed)
            relay.handle(.refused(allocation, at: endpoint, because: .addressUnavailable), now: now)
        } else if let failure {
            relay.handle(.refused(allocation, at: endpoint, because: failure), now: now)
        } else if busy.contains(endpoint) {
            relay.handle(.refused(allocation, at: endpoint, because: .portInUse), now: now)
        } else {
            precondition(sockets[endpoint] == nil, "a port is given once")
            sockets[endpoint] = allocation
            relay.handle(.opened(allocation, at: endpoint), now: now)
        }
    }
}

extension OwnAddresses {
    /// What follows from a host's addresses, and from `relay-ip` and `external-ip`.
    static func of(
        _ addresses: [IPAddress], relayingFrom relayAddresses: [IPAddress] = [], told external: [ExternalAddress] = []
    ) -> Self {
        var wishes = Wishes()
        (wishes.relayAddresses, wishes.external) = (relayAddresses, external)
        return Self(host: HostAddresses(addresses), wishes: wishes)
    }
}

/// The relayed addresses of all workers, as far as a test tells of them.
final class Live: Sendable {
    private let scopes = Mutex<[Endpoint: Scope]>([:])

    func set(_ all: [Endpoint: Scope]) { scopes.withLock { $0 = all } }

    var addresses: LiveAddresses {
        LiveAddresses(
            scope: { [self] endpoint in scopes.withLock { $0 }[endpoint] },
            count: { [self] scope, address in
                scopes.withLock { $0 }.count { $0.key.address == address && $0.value == scope }
            })
    }
}

/// The relayed addresses of TCP that are open just now, whoever asks.
private final class Listening: Sendable {
    let endpoints = Mutex<Set<Endpoint>>([])

    /// A copy: a closure that captures an endpoint is misaligned by Swift 6.3's unoptimised builds.
    func contains(_ endpoint: Endpoint) -> Bool { endpoints.withLock { $0 }.contains(endpoint) }
}

/// Quotas as a server counts them.
final class Ledger: Sendable {
    private let state = Mutex((counts: [String: Int](), total: 0))
    private let perUser: Int
    private let limit: Int

    init(perUser: Int = .max, total limit: Int = .max) {
        self.perUser = perUser
        self.limit = limit
    }

    var counts: [String: Int] { state.withLock { $0.counts.filter { $0.value != 0 } } }
    var total: Int { state.withLock { $0.total } }

    /// The process that counted is gone.
    func clear() { state.withLock { $0 = ([:], 0) } }

    var quotas: Quotas {
        Quotas(
            take: { [self] claim, _ in
                state.withLock { state in
                    let user = claim.account
                    guard state.counts[user, default: 0] < perUser else { return .user }
                    guard state.total < limit else { return .total }
                    state.counts[user, default: 0] += 1
                    state.total += 1
                    return nil
                }
            },
            give: { [self] claim in
                state.withLock { state in
                    state.counts[claim.account, default: 0] -= 1
                    state.total -= 1
                }
            },
            keep: { [self] claim in
                state.withLock { state in
                    state.counts[claim.account, default: 0] += 1
                    state.total += 1
                }
            })
    }
}
