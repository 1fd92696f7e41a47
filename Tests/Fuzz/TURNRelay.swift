// SPDX-License-Identifier: Apache-2.0
import Addresses
import Crypto
import STUN
import Synchronization
import TURN
import Wire

// Longest input: 1500

/// Any bytes as what happens to a relay: requests good and bad, data from both sides, sockets that open or fail, time.
///
/// After every step nothing may be sent to a denied address or from a socket that is not open; after the last one and
/// enough time every socket is closed and no allocation is left.
@c(LLVMFuzzerTestOneInput)
func fuzz(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var draw = Draw(unsafe input(pointer, count))
    var world = World()
    while !draw.isEmpty { world.step(&draw) }
    world.finish()
    return 0
}

private final class LivePorts: Sendable {
    let endpoints = Mutex<Set<Endpoint>>([])
}

private struct Socket: Hashable {
    let allocation: AllocationID
    let family: IPAddress.Family
}

private let realm = "fuzz"
private let server = Endpoint(.v4(0xC000_0201), 3478)
private let relayAddresses: [IPAddress] = [.v4(0xC000_0201), .v6(0x2001_0DB8 << 96 | 1)]
private let users = ["ana", "ben"].map { Credentials.User(name: $0, password: "secret", realm: realm) }
private let settings: Settings = {
    var policy = PeerPolicy()
    policy.listeners = [server]
    var wishes = OwnAddresses.Wishes()
    wishes.relayAddresses = relayAddresses
    policy.own = OwnAddresses(host: HostAddresses(relayAddresses), wishes: wishes)
    var settings = Settings(
        credentials: Credentials(realm: realm, users: users), peerPolicy: policy,
        nonceKey: [UInt8](repeating: 3, count: 32))
    settings.ports = [50_000...50_031]
    settings.peersPerAllocation = 8
    return settings
}()

private struct World: ~Copyable {
    var relay: Relay
    let live = LivePorts()
    var now = Moment(instant: Instant(nanoseconds: 1), time: UnixTime(seconds: 1_800_000_000))
    var sockets: [Socket: Endpoint] = [:]
    /// Those of them that listen for TCP.
    let listening = LivePorts()
    /// Connections that are wanted, and those that wait or are joined.
    var wanted: [ConnectionID] = []
    var connections: [ConnectionID] = []
    var nonces: [Flow: [UInt8]] = [:]
    var failsToOpen = false
    var transactions: UInt64 = 0

    init() {
        let (live, listening) = (live, listening)
        relay = Relay(
            settings: settings, random: RandomStream(testSeed: 1),
            live: LiveAddresses(scope: { endpoint in live.endpoints.withLock { $0.contains(endpoint) } ? .open : nil }),
            isListening: { endpoint in listening.endpoints.withLock { $0.contains(endpoint) } })
    }

    mutating func step(_ draw: inout Draw) {
        let what = draw.byte()
        let flow = Flow(
            client: Endpoint(.v4(0xCB00_7100 | UInt32(what >> 6)), 40_000), server: server,
            transport: what & 0x20 == 0 ? .udp : .tcp)
        switch what & 0x0F {
        case 0: receive(draw.piece(), on: flow)
        case 1...6: receive(request(&draw, on: flow), on: flow)
        case 7: receive(channelData(&draw), on: flow)
        case 8: receive(indication(&draw), on: flow)
        case 9, 10: what & 0x10 == 0 ? receiveFromPeer(&draw) : acceptFromPeer(&draw)
        case 11: advance(.seconds(Int64(draw.byte())))
        case 12: advance(.seconds(Int64(draw.number())))
        case 13: failsToOpen.toggle()
        case 14: handle(.disconnected(flow))
        case 15 where what & 0x10 != 0: turn(&draw)
        default: if let socket = anySocket(&draw) { handle(.kick(socket.allocation)) }
        }
    }

    /// Lets so much time pass that nothing can be left.
    mutating func finish() {
        for _ in 0..<200 {
            guard let deadline = relay.deadline else { break }
            if now.instant < deadline { now = now + (deadline - now.instant) }
            handle(.tick)
        }
        precondition(relay.deadline == nil, "deadlines without end")
        precondition(relay.allocationCount == 0, "an allocation outlived its time")
        precondition(sockets.isEmpty, "a socket was never closed")
        precondition(relay.inventory.connections == 0, "a connection outlived its allocation")
    }

    private mutating func advance(_ duration: Duration) {
        now = now + duration
        if let deadline = relay.deadline, deadline <= now.instant { handle(.tick) }
    }

    private mutating func handle(_ input: Input) {
        relay.handle(input, now: now)
        drain()
    }

    private mutating func receive(_ message: [UInt8], on flow: Flow) {
        let outcome = relay.receive(message.span, on: flow, now: now)
        if case .send(let departure) = outcome {
            precondition(departure.payload.upperBound <= message.count)
            check(departure)
        }
        drain()
    }

    private func check(_ departure: Departure) {
        let family = departure.peer.address.family
        precondition(sockets[Socket(allocation: departure.allocation, family: family)] != nil, "no socket to send from")
        let isLive = live.endpoints.withLock { $0.contains(departure.peer) }
        precondition(isLive || !isInternal(departure.peer.address), "sent to a denied address")
        precondition(departure.peer.port != 0)
    }

    private mutating func receiveFromPeer(_ draw: inout Draw) {
        guard let socket = anySocket(&draw), !isListening(sockets[socket]) else { return }
        let count = Int(draw.number())
        let outcome = relay.receive(count: count, from: peer(&draw), at: socket.allocation, now: now)
        if case .deliver(let delivery) = outcome {
            precondition(delivery.payload == 0..<count && delivery.allocation == socket.allocation)
            precondition(delivery.framing.headerSize <= 64 && (0...3).contains(delivery.padding))
            if case .indication(let header) = delivery.framing {
                precondition(header.upperBound <= relay.replyBytes.count)
            }
        }
        drain()
    }

    private func isListening(_ endpoint: Endpoint?) -> Bool {
        guard let endpoint else { return false }
        return listening.endpoints.withLock { $0.contains(endpoint) }
    }

    private mutating func acceptFromPeer(_ draw: inout Draw) {
        guard let socket = anySocket(&draw), isListening(sockets[socket]) else { return }
        if case .waiting(let id) = relay.accept(from: peer(&draw), at: socket.allocation, now: now) {
            connections.append(id)
        }
        drain()
    }

    /// Something becomes of a connection.
    private mutating func turn(_ draw: inout Draw) {
        let choice = Int(draw.byte())
        if !wanted.isEmpty, choice & 0x80 == 0 {
            let id = wanted.remove(at: choice % wanted.count)
            if choice & 0x40 == 0 { connections.append(id) }
            handle(choice & 0x40 == 0 ? .connected(id) : .unconnected(id, because: .unreachable))
        } else if !connections.isEmpty {
            let id = connections[choice % connections.count]
            if choice & 0x40 == 0 {
                _ = relay.pass(choice, choice & 1 == 0 ? .toPeer : .toClient, over: id, now: now)
            } else {
                handle(.closed(id))
            }
        }
    }

    private mutating func want(_ id: ConnectionID, to peer: Endpoint) {
        precondition(isListening(peer) || !isInternal(peer.address), "connects to a denied address")
        precondition(peer.port != 0)
        wanted.append(id)
    }

    private mutating func drain() {
        while let output = relay.nextOutput() {
            switch output {
            case .reply(let flow, let range): note(Array(relay.replyBytes[range]), to: flow)
            case .open(let allocation, let endpoint): open(allocation, endpoint)
            case .listen(let allocation, let endpoint):
                open(allocation, endpoint, isListening: true)
            case .connect(let id, _, let peer): want(id, to: peer)
            case .join(let id, _): precondition(connections.contains(id), "joined what is not there")
            case .disconnect: break
            case .close(let allocation, let family): close(Socket(allocation: allocation, family: family))
            case .ended, .refused, .giveBack: break
            }
        }
    }

    private mutating func open(_ allocation: AllocationID, _ endpoint: Endpoint, isListening: Bool = false) {
        precondition(!sockets.values.contains(endpoint), "a port was handed out twice")
        if failsToOpen {
            relay.handle(.refused(allocation, at: endpoint, because: .portInUse), now: now)
        } else {
            let socket = Socket(allocation: allocation, family: endpoint.address.family)
            precondition(sockets.updateValue(endpoint, forKey: socket) == nil, "two sockets of one family")
            (isListening ? listening : live).endpoints.withLock { _ = $0.insert(endpoint) }
            relay.handle(.opened(allocation, at: endpoint), now: now)
        }
    }

    private mutating func close(_ socket: Socket) {
        guard let endpoint = sockets.removeValue(forKey: socket) else {
            preconditionFailure("a socket was closed that is not open")
        }
        live.endpoints.withLock { _ = $0.remove(endpoint) }
        listening.endpoints.withLock { _ = $0.remove(endpoint) }
    }

    /// Every answer is a STUN message; its nonce is used from then on.
    private mutating func note(_ reply: [UInt8], to flow: Flow) {
        guard let message = try? Message(parsing: reply.span) else {
            preconditionFailure("an answer that is no message")
        }
        let isAttempt = message.header.kind == .indication && message.header.method == .connectionAttempt
        precondition(message.header.kind == .success || message.header.kind == .failure || isAttempt)
        if let nonce = message.value(of: .nonce, in: reply.span) { nonces[flow] = nonce }
    }

    private func anySocket(_ draw: inout Draw) -> Socket? {
        let sorted = sockets.sorted {
            ($0.value.port, $0.key.allocation.slot) < ($1.value.port, $1.key.allocation.slot)
        }
        return sorted.isEmpty ? nil : sorted[Int(draw.byte()) % sorted.count].key
    }
}

// MARK: - What a client sends

extension World {
    /// A request, nearly always with credentials that fit.
    fileprivate mutating func request(_ draw: inout Draw, on flow: Flow) -> [UInt8] {
        let usual: [STUN.Method] = [.allocate, .refresh, .createPermission, .channelBind, .allocate, .binding]
        let methods = usual + usual + usual.prefix(2) + [.connect, .connectionBind]
        let choice = draw.byte()
        transactions += choice & 0x80 == 0 ? 1 : 0
        var writer = Writer(capacity: 1500)
        writer.begin(.request, methods[Int(choice & 0x0F)], TransactionID(high: 1, low: transactions))
        for _ in 0..<draw.byte() % 6 { appendAttribute(&draw, to: &writer) }
        let user = users[choice & 0x10 == 0 ? 0 : 1]
        guard choice & 0x60 != 0x60, let nonce = nonces[flow], let key = user.key else { return writer.array }
        let name = Array(user.name.utf8)
        writer.append(.username, name.span)
        writer.append(.realm, Array(realm.utf8).span)
        writer.append(.nonce, nonce.span)
        writer.append(.sha1, key: key)
        return writer.array
    }

    private func appendAttribute(_ draw: inout Draw, to writer: inout Writer) {
        let choice = draw.byte()
        switch choice % 12 {
        case 0: writer.append(requestedTransport: choice < 0xF0 ? 17 : 6)
        case 1: writer.append(lifetime: UInt32(draw.number()))
        case 2: writer.append(lifetime: 0)
        case 3: writer.append(channelNumber: 0x4000 | UInt16(draw.byte() & 3))
        case 4, 5: writer.append(.xorPeerAddress, xorAddress: peer(&draw))
        case 6: writer.append(.requestedAddressFamily, family: draw.byte() & 1 == 0 ? .v4 : .v6)
        case 7: writer.append(.additionalAddressFamily, family: .v6)
        case 8: writer.append(.evenPort, integer: draw.byte())
        case 9: writer.append(.reservationToken, integer: UInt64(draw.number()))
        case 10: _ = writer.reserve(.dontFragment, count: 0)
        case 11 where choice >= 0xF0 && !connections.isEmpty:
            writer.append(.connectionID, integer: connections[Int(draw.byte()) % connections.count].rawValue)
        default:
            let (type, value) = (AttributeType(rawValue: draw.number()), draw.piece())
            writer.append(type, value.span)
        }
    }

    fileprivate func channelData(_ draw: inout Draw) -> [UInt8] {
        let (number, payload) = (draw.byte() & 3, draw.piece())
        return [0x40, number, 0, UInt8(payload.count)] + payload
    }

    fileprivate func indication(_ draw: inout Draw) -> [UInt8] {
        var writer = Writer(capacity: 1500)
        writer.begin(.indication, .send, TransactionID(high: 2, low: 0))
        writer.append(.xorPeerAddress, xorAddress: peer(&draw))
        let payload = draw.piece()
        writer.append(.data, payload.span)
        for _ in 0..<draw.byte() % 3 { appendAttribute(&draw, to: &writer) }
        return writer.array
    }

    /// A public address, a relayed address of this server, or one that is to be denied.
    fileprivate func peer(_ draw: inout Draw) -> Endpoint {
        let choice = draw.byte()
        switch choice & 7 {
        case 0...2: return Endpoint(.v4(0x0808_0800 | UInt32(choice >> 3)), 4000)
        case 3: return Endpoint(.v6(0x2600 << 112 | UInt128(choice >> 3)), 4000)
        case 4: if let socket = anySocket(&draw), let endpoint = sockets[socket] { return endpoint }
        case 5: return Endpoint(.v4(UInt32(draw.number()) << 16 | UInt32(draw.number())), draw.number())
        case 6: return Endpoint(.v4(choice & 8 == 0 ? 0x7F00_0001 : 0x0A00_0001), 80)
        default: return Endpoint(.v6(0xFFFF_0000_0000 | UInt128(draw.number()) << 16 | 1), draw.number())
        }
        return Endpoint(relayAddresses[0], draw.number())
    }
}

/// What must never be reached unless it is a live port of this server: the plainest of what the policy denies.
private func isInternal(_ address: IPAddress) -> Bool {
    switch address.unmapped {
    case .v4(let bits):
        let (first, second) = (bits >> 24, bits >> 16 & 0xFF)
        return first == 0 || first == 10 || first == 127 || first >= 224 || (first == 192 && second == 168)
            || (first == 172 && second & 0xF0 == 16) || (first == 169 && second == 254) || address == relayAddresses[0]
    case .v6(let bits):
        return bits >> 125 != 1 || address == relayAddresses[1]
    }
}
