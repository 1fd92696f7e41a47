// SPDX-License-Identifier: Apache-2.0
import Addresses
import STUN
import TURN
import Testing
import Wire

@Suite("Channels")
struct ChannelTests {
    let world = World()

    @Test("payload goes both ways under four bytes")
    func traffic() throws {
        let client = Client(world)
        let relayed = try #require(client.allocate())
        #expect(client.bind(0x4000, .peer)?.isSuccess == true)
        client.sendChannelData([1, 2, 3], 0x4000)
        client.sendChannelData([], 0x4000)
        let sent = world.takeToPeers()
        #expect(sent.map(\.to) == [.peer, .peer] && sent.map(\.bytes) == [[1, 2, 3], []])
        _ = world.takeToClients()
        world.receive([9, 8], from: .peer, at: relayed)
        world.receive([], from: .peer, at: relayed)
        #expect(world.takeToClients().map(\.bytes) == [[0x40, 0, 0, 2, 9, 8], [0x40, 0, 0, 0]])
        // Another port of the same peer has a permission but no channel.
        world.receive([1], from: Endpoint(Endpoint.peer.address, 1), at: relayed)
        #expect(Answer(world.takeToClients()[0].bytes)?.message.header.method == .data)
        #expect(client.refresh(0)?.isSuccess == true)
        let summary = try #require(world.ended.first)
        #expect(summary.toPeers.packets == 2 && summary.toPeers.bytes == 3)
        #expect(summary.toClient.packets == 3 && summary.toClient.bytes == 3)
    }

    @Test("over a stream ChannelData is padded to four bytes", arguments: 0..<9)
    func padding(count: Int) throws {
        let client = Client(world, over: .tls)
        let relayed = try #require(client.allocate())
        #expect(client.bind(0x4001, .peer)?.isSuccess == true)
        _ = world.takeToClients()
        world.receive([UInt8](repeating: 1, count: count), from: .peer, at: relayed)
        let bytes = world.takeToClients()[0].bytes
        #expect(bytes.count == 4 + (count + 3) / 4 * 4)
        #expect(Frame(startingAt: bytes.span) == .message(count: 4 + count, advance: bytes.count))
    }

    @Test(
        "numbers outside the range are refused, and those of RFC 5766 where the operator wants RFC 8656's",
        arguments: [0, 0x3FFF, 0x5000, 0x7FFE, 0x7FFF, 0x8000, 0xFFFF] as [UInt16])
    func range(number: UInt16) {
        let client = Client(world)
        #expect(client.allocate() != nil)
        let answer = client.bind(number, .peer)
        let isOld = (0x5000...0x7FFF).contains(number)
        #expect(answer?.isSuccess == isOld && (isOld || answer?.code == .badRequest))
        let strict = Client(World { $0.rfc8656ChannelNumbers = true })
        #expect(strict.allocate() != nil)
        #expect(strict.bind(number, .peer)?.code == .badRequest)
    }

    @Test("a number has one peer and a peer one number, until the binding expires")
    func conflicts() throws {
        let client = Client(world)
        #expect(client.allocate { $0.append(lifetime: 3600) } != nil)
        #expect(client.bind(0x4000, .peer)?.isSuccess == true)
        #expect(client.bind(0x4FFF, .otherPeer)?.isSuccess == true)
        #expect(client.bind(0x4000, .otherPeer)?.code == .badRequest)
        #expect(client.bind(0x4001, .peer)?.code == .badRequest)
        #expect(client.bind(0x4001, Endpoint(Endpoint.peer.address, 1))?.isSuccess == true)
        world.pass(.seconds(599))
        #expect(client.bind(0x4000, .peer)?.isSuccess == true)
        world.pass(.seconds(1))
        #expect(client.bind(0x4FFF, Endpoint(Endpoint.peer.address, 2))?.isSuccess == true)
        #expect(client.bind(0x4002, .otherPeer)?.isSuccess == true)
        world.pass(.seconds(598))
        client.sendChannelData([1], 0x4000)
        #expect(world.takeToPeers().count == 1)
        world.pass(.seconds(1))
        client.sendChannelData([1], 0x4000)
        #expect(world.lastDrop == .noChannel)
    }

    @Test("the permission of a channel ends before the channel does")
    func permission() throws {
        let client = Client(world)
        let relayed = try #require(client.allocate())
        #expect(client.bind(0x4000, .peer)?.isSuccess == true)
        world.pass(.seconds(301))
        _ = world.takeToClients()
        world.receive([1], from: .peer, at: relayed)
        #expect(world.lastDrop == .noPermission && world.takeToClients().isEmpty)
        client.sendChannelData([1], 0x4000)
        #expect(world.takeToPeers().count == 1)
        #expect(client.permit(.peer)?.isSuccess == true)
        _ = world.takeToClients()
        world.receive([1], from: .peer, at: relayed)
        #expect(world.takeToClients().map(\.bytes) == [[0x40, 0, 0, 1, 1]])
    }

    @Test("requests that are not whole are refused")
    func invalid() {
        let client = Client(world)
        #expect(client.allocate() != nil)
        #expect(client.ask(.channelBind) { $0.append(channelNumber: 0x4000) }?.code == .badRequest)
        #expect(client.ask(.channelBind) { $0.append(.xorPeerAddress, xorAddress: .peer) }?.code == .badRequest)
        #expect(client.bind(0x4000, Endpoint(Endpoint.peer.address, 0))?.code == .badRequest)
        #expect(client.bind(0x4000, .peer6)?.code == .peerAddressFamilyMismatch)
        #expect(client.bind(0x4000, Endpoint(.v4(0x0A00_0001), 1))?.code == .forbidden)
    }

    @Test("ChannelData that is short, unbound or of nobody is dropped; surplus is not passed on")
    func bad() throws {
        let client = Client(world)
        #expect(client.allocate() != nil && client.bind(0x4000, .peer)?.isSuccess == true)
        for hex in [
            "400000", "4000000561626364", "4000ffff61626364", "4001000461626364", "5000000461626364",
            "7fff000461626364",
        ] {
            world.receive(try #require(Hex.decode(hex)), on: client.flow)
            #expect(world.takeToPeers().isEmpty && world.lastDrop != nil)
        }
        world.receive(try #require(Hex.decode("4000000161ffffffffffff")), on: client.flow)
        #expect(world.takeToPeers().map(\.bytes) == [[0x61]])
        var elsewhere = client.flow
        elsewhere.client.port += 1
        world.receive([0x40, 0, 0, 1, 1], on: elsewhere)
        #expect(world.lastDrop == .noAllocation)
    }

    @Test("an allocation has a bounded number of channels")
    func flood() {
        let client = Client(world)
        #expect(client.allocate() != nil)
        var bound = 0
        for number in UInt16(0)..<4096 {
            let answer = client.bind(0x4000 + number, Endpoint(.v4(0x0202_0000 + UInt32(number)), 7000))
            if answer?.isSuccess == true {
                bound += 1
            } else {
                #expect(answer?.code == .insufficientCapacity)
            }
        }
        #expect(bound == 256 && world.relay.inventory.peers == 512)
    }

    @Test("who is its own peer hears itself once, and no loop begins")
    func itself() throws {
        let client = Client(world)
        let relayed = try #require(client.allocate())
        #expect(client.bind(0x4000, relayed)?.isSuccess == true)
        _ = world.takeToClients()
        client.sendChannelData([7], 0x4000)
        #expect(world.takeToClients().map(\.bytes) == [[0x40, 0, 0, 1, 7]] && world.takeToPeers().isEmpty)
    }

    @Test("two clients of one server talk through memory, if both permit it")
    func relayToRelay() throws {
        let ana = Client(world)
        let bob = Client(world, "bob", at: Endpoint(.v4(0x0909_0909), 50_000))
        let (first, second) = (try #require(ana.allocate()), try #require(bob.allocate()))
        #expect(ana.bind(0x4000, second)?.isSuccess == true)
        ana.sendChannelData([1], 0x4000)
        #expect(world.lastDrop == .noPermission && world.takeToPeers().isEmpty)
        #expect(bob.permit(first)?.isSuccess == true)
        _ = world.takeToClients()
        ana.sendChannelData([1, 2], 0x4000)
        let got = world.takeToClients()
        #expect(got.count == 1 && got[0].flow == bob.flow)
        let indication = try #require(Answer(got[0].bytes))
        #expect(indication.address(.xorPeerAddress) == first && indication.value(.data) == [1, 2])
        #expect(bob.bind(0x4001, first)?.isSuccess == true)
        _ = world.takeToClients()
        bob.sendChannelData([3], 0x4001)
        ana.sendChannelData([4], 0x4000)
        let both = world.takeToClients()
        #expect(both.map(\.flow) == [ana.flow, bob.flow])
        #expect(both.map(\.bytes) == [[0x40, 0, 0, 1, 3], [0x40, 1, 0, 1, 4]])
        // A port that is no client's is not reached, nor is a listener.
        #expect(ana.bind(0x4002, Endpoint(World.server.address, 3478))?.code == .forbidden)
        #expect(bob.refresh(0)?.isSuccess == true)
        ana.sendChannelData([5], 0x4000)
        #expect(world.lastDrop == .deniedPeer && world.takeToPeers().isEmpty)
    }

    @Test("behind an external address clients know each other by it")
    func externalRelayToRelay() throws {
        let world = World { settings in
            settings.addresses = .of([World.server.address], told: [ExternalAddress(.v4(0x0505_0505))])
        }
        let ana = Client(world)
        let bob = Client(world, "bob", at: Endpoint(.v4(0x0909_0909), 50_000))
        let (first, second) = (try #require(ana.allocate()), try #require(bob.allocate()))
        #expect(first.address == .v4(0x0505_0505))
        #expect(ana.bind(0x4000, second)?.isSuccess == true && bob.bind(0x4000, first)?.isSuccess == true)
        _ = world.takeToClients()
        ana.sendChannelData([7], 0x4000)
        #expect(world.takeToClients().map(\.bytes) == [[0x40, 0, 0, 1, 7]])
        // The same through sockets, as between two workers: the peer is the host's own address.
        let anas = try #require(world.sockets.keys.first { $0.port == first.port })
        let bobs = try #require(world.sockets.keys.first { $0.port == second.port })
        world.receive([8], from: anas, at: bobs)
        #expect(world.takeToClients().map(\.bytes) == [[0x40, 0, 0, 1, 8]])
    }

    @Test("a rule against the external address counts, though another address is behind it")
    func deniedExternal() throws {
        let outer = IPAddress.v4(0x0505_0505)
        let world = World { settings in
            settings.addresses = .of([World.server.address], told: [ExternalAddress(outer)])
            settings.peerPolicy.denied = [AddressRange(outer, outer, origin: "test:1")].compactMap(\.self)
        }
        let ana = Client(world)
        let first = try #require(ana.allocate())
        #expect(first.address == outer)
        #expect(ana.bind(0x4000, Endpoint(outer, first.port))?.code == .forbidden)
    }

    @Test("peers are judged anew when the rules change")
    func reload() throws {
        let client = Client(world)
        #expect(client.allocate() != nil && client.bind(0x4000, .peer)?.isSuccess == true)
        var settings = World.settings()
        settings.quotas = world.ledger.quotas
        settings.peerPolicy.denied = [
            try #require(AddressRange(Endpoint.peer.address, Endpoint.peer.address, origin: "sterna.conf:7"))
        ]
        world.relay.reload(settings)
        client.sendChannelData([1], 0x4000)
        #expect(world.lastDrop == .deniedPeer && world.takeToPeers().isEmpty)
        #expect(client.permit(.peer)?.code == .forbidden)
        #expect(world.refused.last?.explanation.contains("sterna.conf:7") == true)
    }
}
