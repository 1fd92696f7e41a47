// SPDX-License-Identifier: Apache-2.0
import Addresses
import Crypto
import STUN
import TURN
import Testing
import Wire

@Suite("TCP allocations (RFC 6062)")
struct TCPAllocationTests: TCPClients {
    let world = World()

    // MARK: - Allocate (§5.1)

    @Test("a relayed address of TCP is listened at, for clients over TCP and TLS", arguments: [Transport.tcp, .tls])
    func allocates(transport: Transport) throws {
        let client = client(over: transport)
        let relayed = try #require(allocate(client)?.address(.xorRelayedAddress))
        #expect(world.listeners.keys.contains(relayed) && world.sockets.isEmpty)
        #expect(world.relay.census().relayingTCP == 1)
        #expect(client.refresh(0)?.isSuccess == true)
        #expect(world.listeners.isEmpty && world.relay.inventory == Inventory())
    }

    @Test("a client over datagrams gets none", arguments: [Transport.udp, .dtls])
    func datagrams(transport: Transport) { #expect(allocate(client(over: transport))?.code == .badRequest) }

    @Test("what belongs to UDP is refused with it")
    func contradictions() {
        #expect(allocate(client()) { $0.append(.dontFragment, bytes: []) }?.code == .badRequest)
        #expect(allocate(client()) { $0.append(.evenPort, bytes: [0]) }?.code == .badRequest)
        #expect(allocate(client()) { $0.append(.reservationToken, integer: 1 as UInt64) }?.code == .badRequest)
        #expect(world.relay.inventory == Inventory())
    }

    @Test("no-tcp-relay refuses it, and UDP is relayed as before")
    func switchedOff() throws {
        let world = World { $0.relaysTCP = false }
        #expect(allocate(client(in: world))?.code == .unsupportedTransportProtocol)
        #expect(client(in: world).allocate() != nil)
    }

    @Test("a port that another program has is tried elsewhere")
    func busy() throws {
        let world = World { $0.ports = [50_000...50_001] }
        world.busy = [Endpoint(World.server.address, 50_000)]
        #expect(try allocated(in: world).relayed.port == 50_001)
    }

    @Test("it cannot follow its client, so it gets no ticket")
    func mobility() {
        let world = World { $0.mobility = true }
        let answer = allocate(client(in: world)) { $0.append(.mobilityTicket, bytes: []) }
        #expect(answer?.code == .mobilityForbidden && world.relay.inventory == Inventory())
    }

    @Test("it has no channels and takes no Send indications, and nobody's datagrams take it for one of UDP")
    func notUDP() throws {
        let (client, relayed) = try allocated()
        #expect(client.permit(.peer)?.isSuccess == true)
        #expect(client.bind(0x4000, .peer)?.code == .forbidden)
        client.sendIndication([1], to: .peer)
        #expect(world.lastDrop == .unexpected && world.takeToPeers().isEmpty)
        let other = Client(world, "bob", at: Endpoint(.v4(0x0909_0909), 50_000))
        _ = other.allocate()
        #expect(other.permit(relayed)?.isSuccess == true)
        #expect(other.bind(0x4000, relayed)?.code == .forbidden)
        other.sendIndication([1], to: relayed)
        #expect(world.lastDrop == .deniedPeer && world.takeToPeers().isEmpty)
    }

    @Test("of two relayed addresses one may be given up, and its connections with it")
    func dual() throws {
        let client = client()
        let answer = try #require(allocate(client) { $0.append(.additionalAddressFamily, family: .v6) })
        #expect(answer.addresses(.xorRelayedAddress).count == 2 && world.listeners.count == 2)
        for peer in [Endpoint.peer, .peer6] {
            _ = connect(client, peer)
            _ = try accept()
        }
        #expect(world.relay.inventory.connections == 2)
        let refresh = client.ask(.refresh) { writer in
            writer.append(lifetime: 0)
            writer.append(.requestedAddressFamily, family: .v6)
        }
        #expect(refresh?.isSuccess == true && world.listeners.count == 1)
        #expect(world.relay.inventory.connections == 1 && world.relay.inventory.listedConnections == 1)
        #expect(connect(client, .peer)?.code == .connectionAlreadyExists)
        #expect(connect(client, .peer6)?.code == .peerAddressFamilyMismatch)
    }

    // MARK: - Connect (§5.2)

    @Test("a Connect is answered when the peer has accepted, and the connection joined with who asks for it")
    func connects() throws {
        let (client, relayed) = try allocated()
        #expect(connect(client, .peer) == nil, "not before the peer has accepted")
        let wish = try #require(world.takeConnects().last)
        #expect(wish.to == .peer)
        #expect(world.listeners[relayed] == wish.from)
        world.handle(.connected(wish.id))
        let answer = try #require(world.takeToClients().last.flatMap { Answer($0.bytes) })
        #expect(answer.isSuccess && answer.message.header.method == .connect)
        #expect(answer.isAuthentic(.sha1, client.key))
        #expect(answer.connectionID == wish.id)

        let data = self.client(40_001)
        #expect(take(wish.id, by: data)?.isSuccess == true)
        let joins = world.takeJoins()
        #expect(joins.map(\.id) == [wish.id] && joins.map(\.flow) == [data.flow])
        #expect(take(wish.id, by: self.client(40_002))?.code == .badRequest, "it is taken")
        world.pass(.seconds(300))
        #expect(world.relay.inventory.connections == 1, "a joined connection waits for nothing")
        world.handle(.closed(wish.id))
        #expect(world.relay.inventory.connections == 0 && world.relay.inventory.listedConnections == 0)
    }

    @Test("a second Connect to the same peer is refused for as long as the first one lives")
    func twice() throws {
        let (client, _) = try allocated()
        _ = connect(client, .peer)
        #expect(connect(client, .peer)?.code == .connectionAlreadyExists, "while the first is being made")
        let (id, _) = try accept()
        #expect(connect(client, .peer)?.code == .connectionAlreadyExists, "while it waits")
        _ = take(id, by: self.client(40_001))
        #expect(connect(client, .peer)?.code == .connectionAlreadyExists, "while it is in use")
        #expect(connect(client, .otherPeer) == nil)
        #expect(world.takeConnects().map(\.to) == [.otherPeer])
        world.handle(.closed(id))
        #expect(connect(client, .peer) == nil)
        #expect(world.takeConnects().map(\.to) == [.peer])
    }

    @Test("a peer that does not accept, or not within half a minute, is answered with 447")
    func fails() throws {
        let (client, _) = try allocated()
        _ = connect(client, .peer)
        world.handle(.unconnected(try #require(world.takeConnects().last).id, because: .unreachable))
        #expect(world.takeToClients().last.flatMap { Answer($0.bytes) }?.code == .connectionTimeoutOrFailure)

        _ = connect(client, .peer)
        _ = connect(client, .otherPeer)
        let ids = world.takeConnects().map(\.id)
        world.pass(.seconds(29))
        #expect(world.takeToClients().isEmpty && world.takeDisconnects().isEmpty)
        world.pass(.seconds(1))
        let codes = world.takeToClients().map { Answer($0.bytes)?.code }
        #expect(codes == [.connectionTimeoutOrFailure, .connectionTimeoutOrFailure])
        #expect(world.takeDisconnects() == ids && world.relay.inventory.connections == 0)
        world.handle(.connected(ids[0]))
        #expect(world.takeToClients().isEmpty, "what comes too late says nothing")
    }

    @Test("a lack of sockets is the server's fault, and is said so")
    func resources() throws {
        let (client, _) = try allocated()
        _ = connect(client, .peer)
        world.handle(.unconnected(try #require(world.takeConnects().last).id, because: .resources))
        #expect(world.takeToClients().last.flatMap { Answer($0.bytes) }?.code == .insufficientCapacity)
    }

    @Test("a Connect without an allocation, of UDP, of somebody else or without a peer is refused")
    func refusals() throws {
        #expect(connect(client(), .peer)?.code == .allocationMismatch)
        let (owner, _) = try allocated(40_001)
        let thief = client(40_001, "bob")
        #expect(connect(thief, .peer)?.code == .wrongCredentials)
        #expect(owner.ask(.connect)?.code == .badRequest)
        #expect(connect(owner, Endpoint(Endpoint.peer.address, 0))?.code == .badRequest)
        #expect(connect(owner, .peer6)?.code == .peerAddressFamilyMismatch)
        let plain = client(40_002)
        _ = plain.allocate()
        #expect(connect(plain, .peer)?.code == .forbidden)
        #expect(world.takeConnects().isEmpty && world.relay.inventory.connections == 0)
    }

    @Test("peers that are denied are not connected to", arguments: [0x0A00_0001, 0x7F00_0001, 0xA9FE_A9FE] as [UInt32])
    func denied(address: UInt32) throws {
        let (client, _) = try allocated()
        #expect(connect(client, Endpoint(.v4(address), 80))?.code == .forbidden)
        #expect(world.takeConnects().isEmpty)
    }

    @Test("of this server only other clients' relayed addresses of TCP are connected to, and none to itself")
    func own() throws {
        let (client, relayed) = try allocated()
        let (_, other) = try allocated(40_001, "bob")
        let datagrams = try #require(Client(world, at: Endpoint(.v4(0x0909_0909), 50_000)).allocate())
        let refused = [relayed, World.server, datagrams, Endpoint(World.server.address, 443)]
        for endpoint in refused { #expect(connect(client, endpoint)?.code == .forbidden, "\(endpoint)") }
        #expect(connect(client, other) == nil)
        #expect(world.takeConnects().map(\.to) == [other])
    }

    @Test("behind a NAT an allocation reaches another one by its public address, and itself by none")
    func external() throws {
        let face = Endpoint(.v4(0x0505_0505), 0)
        let world = World { $0.addresses = .of([World.server.address], told: [ExternalAddress(face.address)]) }
        let (client, relayed) = try allocated(in: world)
        let (_, other) = try allocated(40_001, in: world)
        #expect(relayed.address == face.address)
        #expect(connect(client, relayed)?.code == .forbidden)
        #expect(connect(client, other) == nil)
        #expect(world.takeConnects().map(\.to) == [Endpoint(World.server.address, other.port)])
    }

    // MARK: - Peers that connect (§5.3)

    @Test("a permitted peer's connection is told of, and joined with who asks for it")
    func attempt() throws {
        let (client, relayed) = try allocated()
        _ = client.permit(.peer)
        _ = world.takeToClients()
        let from = Endpoint(Endpoint.peer.address, 12_345)
        guard case .waiting(let id) = world.connect(from: from, to: relayed) else { throw TCPMissing() }
        let told = try #require(world.takeToClients().last)
        let message = try #require(Answer(told.bytes))
        #expect(told.flow == client.flow)
        #expect(message.message.header.kind == .indication && message.message.header.method == .connectionAttempt)
        #expect(message.address(.xorPeerAddress) == from && message.connectionID == id)
        #expect(connect(client, from)?.code == .connectionAlreadyExists)
        #expect(take(id, by: self.client(40_001))?.isSuccess == true)
        #expect(world.takeJoins().map(\.id) == [id])
    }

    @Test("a peer without a permission, or that has come to be denied, is closed and not told of")
    func strangers() throws {
        let (client, relayed) = try allocated()
        #expect(world.connect(from: .peer, to: relayed) == .refused(.noPermission))
        _ = client.permit(.peer)
        _ = world.takeToClients()
        #expect(world.connect(from: .otherPeer, to: relayed) == .refused(.noPermission))
        var settings = World.settings()
        settings.peerPolicy.denied = [Endpoint.peer.address].compactMap { AddressRange($0, $0, origin: "test:1") }
        world.reload(settings)
        #expect(world.connect(from: .peer, to: relayed) == .refused(.deniedPeer))
        world.pass(.seconds(301))
        #expect(world.connect(from: .peer, to: relayed) == .refused(.noPermission))
        #expect(world.takeToClients().isEmpty && world.relay.inventory.connections == 0)
    }

    @Test("a connection that nobody takes is closed after half a minute, and no sooner")
    func untaken() throws {
        let (client, relayed) = try allocated()
        _ = client.permit(.peer)
        _ = connect(client, .otherPeer)
        let (wanted, _) = try accept()
        guard case .waiting(let came) = world.connect(from: .peer, to: relayed) else { throw TCPMissing() }
        world.pass(.seconds(29))
        #expect(world.takeDisconnects().isEmpty)
        world.pass(.seconds(1))
        #expect(Set(world.takeDisconnects()) == [wanted, came])
        #expect(take(wanted, by: self.client(40_001))?.code == .badRequest)
        #expect(world.relay.inventory.connections == 0)
    }

    @Test("peers fill no more than their share, and a place that is free again is given again")
    func flood() throws {
        let world = World { ($0.waitingPerAllocation, $0.connectionsPerAllocation) = (3, 5) }
        let (client, relayed) = try allocated(in: world)
        _ = client.permit(.peer)
        var ids: [ConnectionID] = []
        for port in 1...3 as ClosedRange<UInt16> {
            if case .waiting(let id) = arrive(port, relayed, world) { ids.append(id) }
        }
        #expect(ids.count == 3)
        #expect(arrive(4, relayed, world) == .refused(.overRate))
        #expect(connect(client, .otherPeer)?.code == .insufficientCapacity, "as many wait as may")
        for (index, id) in ids.enumerated() {
            _ = take(id, by: self.client(41_000 + UInt16(index), in: world))
        }
        for port in 4...5 as ClosedRange<UInt16> {
            if case .waiting(let id) = arrive(port, relayed, world) { ids.append(id) }
        }
        #expect(ids.count == 5)
        #expect(arrive(6, relayed, world) == .refused(.overRate))
        #expect(connect(client, .otherPeer)?.code == .insufficientCapacity)
        world.handle(.closed(ids[0]))
        guard case .waiting = arrive(6, relayed, world) else { throw TCPMissing() }
    }

    // MARK: - ConnectionBind (§5.4)

    @Test("a connection is taken by its owner alone, by its name, over another stream")
    func taking() throws {
        let (client, _) = try allocated()
        _ = connect(client, .peer)
        let (id, _) = try accept()
        #expect(take(id, by: self.client(40_001, "bob"))?.code == .wrongCredentials)
        #expect(take(id, by: client)?.code == .badRequest, "the allocation's own stream")
        #expect(take(id, by: self.client(40_002, over: .udp))?.code == .badRequest, "a datagram")
        #expect(self.client(40_003).ask(.connectionBind)?.code == .badRequest, "no name")
        let strange = ConnectionID(rawValue: id.rawValue &+ 1)
        #expect(take(strange, by: self.client(40_004))?.code == .badRequest, "a name that nothing has")
        #expect(take(id, by: self.client(40_005, over: .tls))?.isSuccess == true)
    }

    @Test("a guest whose time has ended goes on connecting and taking connections, and allocates nothing more")
    func expired() throws {
        let name = "1800000060:guest"
        let password = Base64.encode(HMAC.authenticate([UInt8](name.utf8), key: [UInt8]("north".utf8), .sha1).array)
        func guest(_ port: UInt16) -> Client {
            Client(world, name, password: password, at: Endpoint(.v4(0x0909_0909), port), over: .tcp)
        }
        let client = guest(40_000)
        #expect(allocate(client)?.isSuccess == true)
        world.pass(.seconds(61))
        #expect(allocate(guest(40_001))?.code == .unauthenticated)
        _ = connect(client, .peer)
        let (id, answer) = try accept()
        #expect(answer.isSuccess)
        let thief = guest(40_002)
        thief.password = "guess"
        #expect(take(id, by: thief)?.code == .unauthenticated)
        #expect(take(id, by: guest(40_003))?.isSuccess == true)
    }

    @Test("the nonce of the allocation's own stream is good for its connections, and for nobody else's requests")
    func nonce() throws {
        let (client, _) = try allocated()
        _ = connect(client, .peer)
        let (id, _) = try accept()
        let data = self.client(40_001)
        data.nonce = client.nonce
        let refresh = data.send(data.request(.refresh))
        #expect(refresh?.code == .staleNonce)
        let strange = data.send(data.request(.connectionBind) { $0.append(.connectionID, integer: id.rawValue &+ 1) })
        #expect(strange?.code == .staleNonce)
        let bound = data.send(data.request(.connectionBind) { $0.append(.connectionID, integer: id.rawValue) })
        #expect(bound?.isSuccess == true)
    }

    @Test("a connection of another worker's sends the client's stream there, before anybody is asked who it is")
    func workers() throws {
        let worlds = (0..<3).map { number in
            World(seed: UInt64(number) + 7) { ($0.worker, $0.workers) = (UInt8(number), 3) }
        }
        for number in 0..<3 {
            let (client, _) = try allocated(in: worlds[number])
            for port in 1...20 as ClosedRange<UInt16> {
                _ = connect(client, Endpoint(Endpoint.peer.address, port))
                let (id, _) = try accept(in: worlds[number])
                for other in 0..<3 {
                    let data = self.client(40_000 + port, in: worlds[other])
                    let answer = data.send(
                        data.message(.request, .connectionBind) { writer in
                            writer.append(.connectionID, integer: id.rawValue)
                        })
                    #expect(worlds[other].destination == (other == number ? nil : UInt8(number)))
                    #expect(answer?.code == (other == number ? .unauthenticated : nil))
                }
            }
        }
    }
}
