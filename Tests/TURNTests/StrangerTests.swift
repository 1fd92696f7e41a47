// SPDX-License-Identifier: Apache-2.0
import STUN
import TURN
import Testing
import Wire

@Suite("Strangers and their answers")
struct StrangerTests {
    let world = World { settings in
        settings.strangerAnswersPerSecond = 10
        settings.strangerBurst = 400
    }

    /// How many Allocates without credentials are answered, a new port for each.
    func answers(_ count: Int, from address: (Int) -> IPAddress, every delay: Duration) -> Int {
        (0..<count).count { number in
            let client = Client(world, at: Endpoint(address(number), UInt16(1024 + number)), to: World.server6)
            world.pass(delay)
            return client.send(client.message(.request, .allocate)) != nil
        }
    }

    @Test("one address gets its burst and then its rate, whatever port it asks from")
    func rate() {
        // Five seconds less one step: of the fiftieth more, a part is still to come.
        #expect(answers(1000, from: { _ in .v4(0x0909_0909) }, every: .milliseconds(5)) == 400 + 49)
        #expect(world.lastDrop == .overUnauthenticatedRate)
        #expect(answers(20, from: { _ in .v4(0x0909_0909) }, every: .seconds(1)) == 20)
    }

    @Test("a /64 counts as one, and another address is not touched")
    func subscribers() {
        let network = UInt128(0x2A00_0000_0000_0001) << 64
        #expect(answers(1000, from: { .v6(network | UInt128($0)) }, every: .zero) == 400)
        #expect(answers(10, from: { _ in .v4(0x0909_0909) }, every: .zero) == 10)
    }

    @Test("fifty clients behind one address start at once")
    func carrierNAT() {
        for number in UInt16(1)...50 {
            let client = Client(world, at: Endpoint(.v4(0x0909_0909), number))
            for _ in 0..<4 { #expect(client.send(client.message(.request, .binding)) != nil) }
            #expect(client.allocate() != nil)
        }
    }

    @Test("who has an allocation, a stream or this host's loopback is no stranger")
    func known() {
        let client = Client(world)
        #expect(client.allocate() != nil)
        _ = answers(1000, from: { _ in client.flow.client.address }, every: .zero)
        #expect(client.send(client.message(.request, .binding)) != nil)
        let stream = Client(world, "bob", over: .tcp)
        #expect(stream.send(stream.message(.request, .binding)) != nil)
        let local = Client(world, at: Endpoint(.loopbackV4, 1))
        for _ in 0..<1000 { #expect(local.send(local.message(.request, .binding)) != nil) }
    }

    @Test("a hundred thousand forged sources leave nothing behind")
    func forged() {
        let world = World()
        var client = Client(world).flow
        let request = Client(world).message(.request, .allocate) { $0.append(requestedTransport: 17) }
        for number in UInt32(0)..<100_000 {
            client.client = Endpoint(.v4(0x1000_0000 + number), 1)
            world.receive(request, on: client)
            _ = world.takeToClients()
        }
        #expect(world.relay.allocationCount == 0 && world.relay.deadline == nil && world.sockets.isEmpty)
    }

    @Test("garbage for integrity under a nonce that was never given buys no look at a user, and leaves nothing behind")
    func forgedIntegrity() {
        let world = World()
        let liar = Client(world, "ana", password: "wrong")
        liar.nonce = [UInt8](repeating: 0x41, count: 40)
        let request = liar.request(.allocate) { $0.append(requestedTransport: 17) }
        var flow = liar.flow
        for number in UInt32(0)..<100_000 {
            flow.client = Endpoint(.v4(0x1000_0000 + number), 1)
            world.receive(request, on: flow)
            let answers = world.takeToClients().compactMap { Answer($0.bytes)?.code }
            if answers != [.staleNonce] { break }
        }
        #expect(world.relay.counts.refused(.staleNonce) == 100_000 && world.relay.counts.refused(.wrongPassword) == 0)
        #expect(world.relay.deadline == nil && world.sockets.isEmpty)
    }

    @Test("no answer to a stranger is more than 3.2 times its request, a Binding's no more than 1.6 (2.2 over IPv6)")
    func amplification() throws {
        for server in [World.server, World.server6] {
            let client = Client(world, at: server == World.server ? .peer : .peer6, to: server)
            let binding = client.message(.request, .binding)
            let mapped = try #require(client.send(binding))
            #expect(Double(mapped.bytes.count) / Double(binding.count) <= (server == World.server ? 1.6 : 2.2))
            let allocate = client.message(.request, .allocate) { $0.append(requestedTransport: 17) }
            let challenge = try #require(client.send(allocate))
            #expect(Double(challenge.bytes.count) / Double(allocate.count) <= 3.2)
        }
    }
}

@Suite("ICMP")
struct ICMPTests {
    let world = World()

    @Test("errors about permitted peers are told in Data indications, a few a second")
    func reported() throws {
        let client = Client(world)
        let relayed = try #require(client.allocate())
        #expect(client.permit(.peer)?.isSuccess == true)
        let name = try #require(world.sockets[relayed])
        _ = world.takeToClients()
        world.handle(.icmp(name, peer: .peer, ICMPError(type: 3, code: 4, data: 1280)))
        let indication = try #require(Answer(world.takeToClients()[0].bytes))
        #expect(indication.message.header.kind == .indication && indication.message.header.method == .data)
        #expect(indication.address(.xorPeerAddress) == .peer && !indication.has(.data))
        #expect(indication.value(.icmp) == [0, 0, 3, 4, 0, 0, 5, 0])
        for _ in 0..<1000 {
            world.handle(.icmp(name, peer: .peer, ICMPError(type: 3, code: 3, data: 99)))
            world.pass(.milliseconds(1))
        }
        let told = world.takeToClients()
        #expect((8...13).contains(told.count))
        #expect(told.compactMap { Answer($0.bytes)?.value(.icmp) }.allSatisfy { $0 == [0, 0, 3, 3, 0, 0, 0, 0] })
    }

    @Test("errors of other types, about other peers or for nobody are told to nobody")
    func unreported() throws {
        let client = Client(world)
        let relayed = try #require(client.allocate())
        #expect(client.permit(.peer)?.isSuccess == true)
        let name = try #require(world.sockets[relayed])
        _ = world.takeToClients()
        world.handle(.icmp(name, peer: .peer, ICMPError(type: 8, code: 0)))
        world.handle(.icmp(name, peer: .otherPeer, ICMPError(type: 3, code: 3)))
        world.handle(.icmp(AllocationID(slot: 99, generation: 1), peer: .peer, ICMPError(type: 3, code: 3)))
        #expect(world.takeToClients().isEmpty)
    }
}
