// SPDX-License-Identifier: Apache-2.0
import Addresses
import STUN
import TURN
import Testing
import Wire

@Suite("Allocate")
struct AllocateTests {
    let world = World()

    @Test("gives a port of the range on the address that was asked, tells the client's own, and ends by itself")
    func succeeds() throws {
        let client = Client(world)
        let answer = try #require(client.ask(.allocate) { $0.append(requestedTransport: 17) })
        let relayed = try #require(answer.address(.xorRelayedAddress))
        #expect(relayed.address == World.server.address && (49152...65535).contains(relayed.port))
        #expect(answer.address(.xorMappedAddress) == client.flow.client)
        #expect(answer.lifetime == 600)
        #expect(world.sockets.keys.contains(relayed))
        world.pass(.seconds(599))
        #expect(world.relay.allocationCount == 1)
        world.pass(.seconds(1))
        #expect(world.relay.allocationCount == 0 && world.sockets.isEmpty && world.ledger.total == 0)
        let summary = try #require(world.ended.first)
        #expect(summary.reason == .expired && summary.user == "ana" && summary.relayed == [relayed])
        #expect(summary.duration == .seconds(600))
        #expect(world.relay.deadline == nil)
    }

    @Test("a repeated request gets the same answer and takes nothing more")
    func retransmission() throws {
        let client = Client(world)
        _ = client.ask(.refresh)
        let request = client.request(.allocate) { $0.append(requestedTransport: 17) }
        let first = try #require(world.receive(request, on: client.flow))
        for _ in 0..<5 {
            let again = try #require(world.receive(request, on: client.flow))
            #expect(again == first)
        }
        world.pass(.seconds(2))
        let later = try #require(world.receive(request, on: client.flow).flatMap(Answer.init))
        #expect(later.lifetime == 598)
        #expect(world.relay.allocationCount == 1 && world.ledger.total == 1)
    }

    @Test("a second request on the same 5-tuple is refused, whoever sends it")
    func mismatch() {
        let client = Client(world)
        #expect(client.allocate() != nil)
        #expect(client.ask(.allocate) { $0.append(requestedTransport: 17) }?.code == .allocationMismatch)
        client.user = "bob"
        client.password = "bobbob"
        #expect(client.ask(.allocate) { $0.append(requestedTransport: 17) }?.code == .allocationMismatch)
    }

    @Test("the same transaction from another client is another request")
    func foreignTransaction() {
        let ana = Client(world)
        let bob = Client(world, "bob", at: Endpoint(.v4(0x0909_0909), 40_000), over: .tcp)
        let first = ana.allocate()
        let second = bob.allocate()
        #expect(first != nil && second != nil && first != second)
    }

    @Test(
        "only UDP is relayed for a client over UDP",
        arguments: [
            (nil, .badRequest), (0, .unsupportedTransportProtocol), (6, .badRequest),
            (255, .unsupportedTransportProtocol),
        ] as [(UInt8?, ErrorCode)])
    func transport(number: UInt8?, code: ErrorCode) {
        let client = Client(world)
        #expect(client.ask(.allocate) { if let number { $0.append(requestedTransport: number) } }?.code == code)
        #expect(world.sockets.isEmpty && world.ledger.total == 0)
    }

    @Test(
        "the lifetime is what was asked within 600 s and the operator's limit",
        arguments: [(0, 600), (1, 600), (599, 600), (601, 601), (3600, 3600), (3601, 3600), (.max, 3600)]
            as [(UInt32, UInt32)])
    func lifetimes(asked: UInt32, granted: UInt32) throws {
        let client = Client(world)
        let answer = client.ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(lifetime: asked)
        }
        #expect(answer?.lifetime == granted)
        if asked != 0 { #expect(client.refresh(asked)?.lifetime == granted) }
    }

    @Test(
        "malformed and contradictory requests are refused",
        arguments: [
            (.evenPort, 0, .badRequest), (.evenPort, 2, .badRequest), (.reservationToken, 7, .badRequest),
            (.dontFragment, 4, .badRequest), (.requestedAddressFamily, 1, .badRequest), (.lifetime, 3, .badRequest),
        ] as [(AttributeType, Int, ErrorCode)])
    func malformed(type: AttributeType, length: Int, code: ErrorCode) {
        let client = Client(world)
        let answer = client.ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(type, bytes: [UInt8](repeating: 1, count: length))
        }
        #expect(answer?.code == code)
    }

    @Test("IPv6 is relayed where it is asked for and there is an address")
    func ipv6() throws {
        let client = Client(world)
        let relayed = try #require(client.allocate { $0.append(.requestedAddressFamily, family: .v6) })
        #expect(relayed.address == World.server6.address)
        let none = Client(World { $0.addresses = .of([World.server.address]) })
        let answer = none.ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.requestedAddressFamily, family: .v6)
        }
        #expect(answer?.code == .addressFamilyNotSupported)
        let unknown = none.ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.requestedAddressFamily, integer: UInt32(3) << 24)
        }
        #expect(unknown?.code == .addressFamilyNotSupported)
    }

    @Test("clients are told the external address and relayed from the given one")
    func external() {
        let inner = IPAddress.v4(0x0A00_0005)
        let outer = IPAddress.v4(0x0505_0505)
        let world = World { settings in
            settings.addresses = .of([inner], relayingFrom: [inner], told: [ExternalAddress(outer, for: inner)])
        }
        #expect(Client(world).allocate()?.address == outer)
        #expect(world.sockets.keys.first?.address == inner)
    }

    @Test("another program's port is passed over; when there is none the client is told so, and nothing leaks")
    func busyPorts() throws {
        let world = World { $0.ports = [50_000...50_003] }
        for port in UInt16(50_000)...50_002 { world.busy.insert(Endpoint(World.server.address, port)) }
        // Random ports are tried; at the latest the repetition finds the free one.
        let client = Client(world)
        var relayed = client.allocate()
        for _ in 0..<20 where relayed == nil { relayed = client.allocate() }
        #expect(relayed?.port == 50_003)
        let other = Client(world, "bob", at: Endpoint(.v4(0x0909_0909), 40_009))
        #expect(other.ask(.allocate) { $0.append(requestedTransport: 17) }?.code == .insufficientCapacity)
        #expect(world.relay.allocationCount == 1 && world.ledger.total == 1)
        #expect(client.refresh(0)?.lifetime == 0)
        #expect(world.sockets.isEmpty && world.ledger.total == 0)
    }

    @Test(
        "what the host cannot bind is explained to the operator",
        arguments: [OpenFailure.addressUnavailable, .resources])
    func failures(failure: OpenFailure) throws {
        world.failure = failure
        let client = Client(world)
        let answer = client.ask(.allocate) { $0.append(requestedTransport: 17) }
        #expect(answer?.code == .insufficientCapacity)
        #expect(world.refused.last?.explanation.isEmpty == false)
        world.failure = nil
        #expect(client.allocate() != nil)
    }

    @Test(
        "an address that the host has lost before the relay hears of it is made up for by another one, or refused with 440"
    )
    func lostAddress() throws {
        let world = World()
        let next = IPAddress.v4(0x0808_0809)
        world.changed = .of([next, World.server6.address])
        #expect(Client(world).allocate()?.address == next)
        world.changed = .of([World.server6.address])
        let late = Client(world, at: Endpoint(.v4(0x0909_0909), 999))
        #expect(late.ask(.allocate) { $0.append(requestedTransport: 17) }?.code == .addressFamilyNotSupported)
        #expect(world.relay.allocationCount == 1 && world.ledger.total == 1)
    }

    @Test("every port of the range can be had, each once, and comes back")
    func exhaustion() throws {
        let world = World { $0.ports = [50_000...50_099] }
        var clients: [Client] = []
        for number in UInt16(1)...100 {
            let client = Client(world, at: Endpoint(.v4(0x0909_0909), number))
            #expect(client.allocate() != nil)
            clients.append(client)
        }
        #expect(Set(world.sockets.keys.map(\.port)).count == 100)
        let late = Client(world, at: Endpoint(.v4(0x0909_0909), 999))
        #expect(late.ask(.allocate) { $0.append(requestedTransport: 17) }?.code == .insufficientCapacity)
        #expect(clients[42].refresh(0)?.isSuccess == true)
        #expect(late.allocate() != nil)
    }

    @Test("quotas refuse with 486 and recover exactly when something is freed")
    func quotas() {
        let world = World(ledger: Ledger(perUser: 2, total: 3))
        let ana = (1...3).map { Client(world, "ana", at: Endpoint(.v4(0x0909_0909), UInt16($0))) }
        let bob = (4...5).map { Client(world, "bob", at: Endpoint(.v4(0x0909_0909), UInt16($0))) }
        #expect(ana[0].allocate() != nil && ana[1].allocate() != nil)
        #expect(ana[2].ask(.allocate) { $0.append(requestedTransport: 17) }?.code == .allocationQuotaReached)
        #expect(bob[0].allocate() != nil)
        #expect(bob[1].ask(.allocate) { $0.append(requestedTransport: 17) }?.code == .allocationQuotaReached)
        #expect(ana[0].refresh(0)?.isSuccess == true)
        #expect(bob[1].allocate() != nil)
        world.pass(.seconds(601))
        #expect(world.ledger.total == 0 && world.ledger.counts.isEmpty)
    }

    @Test("a repeated request is no second one, though its user's quota is full, nor are ten thousand that are")
    func fullQuota() {
        let world = World(ledger: Ledger(perUser: 10))
        let first = Client(world, at: Endpoint(.v4(0x0909_0909), 1))
        _ = first.ask(.allocate) { $0.append(requestedTransport: 17) }
        let request = first.request(.allocate) { $0.append(requestedTransport: 17) }
        #expect(first.refresh(0)?.isSuccess == true)
        let relayed = first.send(request)?.address(.xorRelayedAddress)
        var granted = 1
        for port in UInt16(2)...10_000 {
            let client = Client(world, at: Endpoint(.v4(0x0909_0909), port))
            client.nonce = first.nonce
            let answer = client.ask(.allocate) { $0.append(requestedTransport: 17) }
            if answer?.isSuccess == true {
                granted += 1
            } else {
                #expect(answer?.code == .allocationQuotaReached)
            }
        }
        #expect(granted == 10 && world.ledger.total == 10 && world.relay.allocationCount == 10)
        #expect(relayed != nil && first.send(request)?.address(.xorRelayedAddress) == relayed)
        #expect(world.ledger.total == 10)
    }

    @Test("a closed stream ends what was allocated over it; a kick ends any")
    func endings() throws {
        let client = Client(world, over: .tcp)
        #expect(client.allocate() != nil)
        world.handle(.disconnected(client.flow))
        #expect(world.ended.last?.reason == .disconnected && world.sockets.isEmpty)
        let other = Client(world, "bob")
        #expect(other.allocate() != nil)
        let name = try #require(world.sockets.values.first)
        world.handle(.kick(name))
        world.handle(.kick(name))
        #expect(world.ended.count == 2 && world.ended.last?.reason == .kicked)
    }

    @Test("clients behind Teredo and 6to4 are refused", arguments: ["2001:0:4136:e378::1", "2002:c000:204::1"])
    func tunnels(address: String) throws {
        let client = Client(world, at: Endpoint(try #require(IPAddress(address)), 40_000), to: World.server6)
        #expect(client.ask(.allocate) { $0.append(requestedTransport: 17) }?.code == .forbidden)
    }

    @Test("a draining server takes nothing new and keeps what it has")
    func draining() {
        let client = Client(world)
        #expect(client.allocate() != nil)
        var settings = World.settings()
        settings.isDraining = true
        settings.quotas = world.ledger.quotas
        world.relay.reload(settings)
        #expect(client.refresh()?.isSuccess == true)
        let late = Client(world, "bob", at: Endpoint(.v4(0x0909_0909), 40_001))
        #expect(late.ask(.allocate) { $0.append(requestedTransport: 17) }?.code == .insufficientCapacity)
    }

    @Test("DONT-FRAGMENT is an unknown attribute where it cannot be honoured")
    func dontFragment() {
        let world = World { $0.canForbidFragments = false }
        let answer = Client(world).ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.dontFragment, bytes: [])
        }
        #expect(answer?.code == .unknownAttribute && answer?.unknown == [.dontFragment])
    }

    @Test("ports are spread over the whole range and do not follow from each other")
    func randomPorts() {
        var buckets = [Int](repeating: 0, count: 16)
        var last: UInt16 = 0
        var steps: Set<UInt16> = []
        for number in UInt16(1)...2000 {
            guard let port = Client(world, at: Endpoint(.v4(0x0909_0909), number)).allocate()?.port else { continue }
            buckets[Int(port - 49152) / 1024] += 1
            steps.insert(port &- last)
            last = port
        }
        // χ² with 15 degrees of freedom: above 45 once in ten thousand.
        let chiSquare = buckets.reduce(0.0) { $0 + (Double($1) - 125) * (Double($1) - 125) / 125 }
        #expect(chiSquare < 45)
        #expect(steps.count > 1800)
    }

    @Test("an allocation that names no family gets the operator's, or the client's own")
    func defaultFamily() {
        let six = World { $0.defaultFamily = .v6 }
        #expect(Client(six).allocate()?.address.family == .v6)
        let keeping = World { settings in
            settings.defaultFamily = nil
        }
        #expect(Client(keeping).allocate()?.address.family == .v4)
        #expect(Client(keeping, at: .peer6, to: World.server6).allocate()?.address.family == .v6)
        let dual = Client(keeping, at: .peer6, to: World.server6)
        dual.flow.client.port = 9
        let answer = dual.ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.additionalAddressFamily, family: .v6)
        }
        #expect(answer?.isSuccess == true)
    }

    @Test("nothing is relayed over UDP where the operator forbids it")
    func withoutUDP() {
        let world = World { $0.relaysUDP = false }
        let answer = Client(world).ask(.allocate) { $0.append(requestedTransport: 17) }
        #expect(answer?.code == .unsupportedTransportProtocol)
        #expect(world.relay.allocationCount == 0)
    }
}
