// SPDX-License-Identifier: Apache-2.0
import Crypto
import STUN
import TURN
import Testing
import Wire

/// What credentials that the server made for people in rooms reach.
@Suite("Relays for a room")
struct ScopeTests {
    let world: World
    static let room = Scope(room: 77)
    static let otherRoom = Scope(room: 78)

    init() { world = Self.world() }

    static func world(_ change: @escaping (inout Settings) -> Void = { _ in }) -> World {
        World { settings in
            var credentials = Credentials(
                realm: World.realm, users: [.init(name: "ana", password: "anaana", realm: World.realm)],
                secrets: [.init("north"), .init("own", isOwn: true)])
            credentials.isIncomplete = false
            settings.credentials = credentials
            change(&settings)
        }
    }

    /// Somebody with credentials of a secret: by default the one that the server makes its own with.
    func client(_ name: String, _ port: UInt16 = 40_000, secret: String = "own", in world: World? = nil) -> Client {
        let user = "1800003600:\(name)"
        let password = Base64.encode(HMAC.authenticate([UInt8](user.utf8), key: [UInt8](secret.utf8), .sha1).array)
        return Client(world ?? self.world, user, password: password, at: Endpoint(.v4(0x0909_0909), port))
    }

    func tell(_ changes: ScopeChange...) { for change in changes { world.handle(.scope(change)) } }

    func join(_ name: String, _ scope: Scope = Self.room) { tell(.joined(name: name, scope, isGuest: false)) }

    @Test("a peer whom nobody in the room has signalled is refused with 403, and the operator is told why")
    func stranger() throws {
        join("p1")
        let client = client("p1")
        _ = try #require(client.allocate())
        #expect(client.permit(.peer)?.code == .forbidden)
        #expect(client.bind(0x4000, .peer)?.code == .forbidden)
        #expect(world.refused.last?.cause == .roomScope)
        #expect(world.relay.counts.refused(.roomScope) == 2)
        var sessions: [SessionSummary] = []
        world.relay.sessions(now: world.now) { sessions.append($0) }
        #expect(sessions.first?.peersOutOfScope == 2 && sessions.first?.scope == Self.room)
        #expect(sessions.first?.lastOutOfScope.contains("1.1.1.1 is no candidate") == true)
    }

    @Test("what another one in the room has signalled is reached, on every port, and what oneself has signalled is not")
    func signalled() throws {
        join("p1")
        join("p2")
        let client = client("p1")
        let relayed = try #require(client.allocate())
        tell(.signalled([Endpoint.peer.address], name: "p1"))
        #expect(client.permit(.peer)?.code == .forbidden)
        tell(.signalled([Endpoint.peer.address], name: "p2"))
        #expect(client.permit(.peer)?.isSuccess == true)
        #expect(client.permit(.peer, .otherPeer)?.code == .forbidden, "all of them or none")
        client.sendIndication([1], to: Endpoint(Endpoint.peer.address, 9))
        #expect(world.takeToPeers().count == 1)
        _ = world.takeToClients()
        world.receive([2], from: .peer, at: relayed)
        #expect(world.takeToClients().count == 1)
    }

    @Test(
        "who is in a room here is the room's with a secret that other servers know, too; others of that secret are not")
    func sharedSecret() throws {
        join("p1")
        let known = client("p1", secret: "north")
        let application = client("app", 40_001, secret: "north")
        let early = client("p2", 40_002, secret: "north")
        for client in [known, application, early] { _ = try #require(client.allocate()) }
        #expect(known.permit(.peer)?.code == .forbidden)
        #expect(application.permit(.peer)?.isSuccess == true)
        // Told of after it has allocated: what it was granted before goes.
        #expect(early.permit(.peer)?.isSuccess == true)
        join("p2")
        early.sendIndication([1], to: .peer)
        #expect(world.takeToPeers().isEmpty)
        #expect(early.permit(.peer)?.code == .forbidden)
        tell(.signalled([Endpoint.peer.address], name: "p1"))
        #expect(early.permit(.peer)?.isSuccess == true)
        tell(.left(name: "p1"))
        world.handle(.withdraw(name: "p1", until: UnixTime(seconds: 1_800_003_600)))
        #expect(world.ended.count == 1)
        #expect(application.refresh(600)?.isSuccess == true)
    }

    @Test("IPv6 peers are looked at too, and a mapped form is the address that it stands for or refused before")
    func families() throws {
        join("p1")
        join("p2")
        tell(.signalled([Endpoint.peer6.address, Endpoint.peer.address], name: "p2"))
        let client = client("p1")
        _ = try #require(client.allocate { $0.append(.requestedAddressFamily, integer: UInt32(2) << 24) })
        #expect(client.permit(.peer6)?.isSuccess == true)
        #expect(client.permit(Endpoint(.v6(0x2600_0000_0000_0000_0000_0000_0000_0002), 1))?.code == .forbidden)
        #expect(client.permit(Endpoint(.v6(0xFFFF << 32 | 0x0101_0101), 1))?.code == .forbidden)
    }

    @Test("an operator's users and secrets reach every peer, and so does everybody where rooms are not looked at")
    func operators() throws {
        let user = Client(world, "ana")
        _ = try #require(user.allocate())
        #expect(user.permit(.peer)?.isSuccess == true)
        let application = client("app", 40_001, secret: "north")
        _ = try #require(application.allocate())
        #expect(application.permit(.peer)?.isSuccess == true)
        let open = Self.world { $0.scopesRooms = false }
        let guest = client("p1", in: open)
        _ = try #require(guest.allocate())
        #expect(guest.permit(.peer)?.isSuccess == true)
    }

    @Test("who leaves is reached no more: permissions and channels end at once, those for others stay")
    func leaving() throws {
        for name in ["p1", "p2", "p3"] { join(name) }
        tell(.signalled([Endpoint.peer.address], name: "p2"), .signalled([Endpoint.otherPeer.address], name: "p3"))
        let client = client("p1")
        let relayed = try #require(client.allocate())
        #expect(client.permit(.peer, .otherPeer)?.isSuccess == true)
        #expect(client.bind(0x4000, .peer)?.isSuccess == true)
        client.sendChannelData([1], 0x4000)
        #expect(world.takeToPeers().count == 1)
        tell(.left(name: "p2"))
        client.sendChannelData([1], 0x4000)
        client.sendIndication([1], to: .peer)
        _ = world.takeToClients()
        world.receive([1], from: .peer, at: relayed)
        #expect(world.takeToPeers().isEmpty && world.takeToClients().isEmpty)
        #expect(client.permit(.peer)?.code == .forbidden)
        client.sendIndication([1], to: .otherPeer)
        #expect(world.takeToPeers().count == 1)
    }

    @Test("an address that two have signalled is reached until both have left")
    func shared() throws {
        for name in ["p1", "p2", "p3"] { join(name) }
        tell(.signalled([Endpoint.peer.address], name: "p2"), .signalled([Endpoint.peer.address], name: "p3"))
        let client = client("p1")
        _ = try #require(client.allocate())
        #expect(client.permit(.peer)?.isSuccess == true)
        tell(.left(name: "p2"))
        client.sendIndication([1], to: .peer)
        #expect(world.takeToPeers().count == 1)
        tell(.left(name: "p3"))
        client.sendIndication([1], to: .peer)
        #expect(world.takeToPeers().isEmpty)
    }

    @Test("who leaves reaches nobody, and what a room's people allocated ends with the room")
    func ending() throws {
        join("p1")
        join("p2")
        tell(.joined(name: "guest", Self.room, isGuest: true), .signalled([Endpoint.peer.address], name: "p2"))
        let (client, guest) = (client("p1"), client("guest", 40_001))
        _ = try #require(client.allocate())
        _ = try #require(guest.allocate())
        #expect(client.permit(.peer)?.isSuccess == true && guest.permit(.peer)?.isSuccess == true)
        tell(.left(name: "p1"))
        client.sendIndication([1], to: .peer)
        #expect(world.takeToPeers().isEmpty && client.permit(.peer)?.code == .forbidden)
        tell(.forgotten(name: "guest"))
        guest.sendIndication([1], to: .peer)
        #expect(world.takeToPeers().count == 1, "a call goes on when its credentials have run out")
        tell(.ended(Self.room))
        guest.sendIndication([1], to: .peer)
        #expect(world.takeToPeers().isEmpty && guest.refresh()?.code == .allocationMismatch)
        let again = self.client("guest", 40_002)
        _ = try #require(again.allocate())
        #expect(again.permit(.peer)?.code == .forbidden)
    }

    @Test("a room of hundreds of allocations ends with all of them")
    func manyEnd() throws {
        join("p1")
        for port in 0..<200 { _ = try #require(client("p1", 20_000 + UInt16(port)).allocate()) }
        #expect(world.relay.allocationCount == 200)
        tell(.ended(Self.room))
        world.pass(.zero)
        for _ in 0..<100 { world.handle(.tick) }
        #expect(world.relay.allocationCount == 0 && world.ledger.total == 0)
    }

    @Test("word that is on its way still is waited for, when a permission and when an allocation is asked for")
    func late() throws {
        world.mail = [.joined(name: "p1", Self.room, isGuest: false)]
        let client = client("p1")
        _ = try #require(client.allocate())
        world.mail = [
            .joined(name: "p2", Self.room, isGuest: false), .signalled([Endpoint.peer.address], name: "p2"),
        ]
        #expect(client.permit(.peer)?.isSuccess == true)
        #expect(world.refused.isEmpty && world.relay.counts.refused(.roomScope) == 0)
    }

    @Test("who allocated before the call was begun is in it from then on")
    func early() throws {
        let client = client("p1")
        _ = try #require(client.allocate())
        #expect(client.permit(.peer)?.code == .forbidden)
        join("p1")
        join("p2")
        tell(.signalled([Endpoint.peer.address], name: "p2"))
        #expect(client.permit(.peer)?.isSuccess == true)
        join("p1", Self.otherRoom)
        client.sendIndication([1], to: .peer)
        #expect(world.takeToPeers().isEmpty, "and in another one afterwards")
    }

    @Test("one person is reached at a bounded number of addresses, the newest")
    func bounded() throws {
        join("p1")
        join("p2")
        for number in 0..<100 { tell(.signalled([.v4(0x0101_0200 + UInt32(number))], name: "p2")) }
        let client = client("p1")
        _ = try #require(client.allocate())
        #expect(client.permit(Endpoint(.v4(0x0101_0200 + 67), 1))?.code == .forbidden)
        #expect(client.permit(Endpoint(.v4(0x0101_0200 + 68), 1))?.isSuccess == true)
    }

    // MARK: - This server's own addresses

    @Test("two in one room reach each other's relayed addresses, and nobody else's on this server")
    func relayedAddresses() throws {
        join("p1")
        join("p2")
        join("p3", Self.otherRoom)
        let (one, two, three) = (client("p1"), client("p2", 40_001), client("p3", 40_002))
        let first = try #require(one.allocate())
        #expect(one.permit(first)?.code == .forbidden, "there is nobody else yet")
        let second = try #require(two.allocate())
        let third = try #require(three.allocate())
        world.live.set([first: Self.room, second: Self.room, third: Self.otherRoom])
        #expect(one.permit(second)?.isSuccess == true && two.permit(first)?.isSuccess == true)
        #expect(three.permit(second)?.code == .forbidden, "their only relayed address in that room is their own")
        tell(.joined(name: "p4", Self.otherRoom, isGuest: false), .signalled([second.address], name: "p4"))
        #expect(three.permit(second)?.isSuccess == true, "an address is everybody's here, and a port is not")
        _ = world.takeToClients()
        one.sendIndication([1], to: second)
        #expect(world.takeToClients().map(\.flow) == [two.flow])
        one.sendIndication([1], to: third)
        three.sendIndication([1], to: second)
        #expect(world.lastDrop == .deniedPeer && world.takeToClients().isEmpty)
        #expect(one.bind(0x4000, third)?.code == .forbidden)
        #expect(one.bind(0x4000, second)?.isSuccess == true)
    }

    @Test("a relayed address of another worker is reached by its room only")
    func otherWorker() throws {
        join("p1")
        join("p2")
        tell(.signalled([World.server.address], name: "p2"))
        let client = client("p1")
        _ = try #require(client.allocate())
        let (theirs, others) = (Endpoint(World.server.address, 60_001), Endpoint(World.server.address, 60_002))
        world.live.set([theirs: Self.room, others: Self.otherRoom])
        #expect(client.permit(theirs)?.isSuccess == true)
        client.sendIndication([1], to: theirs)
        client.sendIndication([2], to: others)
        client.sendIndication([3], to: Endpoint(World.server.address, 60_003))
        #expect(world.takeToPeers().map(\.bytes) == [[1]])
        #expect(client.bind(0x4001, others)?.code == .forbidden)
    }

    @Test("an operator's user reaches the relayed address of somebody in a room who may reach them")
    func operatorToRoom() throws {
        join("p1")
        join("p2")
        let (user, guest) = (Client(world, "ana"), client("p1", 40_001))
        let first = try #require(user.allocate())
        let second = try #require(guest.allocate())
        #expect(user.permit(second)?.isSuccess == true)
        tell(.signalled([first.address], name: "p2"))
        #expect(guest.permit(first)?.isSuccess == true)
        _ = world.takeToClients()
        user.sendIndication([1], to: second)
        #expect(world.takeToClients().map(\.flow) == [guest.flow])
        guest.sendIndication([1], to: first)
        #expect(world.takeToClients().isEmpty, "which is no way out of the room")
    }

    // MARK: - Restarts

    @Test("an allocation stays its room's over a restart, with what it was granted, before anybody tells of the room")
    func restart() throws {
        join("p1")
        join("p2")
        tell(.signalled([Endpoint.peer.address, Endpoint.otherPeer.address], name: "p2"))
        let client = client("p1")
        let relayed = try #require(client.allocate())
        #expect(client.permit(.peer)?.isSuccess == true)
        #expect(world.restart().isEmpty)
        client.sendIndication([1], to: .peer)
        #expect(world.takeToPeers().map(\.from) == [relayed])
        #expect(client.permit(.peer)?.isSuccess == true, "what is in force may be refreshed")
        #expect(client.permit(.otherPeer)?.code == .forbidden, "and nothing else had")
        join("p1")
        join("p2")
        tell(.signalled([Endpoint.peer.address, Endpoint.otherPeer.address], name: "p2"))
        #expect(client.permit(.peer, .otherPeer)?.isSuccess == true)
        tell(.left(name: "p2"))
        client.sendIndication([1], to: .peer)
        #expect(world.takeToPeers().isEmpty)
    }
}
