// SPDX-License-Identifier: Apache-2.0
import Crypto
import STUN
import TURN
import Wire

/// A relay among clients, peers, a bad network and a failing host, all of it determined by one number.
final class Simulation {
    /// The first broken promise, and at which step.
    private(set) var broken: String?
    private(set) var step = 0
    /// What happened, as a number: two runs of one seed have the same.
    private(set) var trace: UInt64 = 0

    let world: World
    var model = Model()
    var random: RandomStream
    var clients: [Client] = []
    private var tokens: [UInt64] = []
    private var network: [(at: Instant, bytes: [UInt8], flow: Flow, meaning: Model.Meaning?, isWhole: Bool)] = []
    private var heard: [(bytes: [UInt8], flow: Flow)] = []
    private var endedSeen = 0
    /// Peers' connections that a client may take, and those that were taken.
    var waiting: [ConnectionID] = []
    var joined: [ConnectionID] = []

    private static let peers: [Endpoint] = [
        .peer, .otherPeer, .peer6, Endpoint(Endpoint.peer.address, 9), Endpoint(.v4(0x0A00_0001), 80),
        Endpoint(.loopbackV4, 53), Endpoint(.v6(1), 53), Endpoint(.v6(0xFFFF_7F00_0001), 53),
        Endpoint(.v4(0x0808_0808), 3478), Endpoint(.v4(0xE000_0001), 1), Endpoint(.v4(0x0101_0109), 0),
    ]

    init(seed: UInt64) {
        random = RandomStream(testSeed: seed)
        world = World(seed: seed ^ 0xFFFF, ledger: Ledger(perUser: 6, total: 20)) { settings in
            settings.ports = [50_000...50_023]
            settings.peersPerAllocation = 8
        }
        for number in 0..<6 {
            let isSix = number % 3 == 2
            let address: IPAddress =
                isSix ? .v6(UInt128(0x2A00) << 112 | UInt128(number)) : .v4(0x0909_0900 + UInt32(number))
            let client = Client(
                world, number % 2 == 0 ? "ana" : "bob", at: Endpoint(address, UInt16(40_000 + number)),
                to: isSix ? World.server6 : World.server, over: number % 3 == 1 ? .tcp : .udp)
            clients.append(client)
        }
    }

    /// Takes `steps` steps, then lets everything run out; stops at the first broken promise.
    func run(steps: Int) {
        while step < steps, broken == nil {
            step += 1
            act()
            check()
        }
        network = []
        world.busy = []
        world.failure = nil
        pass(.seconds(3700))
        check()
        guard broken == nil else { return }
        let rest = world.relay.inventory
        if rest != Inventory() || !world.sockets.isEmpty || !world.listeners.isEmpty || world.ledger.total != 0 {
            fail("something is left when everything has run out: \(rest)")
        }
    }

    // MARK: - What happens

    func below(_ bound: Int) -> Int { Int(random.below(UInt64(bound))) }

    func chance(_ percent: Int) -> Bool { below(100) < percent }

    func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    func anyPeer() -> Endpoint {
        // Other clients' relayed addresses are peers too.
        let relayed = model.entries.values.flatMap(\.relayed).sorted { $0.description < $1.description }
        if chance(25), !relayed.isEmpty { return pick(relayed) }
        return chance(60) ? Self.peers[below(3)] : pick(Self.peers)
    }

    private func act() {
        switch below(100) {
        case 0..<12: pass(.milliseconds(below(2000)))
        case 12..<15: pass(.seconds(below(330)))
        case 15..<54: clientActs(pick(clients))
        case 54..<60: connectionActs()
        case 60..<78: peerSends()
        case 78..<82: hostChanges()
        case 82..<85: rebind(pick(clients))
        case 85..<88: garbage()
        case 88..<92: replay()
        case 92..<94: operatorActs()
        case 94: restart()
        default: clientSends(pick(clients))
        }
        deliverDue()
    }

    private func clientActs(_ client: Client) {
        let password = client.password
        if chance(4) { client.password = "wrong" }
        defer { client.password = password }
        switch below(10) {
        case 0: post(client.message(.request, .binding), client, .binding)
        case 1...3: post(allocate(client), client, .allocate(user: client.user))
        case 4...5:
            let lifetime: UInt32? = chance(20) ? 0 : chance(50) ? nil : UInt32(below(5000))
            let family: IPAddress.Family? = chance(20) ? (chance(50) ? .v4 : .v6) : nil
            let bytes = client.request(.refresh) { writer in
                if let lifetime { writer.append(lifetime: lifetime) }
                if let family { writer.append(.requestedAddressFamily, family: family) }
            }
            post(bytes, client, .refresh(family))
        case 6...7:
            let peers = (0..<1 + below(3)).map { _ in anyPeer() }
            let bytes = client.request(.createPermission) { writer in
                for peer in peers { writer.append(.xorPeerAddress, xorAddress: peer) }
            }
            post(bytes, client, .permit(peers))
        default:
            let (channel, peer) = (UInt16(0x4000 + below(4)), anyPeer())
            let bytes = client.request(.channelBind) { writer in
                writer.append(channelNumber: channel)
                writer.append(.xorPeerAddress, xorAddress: peer)
            }
            post(bytes, client, .bind(channel, peer))
        }
    }

    private func allocate(_ client: Client) -> [UInt8] {
        let kind = below(8)
        return client.request(.allocate) { writer in
            writer.append(requestedTransport: chance(client.flow.transport == .tcp ? 50 : 97) ? 17 : 6)
            switch kind {
            case 0: writer.append(.requestedAddressFamily, family: .v6)
            case 1: writer.append(.evenPort, integer: UInt8(0))
            case 2: writer.append(.evenPort, integer: UInt8(0x80))
            case 3: writer.append(.additionalAddressFamily, family: .v6)
            case 4: if !tokens.isEmpty { writer.append(.reservationToken, integer: pick(tokens)) }
            default: writer.append(lifetime: UInt32(below(4000)))
            }
        }
    }

    private func clientSends(_ client: Client) {
        let payload = [UInt8](repeating: 7, count: below(40))
        if chance(50) {
            var bytes: [UInt8] = []
            bytes.append(bigEndian: UInt16(0x4000 + below(5)))
            bytes.append(bigEndian: UInt16(payload.count))
            post(bytes + payload, client, nil)
        } else {
            let peer = anyPeer()
            let bytes = client.message(.indication, .send) { writer in
                writer.append(.xorPeerAddress, xorAddress: peer)
                writer.append(.data, bytes: payload)
            }
            post(bytes, client, nil)
        }
    }

    private func peerSends() {
        let sockets = world.sockets.keys.sorted { ($0.port, $0.description) < ($1.port, $1.description) }
        guard !sockets.isEmpty else { return }
        let local = pick(sockets)
        let peer = anyPeer()
        guard peer.address.family == local.address.family else { return }
        world.receive([UInt8](repeating: 8, count: below(1500)), from: peer, at: local)
    }

    private func hostChanges() {
        switch below(4) {
        case 0: world.failure = pick([.portInUse, .addressUnavailable, .resources])
        case 1: world.failure = nil
        case 2: world.busy = []
        default:
            for _ in 0..<8 {
                world.busy.insert(
                    Endpoint(chance(50) ? World.server.address : World.server6.address, UInt16(50_000 + below(24))))
            }
            world.busy.subtract(world.sockets.keys)
            world.busy.subtract(world.listeners.keys)
        }
    }

    /// A NAT forgets the client and gives it another port; what it had allocated stays behind.
    private func rebind(_ client: Client) {
        client.flow.client.port = UInt16(41_000 + below(1000))
        client.nonce = []
    }

    private func garbage() {
        var bytes = random.bytes(below(120))
        if chance(50), bytes.count >= 20 {
            bytes[0] &= 0x3F
            bytes.replaceSubrange(4..<8, with: [0x21, 0x12, 0xA4, 0x42])
            bytes[2] = 0
            bytes[3] = UInt8((bytes.count - 20) & ~3)
            bytes.removeLast((bytes.count - 20) % 4)
        }
        let before = world.relay.inventory
        let stranger = Flow(
            client: Endpoint(.v4(0x0B00_0000 + UInt32(below(1000))), UInt16(1 + below(60_000))), server: World.server,
            transport: .udp)
        let answer = world.receive(bytes, on: stranger)
        if world.relay.inventory != before { fail("a stranger's bytes left something behind") }
        if let answer, answer.count > 96 { fail("a stranger gets \(answer.count) bytes") }
    }

    private func replay() {
        guard !heard.isEmpty else { return }
        let old = pick(heard)
        var flow = old.flow
        if chance(50) { flow.client.port &+= 1 }
        // What it means is known only to whoever sent it first: a replayed grant is read off the relay's own answer.
        _ =
            flow == old.flow
            ? nil
            : world.receive(old.bytes, on: flow).map { answer in
                if Answer(answer)?.isSuccess == true, Answer(answer)?.message.header.method != .binding {
                    fail("a message that was overheard is good from another address")
                }
            }
    }

    private func operatorActs() {
        if chance(15) {
            let names = world.sockets.values.sorted { ($0.slot, $0.generation) < ($1.slot, $1.generation) }
            if !names.isEmpty { world.handle(.kick(pick(names))) }
        } else if chance(15) {
            world.handle(.disconnected(pick(clients).flow))
        } else {
            var settings = World.settings()
            settings.ports = [50_000...50_023]
            settings.peersPerAllocation = 8
            settings.quotas = world.ledger.quotas
            model.denied = chance(50) ? [pick([Endpoint.peer, .otherPeer]).address] : []
            settings.peerPolicy.denied = model.denied.compactMap { AddressRange($0, $0, origin: "sterna.conf:1") }
            world.reload(settings)
        }
    }

    /// The process ends and another goes on, with everything but peers' connections.
    private func restart() {
        (waiting, joined) = ([], [])
        let lost = world.restart(seed: random.next())
        if !lost.isEmpty { fail("slots \(lost) cannot be gone on with") }
    }

    // MARK: - The network

    func post(_ bytes: [UInt8], _ client: Client, _ meaning: Model.Meaning?) {
        if heard.count < 50 { heard.append((bytes, client.flow)) }
        guard !chance(5) else { return }
        for _ in 0..<(chance(8) ? 2 : 1) {
            var copy = bytes
            var isWhole = true
            if chance(4), !copy.isEmpty {
                copy[below(copy.count)] ^= UInt8(1 << below(8))
                isWhole = false
            }
            let delay = Duration.milliseconds(chance(80) ? 0 : below(3000))
            network.append((world.now.instant + delay, copy, client.flow, meaning, isWhole))
        }
    }

    private func deliverDue() {
        while let index = network.indices.filter({ network[$0].at <= world.now.instant }).min(by: {
            (network[$0].at, $0) < (network[$1].at, $1)
        }) {
            let packet = network.remove(at: index)
            let known = model.entries[packet.flow] != nil
            let reply = world.receive(packet.bytes, on: packet.flow)
            // At once: what comes next may take back by what right this was passed on.
            checkTraffic()
            forgetEnded()
            guard let bytes = reply, let answer = Answer(bytes),
                answer.message.header.kind == .success || answer.message.header.kind == .failure
            else { continue }
            note(bytes.count)
            // Data relayed in memory is checked with all other deliveries.
            for client in clients where client.flow == packet.flow {
                if let nonce = answer.value(.nonce) { client.nonce = nonce }
            }
            if let token = answer.token, tokens.count < 20 { tokens.append(token) }
            guard answer.isSuccess, let meaning = packet.meaning else { continue }
            // One bit on the way makes a ChannelBind a Binding, which anybody may ask for.
            if answer.message.header.method == .binding { continue }
            if !packet.isWhole {
                fail("a request that was changed on its way is granted")
            }
            if case .allocate = meaning {} else if !known { fail("a request is granted without an allocation") }
            model.granted(meaning, answer, on: packet.flow, now: world.now.instant)
        }
    }

    private func pass(_ delay: Duration) {
        world.pass(delay)
        forgetEnded()
        for (flow, entry) in model.entries where entry.expiry <= world.now.instant {
            fail("\(flow.client) has an allocation that should have ended")
        }
    }

    private func forgetEnded() {
        while endedSeen < world.ended.count {
            let summary = world.ended[endedSeen]
            endedSeen += 1
            note(Int(summary.allocation.slot))
            if summary.reason == .expired, let entry = model.entries[summary.flow],
                entry.expiry > world.now.instant
            {
                fail("\(summary.flow.client) loses its allocation before its time")
            }
            model.entries[summary.flow] = nil
        }
    }

    // MARK: - What must hold

    private func check() {
        checkTraffic()
        forgetEnded()
        let inventory = world.relay.inventory
        let sessions = model.entries.count
        if inventory.allocations != sessions { fail("\(inventory.allocations) allocations, granted were \(sessions)") }
        if inventory.flows != inventory.allocations { fail("the table by flow has \(inventory.flows) entries") }
        let open = world.sockets.count + world.listeners.count
        if inventory.ports != open { fail("\(inventory.ports) ports, \(open) sockets") }
        if inventory.connections != inventory.listedConnections {
            fail("\(inventory.connections) connections, \(inventory.listedConnections) listed")
        }
        if inventory.peers != inventory.listedPeers {
            fail("\(inventory.peers) peers, \(inventory.listedPeers) listed")
        }
        let held = inventory.allocations + inventory.reservations
        if inventory.deadlines != held { fail("\(inventory.deadlines) deadlines for \(held)") }
        if world.ledger.total != held { fail("quotas count \(world.ledger.total) of \(held)") }
        for entry in model.entries.values
        where !entry.relayed.allSatisfy({ world.sockets[$0] != nil || world.listeners[$0] != nil }) {
            fail("\(entry.relayed) was told to a client and is not open")
        }
    }

    private func checkTraffic() {
        let sent = world.takeToPeers()
        for packet in sent where !model.maySend(from: packet.from, to: packet.to, now: world.now.instant) {
            fail("\(packet.from) sends to \(packet.to), which it may not")
        }
        for packet in sent where world.listeners[packet.to] != nil {
            fail("a datagram goes to \(packet.to), which is TCP's")
        }
        for wish in world.takeConnects() { answer(wish.id, from: wish.from, to: wish.to) }
        for message in world.takeToClients() { checkDelivery(message.flow, message.bytes) }
        note(sent.count)
    }

    /// Payload reaches clients only from peers that they permit, under the channel that they bound.
    private func checkDelivery(_ flow: Flow, _ bytes: [UInt8]) {
        note(bytes.count)
        if let first = bytes.first, first >> 6 == 1 {
            let number = UInt16(first) << 8 | UInt16(bytes[1])
            guard let channel = model.entries[flow]?.channels[number], world.now.instant < channel.expiry,
                model.isPermitted(channel.peer.address, to: flow, now: world.now.instant)
            else { return fail("\(flow.client) gets data on channel \(number), which it may not") }
            if flow.transport.isStream, bytes.count % 4 != 0 { fail("ChannelData without padding on a stream") }
        } else if let message = Answer(bytes), message.message.header.kind == .indication {
            guard let peer = message.address(.xorPeerAddress),
                model.isPermitted(peer.address, to: flow, now: world.now.instant)
            else { return fail("\(flow.client) gets data from a peer without permission") }
        }
    }

    func fail(_ sentence: String) { broken = broken ?? "step \(step): \(sentence)" }

    private func note(_ number: Int) {
        trace = (trace ^ UInt64(truncatingIfNeeded: number)) &* 0x0000_0100_0000_01B3 &+ UInt64(step)
    }
}
