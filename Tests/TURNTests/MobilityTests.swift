// SPDX-License-Identifier: Apache-2.0
import Crypto
import STUN
import TURN
import Testing
import Wire

@Suite("Mobility (RFC 8016)")
struct MobilityTests {
    let world = World { $0.mobility = true }

    func client(_ port: UInt16, in world: World? = nil, _ user: String = "ana", over transport: Transport = .udp)
        -> Client
    {
        Client(world ?? self.world, user, at: Endpoint(.v4(0x0909_0909), port), over: transport)
    }

    /// Allocates with a ticket, and permits the peer.
    func allocate(_ client: Client) -> (relayed: Endpoint, ticket: [UInt8])? {
        let answer = client.ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.mobilityTicket, bytes: [])
        }
        guard let relayed = answer?.address(.xorRelayedAddress), let ticket = answer?.value(.mobilityTicket) else {
            return nil
        }
        _ = client.permit(.peer)
        return (relayed, ticket)
    }

    func move(_ client: Client, _ ticket: [UInt8], lifetime: UInt32? = nil) -> Answer? {
        client.ask(.refresh) { writer in
            if let lifetime { writer.append(lifetime: lifetime) }
            writer.append(.mobilityTicket, bytes: ticket)
        }
    }

    @Test("the allocation follows its client, with its permissions, once the client sends from where it is")
    func follows() throws {
        let (old, new) = (client(40_000), client(50_000))
        let (relayed, ticket) = try #require(allocate(old))
        let answer = move(new, ticket)
        #expect(answer?.isSuccess == true && answer?.value(.mobilityTicket) != ticket)
        #expect(answer?.value(.mobilityTicket).map { $0.count >= 16 } == true)
        _ = world.takeToClients()
        world.receive([1], from: .peer, at: relayed)
        #expect(world.takeToClients().map(\.flow) == [old.flow])
        old.sendIndication([2], to: .peer)
        new.sendIndication([3], to: .peer)
        #expect(world.takeToPeers().map(\.bytes) == [[2], [3]])
        world.receive([4], from: .peer, at: relayed)
        #expect(world.takeToClients().map(\.flow) == [new.flow])
        old.sendIndication([5], to: .peer)
        #expect(world.takeToPeers().isEmpty && world.lastDrop == .noAllocation)
        #expect(world.ledger.total == 1 && world.relay.inventory.flows == 1)
    }

    @Test("an authenticated request from where the client is moves it too")
    func request() throws {
        let (old, new) = (client(40_000), client(50_000))
        let (relayed, ticket) = try #require(allocate(old))
        _ = move(new, ticket)
        #expect(new.bind(0x4000, .peer)?.isSuccess == true)
        world.receive([1], from: .peer, at: relayed)
        #expect(world.takeToClients().last?.flow == new.flow)
        #expect(old.refresh()?.code == .allocationMismatch)
    }

    @Test("a ticket is good once, and a repeated request gets the same number again")
    func once() throws {
        let (relayed, ticket) = try #require(allocate(client(40_000)))
        let new = client(50_000)
        _ = new.ask(.refresh)
        let request = new.request(.refresh) { $0.append(.mobilityTicket, bytes: ticket) }
        let first = try #require(world.receive(request, on: new.flow).flatMap(Answer.init)?.value(.mobilityTicket))
        let again = try #require(world.receive(request, on: new.flow).flatMap(Answer.init)?.value(.mobilityTicket))
        #expect(move(client(50_001), ticket)?.code == .allocationMismatch)
        // Both copies of the answer carry the ticket that is good now.
        let third = client(50_002)
        let next = try #require(move(third, first)?.value(.mobilityTicket))
        #expect(move(client(50_003), again)?.code == .allocationMismatch)
        #expect(move(client(50_004), next)?.isSuccess == true)
        #expect(world.sockets.keys.contains(relayed) && world.relay.inventory.tickets == 1)
    }

    @Test("a ticket is a text that turnutils_uclient has room for, and no two are alike")
    func text() throws {
        var seen: Set<[UInt8]> = []
        for port in 0..<20 {
            let (_, ticket) = try #require(allocate(client(UInt16(40_000 + port))))
            #expect((1...32).contains(ticket.count) && ticket.allSatisfy { (0x21...0x7E).contains($0) })
            #expect(seen.insert(ticket).inserted)
        }
    }

    /// A guest whose credentials end a minute after the world began.
    func guest(_ port: UInt16, in world: World, over transport: Transport) -> Client {
        let name = "1800000060:guest"
        let password = Base64.encode(HMAC.authenticate([UInt8](name.utf8), key: [UInt8]("north".utf8), .sha1).array)
        return Client(world, name, password: password, at: Endpoint(.v4(0x0909_0909), port), over: transport)
    }

    @Test(
        "an allocation follows its client beyond the end of the credentials that made it, at this worker and at another",
        arguments: [Transport.udp, .tcp])
    func expired(transport: Transport) throws {
        let worlds = (0..<2).map { number in
            World(seed: UInt64(number)) { settings in
                settings.mobility = true
                (settings.worker, settings.workers) = (UInt8(number), 2)
            }
        }
        for world in worlds { world.workers = worlds }
        let (relayed, first) = try #require(allocate(guest(40_000, in: worlds[0], over: transport)))
        for world in worlds { world.pass(.seconds(61)) }
        #expect(guest(41_000, in: worlds[0], over: transport).allocate() == nil)
        var ticket = first
        for (number, worker) in [0, 1, 1, 0].enumerated() {
            let client = guest(UInt16(50_000 + number), in: worlds[worker], over: transport)
            // Whoever has the ticket and not the key moves nothing.
            let thief = guest(UInt16(60_000 + number), in: worlds[worker], over: transport)
            thief.password = "guess"
            #expect(move(thief, ticket)?.code == .unauthenticated)
            ticket = try #require(move(client, ticket)?.value(.mobilityTicket))
            #expect(client.permit(.peer)?.isSuccess == true)
            client.sendIndication([7], to: .peer)
            #expect(worlds[worker].takeToPeers().map(\.from) == [relayed])
        }
    }

    @Test("a ticket is its owner's: nobody else moves an allocation, and nobody makes one up")
    func owner() throws {
        let (_, ticket) = try #require(allocate(client(40_000)))
        #expect(move(client(50_000, in: nil, "bob"), ticket)?.code == .wrongCredentials)
        for index in ticket.indices {
            var forged = ticket
            forged[index] ^= 1
            #expect(move(client(50_001), forged)?.code == .allocationMismatch)
        }
        #expect(move(client(50_002), [1, 2, 3])?.code == .allocationMismatch)
        #expect(move(client(50_003), [])?.code == .badRequest)
        #expect(world.relay.inventory.moving == 0)
    }

    @Test("a client with an allocation of its own does not take another over")
    func occupied() throws {
        let (_, ticket) = try #require(allocate(client(40_000)))
        let other = client(50_000)
        _ = other.allocate()
        #expect(move(other, ticket)?.code == .allocationMismatch)
    }

    @Test("without the setting, asking for a ticket is forbidden; a ticket that is not empty asks for nothing")
    func forbidden() {
        let still = World()
        let answer = client(40_000, in: still).ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.mobilityTicket, bytes: [])
        }
        #expect(answer?.code == .mobilityForbidden)
        #expect(move(client(40_001, in: still), [1])?.code == .mobilityForbidden)
        let full = client(40_002).ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.mobilityTicket, bytes: [1])
        }
        #expect(full?.code == .badRequest && world.sockets.isEmpty)
    }

    @Test("an allocation outlives its client's stream when it has a ticket, and ends in time")
    func stream() throws {
        let old = client(40_000, over: .tcp)
        let (relayed, ticket) = try #require(allocate(old))
        world.handle(.disconnected(old.flow))
        #expect(world.sockets.keys.contains(relayed))
        let new = client(50_000, over: .tcp)
        #expect(move(new, ticket)?.isSuccess == true)
        world.handle(.disconnected(new.flow))
        #expect(world.relay.inventory.moving == 0 && world.relay.inventory.allocations == 1)
        world.pass(.seconds(601))
        #expect(world.relay.inventory == Inventory() && world.ledger.total == 0 && world.sockets.isEmpty)
    }

    @Test("a lifetime of zero with a ticket ends the allocation from anywhere")
    func released() throws {
        let (_, ticket) = try #require(allocate(client(40_000)))
        let answer = move(client(50_000), ticket, lifetime: 0)
        #expect(answer?.isSuccess == true && answer?.value(.mobilityTicket) == nil)
        #expect(world.relay.inventory == Inventory() && world.sockets.isEmpty && world.ledger.total == 0)
    }

    @Test("a ticket is good after a restart")
    func restart() throws {
        let (relayed, ticket) = try #require(allocate(client(40_000)))
        #expect(world.restart().isEmpty)
        #expect(move(client(50_000), ticket)?.isSuccess == true)
        #expect(world.sockets.keys.contains(relayed))
    }

    @Test("the allocation moves to the worker that the client reaches, on and back again")
    func workers() throws {
        let ledger = Ledger(perUser: 1)
        let worlds = (0..<3).map { number in
            World(seed: UInt64(number), ledger: ledger) { settings in
                settings.mobility = true
                (settings.worker, settings.workers) = (UInt8(number), 3)
                settings.ports = [UInt16(50_000 + 8 * number)...UInt16(50_007 + 8 * number)]
            }
        }
        for world in worlds { world.workers = worlds }
        let (relayed, first) = try #require(allocate(client(40_000, in: worlds[0])))
        var ticket = first
        for (number, worker) in [1, 2, 0, 2, 1].enumerated() {
            let client = client(UInt16(50_000 + number), in: worlds[worker])
            ticket = try #require(move(client, ticket)?.value(.mobilityTicket))
            client.sendIndication([7], to: .peer)
            #expect(worlds[worker].takeToPeers().map(\.from) == [relayed])
            let sockets = worlds.reduce(0) { $0 + $1.sockets.count }
            let lent = worlds.reduce(0) { $0 + $1.relay.inventory.lent }
            #expect(sockets == 1 && ledger.total == 1 && lent == (worker == 0 ? 0 : 1))
        }
        for world in worlds { world.pass(.seconds(700)) }
        let isEmpty = worlds.allSatisfy { $0.relay.inventory == Inventory() && $0.sockets.isEmpty }
        #expect(isEmpty && ledger.total == 0)
    }
}
