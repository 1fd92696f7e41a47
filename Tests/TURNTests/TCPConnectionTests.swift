// SPDX-License-Identifier: Apache-2.0
import STUN
import TURN
import Testing
import Wire

@Suite("Connections of TCP allocations (RFC 6062 §5.5)")
struct TCPConnectionTests: TCPClients {
    let world = World()

    @Test("bytes count, and come no faster than the allocation may relay")
    func pace() throws {
        let world = World { $0.bytesPerSecond = 1000 }
        let (client, _) = try allocated(in: world)
        _ = connect(client, .peer)
        let (id, _) = try accept(in: world)
        #expect(world.relay.pass(100, .toPeer, over: id, now: world.now) == .free)
        guard case .notBefore(let instant) = world.relay.pass(10_000, .toPeer, over: id, now: world.now) else {
            throw TCPMissing()
        }
        let wait = instant - world.now.instant
        #expect(wait > .seconds(9) && wait <= .seconds(10.1))
        #expect(world.relay.pass(100, .toClient, over: id, now: world.now) == .free, "each way by itself")
        world.pass(.seconds(11))
        #expect(world.relay.pass(100, .toPeer, over: id, now: world.now) == .free)
        _ = client.refresh(0)
        let summary = try #require(world.ended.last)
        #expect(summary.toPeers.bytes == 10_200 && summary.toClient.bytes == 100)
        #expect(world.relay.pass(1, .toPeer, over: id, now: world.now) == .over)
    }

    @Test("a peer that the operator comes to deny is cut off at its next byte")
    func reload() throws {
        let (client, _) = try allocated()
        _ = connect(client, .peer)
        let (id, _) = try accept()
        var settings = World.settings()
        world.reload(settings)
        #expect(world.relay.pass(1, .toClient, over: id, now: world.now) == .free)
        settings.peerPolicy.denied = [Endpoint.peer.address].compactMap { AddressRange($0, $0, origin: "test:1") }
        world.reload(settings)
        #expect(world.relay.pass(1, .toClient, over: id, now: world.now) == .over)
    }

    @Test("with the allocation ends all that it has", arguments: ["refresh", "time", "stream", "operator"])
    func ends(how: String) throws {
        let (client, relayed) = try allocated()
        _ = client.permit(.peer)
        _ = connect(client, .otherPeer)
        let (bound, _) = try accept()
        _ = take(bound, by: self.client(40_001))
        _ = world.connect(from: .peer, to: relayed)
        _ = connect(client, Endpoint(Endpoint.peer.address, 1))
        #expect(world.relay.inventory.connections == 3)
        let name = try #require(world.listeners[relayed])
        switch how {
        case "refresh": _ = client.refresh(0)
        case "time": world.pass(.seconds(601))
        case "stream": world.handle(.disconnected(client.flow))
        default: world.handle(.kick(name))
        }
        #expect(world.listeners.isEmpty && world.relay.inventory == Inventory() && world.ledger.total == 0)
        for wish in world.takeConnects() { world.handle(.connected(wish.id)) }
        world.handle(.closed(bound))
        #expect(world.relay.inventory == Inventory())
    }

    @Test("another process goes on with its relayed address and its permissions, and with no connection")
    func restart() throws {
        let (client, relayed) = try allocated()
        _ = client.permit(.peer)
        _ = connect(client, .otherPeer)
        let (bound, _) = try accept()
        _ = take(bound, by: self.client(40_001))
        _ = connect(client, Endpoint(Endpoint.peer.address, 1))
        #expect(world.restart().isEmpty)
        #expect(world.listeners.keys.contains(relayed))
        #expect(world.sockets.isEmpty && world.relay.inventory.connections == 0)
        _ = world.takeConnects()
        guard case .waiting = world.connect(from: .peer, to: relayed) else { throw TCPMissing() }
        #expect(connect(client, .otherPeer) == nil, "what was connected may be connected again")
        #expect(world.takeConnects().map(\.to) == [.otherPeer])
        #expect(client.bind(0x4000, .peer)?.code == .forbidden)
        #expect(client.refresh(0)?.isSuccess == true)
        #expect(world.listeners.isEmpty && world.relay.inventory == Inventory() && world.ledger.total == 0)
    }
}
