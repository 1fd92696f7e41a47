// SPDX-License-Identifier: Apache-2.0
import Addresses
import Crypto
import STUN
import TURN
import Wire

/// A relay, its clients A, B and C, its peers P1, P1b and P2, and a clock: all in memory.
struct World: ~Copyable {
    static let realm = "sterna.test"
    static let secret = "a secret of the operator"
    static let peers = [
        "P1": Endpoint(.v4(0x7F00_000B), 4001), "P1b": Endpoint(.v4(0x7F00_000B), 4002),
        "P2": Endpoint(.v4(0x7F00_000C), 4001),
    ]

    var relay: Relay
    private(set) var now = Moment(
        instant: Instant(nanoseconds: 1_000_000_000_000), time: UnixTime(seconds: 1_790_000_000))
    /// What came to each client, oldest first.
    private(set) var received: [String: [[UInt8]]] = [:]
    /// What left for each peer.
    private(set) var sent: [(peer: Endpoint, bytes: [UInt8])] = []
    private(set) var sockets: [Endpoint: AllocationID] = [:]

    init(hasIPv6: Bool, ports: ClosedRange<UInt16> = 50000...50099) {
        let users = ["alice", "bob", "Zo\u{EB}"].map {
            Credentials.User(name: $0, password: "password of \($0)", realm: Self.realm)
        }
        var policy = PeerPolicy()
        policy.own = OwnAddresses(
            host: HostAddresses([Self.server.address] + (hasIPv6 ? [.v6(0x2A00 << 112 | 1)] : [])))
        policy.listeners = [Self.server]
        policy.allowed = [AddressRange(.v4(0x7F00_000B), .v4(0x7F00_000C), origin: "test:1")].compactMap(\.self)
        var settings = Settings(
            credentials: Credentials(realm: Self.realm, users: users, secrets: [Credentials.Secret(Self.secret)]),
            peerPolicy: policy, nonceKey: [UInt8](repeating: 7, count: 32))
        settings.ports = [ports]
        relay = Relay(settings: settings, random: RandomStream(testSeed: 42), live: .none)
    }

    /// 5.9.9.9:3478.
    static let server = Endpoint(.v4(0x0509_0909), 3478)

    static func flow(_ client: String) -> Flow {
        let port: UInt16 = ["A": 1001, "B": 1002, "C": 1003][client] ?? 1009
        return Flow(client: Endpoint(.v4(0x5809_0909), port), server: server, transport: .udp)
    }

    mutating func send(_ bytes: [UInt8], from client: String) {
        act(on: relay.receive(bytes.span, on: Self.flow(client), now: now), received: bytes)
    }

    mutating func send(_ bytes: [UInt8], fromPeer peer: Endpoint) {
        for (_, allocation) in sockets {
            act(on: relay.receive(count: bytes.count, from: peer, at: allocation, now: now), received: bytes)
        }
    }

    /// Lets time pass; the wall clock may jump besides.
    mutating func wait(seconds: Int64, wallClock jump: Int64) {
        for _ in 0..<seconds {
            now = now + .seconds(1)
            relay.handle(.tick, now: now)
            drain()
        }
        now = Moment(instant: now.instant, time: now.time + .seconds(jump))
    }

    mutating func takeReceived(_ client: String) -> [[UInt8]] { received.removeValue(forKey: client) ?? [] }
    mutating func takeSent() -> [(peer: Endpoint, bytes: [UInt8])] {
        defer { sent = [] }
        return sent
    }

    private mutating func act(on outcome: Outcome, received bytes: [UInt8]) {
        switch outcome {
        case .send(let departure): sent.append((departure.peer, Array(bytes[departure.payload])))
        case .deliver(let delivery): deliver(delivery, from: bytes)
        case .dropped, .queued, .elsewhere, .belongs, .untold, .postponed: break
        }
        drain()
    }

    private mutating func deliver(_ delivery: Delivery, from bytes: [UInt8]) {
        var message: [UInt8] = []
        switch delivery.framing {
        case .channel(let header): message.append(bigEndian: header)
        case .indication(let header): message += relay.replyBytes[header]
        }
        message += bytes[delivery.payload] + [UInt8](repeating: 0, count: delivery.padding)
        receive(message, on: delivery.flow)
    }

    private mutating func receive(_ message: [UInt8], on flow: Flow) {
        for client in ["A", "B", "C"] where Self.flow(client) == flow { received[client, default: []].append(message) }
    }

    private mutating func drain() {
        while let output = relay.nextOutput() {
            switch output {
            case .reply(let flow, let bytes): receive(Array(relay.replyBytes[bytes]), on: flow)
            case .open(let allocation, let endpoint), .listen(let allocation, let endpoint):
                sockets[endpoint] = allocation
                relay.handle(.opened(allocation, at: endpoint), now: now)
            case .close(let allocation, let family):
                sockets = sockets.filter { $0.value != allocation || $0.key.address.family != family }
            case .ended, .refused, .giveBack, .connect, .join, .disconnect: break
            }
        }
    }
}
