// SPDX-License-Identifier: Apache-2.0
import Addresses
import STUN
import TURN
import Testing
import Wire

@Suite("EVEN-PORT, RESERVATION-TOKEN and two families")
struct ReservationTests {
    let world = World()

    func pair(_ client: Client) -> (relayed: Endpoint, token: UInt64)? {
        let answer = client.ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.evenPort, integer: UInt8(0x80))
        }
        guard let relayed = answer?.address(.xorRelayedAddress), let token = answer?.token else { return nil }
        return (relayed, token)
    }

    func redeem(_ client: Client, _ token: UInt64) -> Answer? {
        client.ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.reservationToken, integer: token)
        }
    }

    @Test("an even port is even and takes no other")
    func even() {
        for number in UInt16(1)...50 {
            let client = Client(world, at: Endpoint(.v4(0x0909_0909), number))
            let port = client.allocate { $0.append(.evenPort, integer: UInt8(0x7F)) }?.port
            #expect(port.map { $0 % 2 } == 0)
        }
        #expect(world.sockets.count == 50)
    }

    @Test("the port after an even one is held under a token, which is good once and for its owner")
    func token() throws {
        let client = Client(world)
        let (relayed, token) = try #require(pair(client))
        #expect(relayed.port % 2 == 0 && world.sockets.count == 2)
        let stranger = Client(world, "bob", at: Endpoint(.v4(0x0909_0909), 40_002))
        #expect(redeem(stranger, token)?.code == .insufficientCapacity)
        #expect(redeem(Client(world, at: Endpoint(.v4(0x0909_0909), 40_003)), token ^ 1)?.code == .insufficientCapacity)
        let second = Client(world, at: Endpoint(.v4(0x0909_0909), 40_001))
        let answer = redeem(second, token)
        #expect(answer?.address(.xorRelayedAddress) == Endpoint(relayed.address, relayed.port + 1))
        #expect(redeem(Client(world, at: Endpoint(.v4(0x0909_0909), 40_004)), token)?.code == .insufficientCapacity)
        #expect(world.relay.allocationCount == 2 && world.ledger.total == 2)
        world.pass(.seconds(700))
        #expect(world.sockets.isEmpty && world.ledger.total == 0)
    }

    @Test("a repeated request is told the same token")
    func retransmission() throws {
        let client = Client(world)
        _ = client.ask(.refresh)
        let request = client.request(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.evenPort, integer: UInt8(0x80))
        }
        let first = try #require(world.receive(request, on: client.flow))
        #expect(world.receive(request, on: client.flow) == first)
        #expect(Answer(first)?.token != nil)
    }

    @Test("what nobody redeems is free again after a minute")
    func expiry() throws {
        let client = Client(world)
        let (relayed, token) = try #require(pair(client))
        world.pass(.seconds(59))
        #expect(world.sockets.count == 2)
        world.pass(.seconds(2))
        #expect(world.sockets.keys.map { $0 } == [relayed] && world.ledger.total == 1)
        #expect(redeem(Client(world, at: Endpoint(.v4(0x0909_0909), 40_001)), token)?.code == .insufficientCapacity)
        #expect(world.ended.isEmpty)
    }

    @Test("a reserved port outlives the allocation it came with")
    func outlives() throws {
        let client = Client(world)
        let (relayed, token) = try #require(pair(client))
        #expect(client.refresh(0)?.isSuccess == true)
        let answer = redeem(client, token)
        #expect(answer?.address(.xorRelayedAddress)?.port == relayed.port + 1)
    }

    @Test("a pair of which another program has one is passed over, and nothing leaks")
    func busyPair() throws {
        let world = World { $0.ports = [50_000...50_005] }
        world.busy = [Endpoint(World.server.address, 50_001), Endpoint(World.server.address, 50_002)]
        let client = Client(world)
        var found = pair(client)
        for _ in 0..<20 where found == nil { found = pair(client) }
        #expect(found?.relayed.port == 50_004)
        #expect(world.sockets.count == 2 && world.ledger.total == 2)
        world.pass(.seconds(601))
        #expect(world.sockets.isEmpty && world.ledger.total == 0)
    }

    @Test("a held port counts against the quota")
    func quota() {
        let world = World(ledger: Ledger(perUser: 1))
        let client = Client(world)
        let answer = client.ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.evenPort, integer: UInt8(0x80))
        }
        #expect(answer?.code == .allocationQuotaReached)
        #expect(world.sockets.isEmpty && world.ledger.total == 0)
    }

    @Test("contradictions are bad requests", arguments: 0..<6)
    func contradictions(number: Int) throws {
        let client = Client(world)
        let answer = client.ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            switch number {
            case 0:
                writer.append(.reservationToken, integer: UInt64(1))
                writer.append(.evenPort, integer: UInt8(0))
            case 1:
                writer.append(.requestedAddressFamily, family: .v4)
                writer.append(.reservationToken, integer: UInt64(1))
            case 2:
                writer.append(.reservationToken, integer: UInt64(1))
                writer.append(.additionalAddressFamily, family: .v6)
            case 3:
                writer.append(.requestedAddressFamily, family: .v4)
                writer.append(.additionalAddressFamily, family: .v6)
            case 4: writer.append(.additionalAddressFamily, family: .v4)
            default:
                writer.append(.evenPort, integer: UInt8(0x80))
                writer.append(.additionalAddressFamily, family: .v6)
            }
        }
        #expect(answer?.code == .badRequest)
        #expect(world.sockets.isEmpty)
    }

    // MARK: - Two families

    func dual(_ client: Client) -> Answer? {
        client.ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.additionalAddressFamily, family: .v6)
        }
    }

    @Test("both families are allocated at once and each relays to its own peers")
    func dual() throws {
        let client = Client(world)
        let answer = try #require(dual(client))
        let relayed = answer.addresses(.xorRelayedAddress)
        #expect(relayed.map(\.address) == [World.server.address, World.server6.address])
        #expect(!answer.has(.addressErrorCode))
        #expect(client.permit(.peer, .peer6)?.isSuccess == true)
        client.sendIndication([1], to: .peer)
        client.sendIndication([2], to: .peer6)
        let sent = world.takeToPeers()
        #expect(sent.map(\.from) == relayed && sent.map(\.to) == [.peer, .peer6])
        world.pass(.seconds(600))
        #expect(world.sockets.isEmpty && world.ended.first?.relayed == relayed)
    }

    @Test("a client of coturn's asks for both with the number that a draft had")
    func draftNumber() throws {
        let answer = Client(world).ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.draftAdditionalAddressFamily, family: .v6)
        }
        #expect(answer?.addresses(.xorRelayedAddress).map(\.address) == [World.server.address, World.server6.address])
    }

    @Test("what is missing of two families is said in ADDRESS-ERROR-CODE")
    func partial() throws {
        let none = World { $0.addresses = .of([World.server.address]) }
        let answer = try #require(dual(Client(none)))
        #expect(answer.isSuccess && answer.addresses(.xorRelayedAddress).count == 1)
        #expect(answer.value(.addressErrorCode)?.prefix(4) == [2, 0, 4, 40])
        let full = World { $0.ports = [50_000...50_000] }
        full.busy = [Endpoint(World.server6.address, 50_000)]
        let second = try #require(dual(Client(full)))
        #expect(second.value(.addressErrorCode)?.prefix(4) == [2, 0, 5, 8])
        #expect(full.relay.allocationCount == 1)
    }

    @Test("one of two families is given up alone")
    func refreshOne() throws {
        let client = Client(world)
        _ = try #require(dual(client))
        func release(_ family: IPAddress.Family) -> Answer? {
            client.ask(.refresh) { writer in
                writer.append(lifetime: 0)
                writer.append(.requestedAddressFamily, family: family)
            }
        }
        #expect(release(.v4)?.lifetime == 0)
        #expect(world.sockets.keys.map(\.address) == [World.server6.address])
        #expect(release(.v4)?.code == .peerAddressFamilyMismatch)
        #expect(client.permit(.peer)?.code == .peerAddressFamilyMismatch)
        #expect(release(.v6)?.lifetime == 0)
        #expect(world.sockets.isEmpty && world.relay.allocationCount == 0)
    }
}
