// SPDX-License-Identifier: Apache-2.0
import STUN
import TURN
import Testing
import Wire

@Suite("Permissions, Send and Data")
struct PermissionTests {
    let world = World()

    @Test("without an allocation there is nothing to permit or to send")
    func noAllocation() {
        let client = Client(world)
        #expect(client.permit(.peer)?.code == .allocationMismatch)
        #expect(client.refresh()?.code == .allocationMismatch)
        #expect(client.bind(0x4000, .peer)?.code == .allocationMismatch)
        client.sendIndication([1], to: .peer)
        #expect(world.lastDrop == .noAllocation && world.takeToPeers().isEmpty)
    }

    @Test("a permission lets both ways through for exactly five minutes, whatever is sent meanwhile")
    func lifetime() throws {
        let client = Client(world)
        let relayed = try #require(client.allocate { $0.append(lifetime: 3600) })
        client.sendIndication([1], to: .peer)
        #expect(world.lastDrop == .noPermission)
        #expect(client.permit(.peer)?.isSuccess == true)
        _ = world.takeToClients()
        for _ in 0..<29 {
            world.pass(.seconds(10))
            client.sendIndication([1, 2, 3], to: .peer)
            world.receive([4, 5], from: .peer, at: relayed)
        }
        let sent = world.takeToPeers()
        #expect(sent.count == 29 && sent.allSatisfy { $0.from == relayed && $0.to == .peer && $0.bytes == [1, 2, 3] })
        let got = world.takeToClients().compactMap { Answer($0.bytes) }
        #expect(got.count == 29)
        #expect(got.allSatisfy { $0.address(.xorPeerAddress) == .peer && $0.value(.data) == [4, 5] })
        world.pass(.seconds(10))
        client.sendIndication([1], to: .peer)
        #expect(world.lastDrop == .noPermission)
        world.receive([1], from: .peer, at: relayed)
        #expect(world.lastDrop == .noPermission && world.takeToClients().isEmpty)
        #expect(client.permit(.peer)?.isSuccess == true)
        client.sendIndication([1], to: .peer)
        #expect(world.takeToPeers().count == 1)
    }

    @Test("only the address is compared")
    func ports() throws {
        let client = Client(world)
        let relayed = try #require(client.allocate())
        #expect(client.permit(Endpoint(Endpoint.peer.address, 0))?.isSuccess == true)
        let other = Endpoint(Endpoint.peer.address, 9)
        client.sendIndication([1], to: other)
        #expect(world.takeToPeers().map(\.to) == [other])
        _ = world.takeToClients()
        world.receive([2], from: other, at: relayed)
        #expect(Answer(world.takeToClients()[0].bytes)?.address(.xorPeerAddress) == other)
        world.receive([2], from: .otherPeer, at: relayed)
        #expect(world.lastDrop == .noPermission)
    }

    @Test("all peers of a request are permitted, or none")
    func atomic() throws {
        let client = Client(world)
        #expect(client.allocate() != nil)
        let denied = Endpoint(.loopbackV4, 80)
        #expect(client.permit(.peer, denied, .otherPeer)?.code == .forbidden)
        #expect(world.refused.last?.peer == denied)
        #expect(world.refused.last?.explanation.contains("loopback") == true)
        client.sendIndication([1], to: .peer)
        #expect(world.lastDrop == .noPermission)
        #expect(client.permit(.peer, .otherPeer)?.isSuccess == true)
        client.sendIndication([1], to: .peer)
        client.sendIndication([1], to: .otherPeer)
        #expect(world.takeToPeers().count == 2)
    }

    @Test("requests without peers, with malformed ones or with another family's are refused")
    func invalid() throws {
        let client = Client(world)
        #expect(client.allocate() != nil)
        #expect(client.permit()?.code == .badRequest)
        #expect(client.permit(.peer6)?.code == .peerAddressFamilyMismatch)
        for length in [0, 3, 7, 9, 21] {
            let answer = client.ask(.createPermission) {
                $0.append(.xorPeerAddress, bytes: [UInt8](repeating: 1, count: length))
            }
            #expect(answer?.code == .badRequest)
        }
    }

    @Test("an allocation has a bounded number of permissions, and expired ones make room")
    func flood() throws {
        let world = World { $0.peersPerAllocation = 64 }
        let client = Client(world)
        #expect(client.allocate { $0.append(lifetime: 3600) } != nil)
        func permit(_ count: Int, from first: UInt32) -> Answer? {
            client.ask(.createPermission) { writer in
                for number in 0..<UInt32(count) {
                    writer.append(.xorPeerAddress, xorAddress: Endpoint(.v4(0x0202_0000 + first + number), 0))
                }
            }
        }
        #expect(permit(1000, from: 0)?.code == .insufficientCapacity)
        #expect(permit(64, from: 0)?.isSuccess == true)
        #expect(permit(64, from: 0)?.isSuccess == true)
        #expect(permit(1, from: 100)?.code == .insufficientCapacity)
        world.pass(.seconds(300))
        #expect(permit(64, from: 100)?.isSuccess == true)
    }

    @Test("Send indications that are not whole are dropped")
    func badSend() throws {
        let client = Client(world)
        #expect(client.allocate() != nil)
        #expect(client.permit(.peer)?.isSuccess == true)
        world.receive(
            client.message(.indication, .send) { $0.append(.xorPeerAddress, xorAddress: .peer) }, on: client.flow)
        world.receive(client.message(.indication, .send) { $0.append(.data, bytes: [1]) }, on: client.flow)
        client.sendIndication([1], to: Endpoint(Endpoint.peer.address, 0))
        client.sendIndication([1], to: .peer6)
        client.sendIndication([1], to: .peer) { $0.append(AttributeType(rawValue: 0x7FFF), bytes: []) }
        #expect(world.takeToPeers().isEmpty)
        client.sendIndication([], to: .peer)
        #expect(world.takeToPeers().map(\.bytes) == [[]])
        client.sendIndication([1], to: .peer) { $0.append(.dontFragment, bytes: []) }
        #expect(world.takeToPeers().map(\.whole) == [true])
    }

    @Test("DONT-FRAGMENT in a Send indication is an unknown attribute where it cannot be honoured")
    func cannotForbidFragments() {
        let world = World { $0.canForbidFragments = false }
        let client = Client(world)
        #expect(client.allocate() != nil && client.permit(.peer)?.isSuccess == true)
        client.sendIndication([1], to: .peer) { $0.append(.dontFragment, bytes: []) }
        #expect(world.takeToPeers().isEmpty && world.lastDrop == .unknownAttribute)
    }

    @Test("who sends to sixty thousand ports of a permitted peer leaves nothing behind for any of them")
    func portSweep() {
        let client = Client(world)
        #expect(client.allocate() != nil && client.permit(.peer)?.isSuccess == true)
        for port in UInt16(1)...60_000 { client.sendIndication([1], to: Endpoint(Endpoint.peer.address, port)) }
        #expect(world.takeToPeers().count == 60_000)
        #expect(world.relay.inventory.peers == 1 && world.relay.inventory.listedPeers == 1)
    }

    @Test("of two peers in a Send indication the first counts")
    func duplicatePeers() {
        let client = Client(world)
        #expect(client.allocate() != nil && client.permit(.peer, .otherPeer)?.isSuccess == true)
        client.sendIndication([1], to: .peer) { $0.append(.xorPeerAddress, xorAddress: .otherPeer) }
        #expect(world.takeToPeers().map(\.to) == [.peer])
    }

    @Test("payload of any length arrives whole in a Data indication", arguments: [0, 1, 2, 3, 4, 1200, 65_000])
    func payload(count: Int) throws {
        let client = Client(world)
        let relayed = try #require(client.allocate())
        #expect(client.permit(.peer)?.isSuccess == true)
        _ = world.takeToClients()
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        world.receive(bytes, from: .peer, at: relayed)
        let got = try #require(Answer(world.takeToClients()[0].bytes))
        #expect(got.message.header.kind == .indication && got.message.header.method == .data)
        #expect(got.value(.data) == bytes)
    }

    @Test("nothing reaches the client after its allocation ended")
    func afterEnd() throws {
        let client = Client(world)
        let relayed = try #require(client.allocate())
        #expect(client.permit(.peer)?.isSuccess == true)
        let name = try #require(world.sockets[relayed])
        #expect(client.refresh(0)?.lifetime == 0)
        let outcome = world.relay.receive(count: 1, from: .peer, at: name, now: world.now)
        #expect(outcome == .dropped(.noAllocation))
        #expect(client.refresh(0)?.code == .allocationMismatch)
    }

    @Test("rates hold each way and leave others alone")
    func rates() throws {
        let world = World { $0.bytesPerSecond = 100_000 }
        let (ana, bob) = (Client(world), Client(world, "bob", at: Endpoint(.v4(0x0909_0909), 40_001)))
        for client in [ana, bob] { #expect(client.allocate() != nil && client.permit(.peer)?.isSuccess == true) }
        let payload = [UInt8](repeating: 0, count: 1000)
        for step in 0..<1000 {
            ana.sendIndication(payload, to: .peer)
            if step % 100 == 0 { bob.sendIndication(payload, to: .peer) }
            world.pass(.milliseconds(10))
        }
        let sent = world.takeToPeers()
        let fromAna = sent.count { $0.from == ana.world.sockets.keys.first { $0 == sent[0].from } }
        #expect(sent.count - fromAna == 10)
        #expect((990...1030).contains(fromAna))
        // A key frame is many times as long as the frames behind it: a second's worth goes at once, and no more.
        world.pass(.seconds(2))
        for _ in 0..<300 { ana.sendIndication(payload, to: .peer) }
        #expect((100...102).contains(world.takeToPeers().count) && world.lastDrop == .overRate)
    }
}
