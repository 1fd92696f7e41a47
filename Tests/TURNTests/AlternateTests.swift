// SPDX-License-Identifier: Apache-2.0
import STUN
import TURN
import Testing
import Wire

@Suite("A server that sends its clients elsewhere")
struct AlternateTests {
    static let first = Endpoint(.v4(0x0505_0501), 3478)
    static let second = Endpoint(.v4(0x0505_0502), 3479)
    static let secure = Endpoint(.v4(0x0505_0503), 5349)

    let world = World { settings in
        settings.alternates = [
            Alternate(.udp, first), Alternate(.udp, second), Alternate(.tls, secure, domain: "turn2.example.org"),
        ]
    }

    func allocate(_ client: Client) -> Answer? { client.ask(.allocate) { $0.append(requestedTransport: 17) } }

    @Test("challenges first: who has shown nothing is sent nowhere")
    func challenge() {
        let client = Client(world)
        let bare = client.send(client.message(.request, .allocate) { $0.append(requestedTransport: 17) })
        #expect(bare?.code == .unauthenticated && bare?.has(.alternateServer) == false)
        let wrong = allocate(Client(world, "ana", password: "wrong"))
        #expect(wrong?.code == .unauthenticated && wrong?.has(.alternateServer) == false)
    }

    @Test("answers an authenticated Allocate with 300, protected, and takes the servers in turn")
    func redirects() throws {
        var seen: [Endpoint?] = []
        for port in 0..<4 {
            let client = Client(world, at: Endpoint(.v4(0x0909_0909), UInt16(40_000 + port)))
            let answer = try #require(allocate(client))
            #expect(answer.code == .tryAlternate && answer.isAuthentic(.sha1, client.key))
            #expect(!answer.has(.alternateDomain))
            seen.append(answer.plain(.alternateServer))
        }
        #expect(seen == [Self.first, Self.second, Self.first, Self.second])
        #expect(world.relay.allocationCount == 0 && world.ledger.total == 0)
    }

    /// A server that shares the realm and the users of the one that sends clients there, and no key.
    static func other() -> World { World(seed: 9) { $0.nonceKey = [UInt8](repeating: 8, count: 32) } }

    @Test(
        "gives a nonce with which the other server takes the first Allocate, from the client that was sent and no other"
    )
    func follows() throws {
        let answer = try #require(allocate(Client(world)))
        let nonce = try #require(answer.value(.nonce))
        #expect(answer.value(.realm) == [UInt8](World.realm.utf8))
        let other = Self.other()
        func first(_ client: Client, _ method: STUN.Method = .allocate) -> Answer? {
            client.nonce = nonce
            return client.send(client.request(method) { $0.append(requestedTransport: 17) })
        }
        // Behind NAT another port may be seen there.
        let there = Client(other, at: Endpoint(.v4(0x0909_0909), 41_234))
        #expect(first(there)?.isSuccess == true)
        // For what follows it needs a nonce of that server's own.
        #expect(there.send(there.request(.refresh))?.code == .staleNonce)
        #expect(there.refresh()?.isSuccess == true)
        let elsewhere = Client(other, at: Endpoint(.v4(0x0909_090A), 40_000))
        #expect(first(elsewhere)?.code == .staleNonce)
        #expect(first(Client(other, "bob", at: Endpoint(.v4(0x0909_0909), 41_235)))?.code == .staleNonce)
        let wrong = Client(other, "ana", password: "wrong", at: Endpoint(.v4(0x0909_0909), 41_236))
        #expect(first(wrong)?.code == .unauthenticated)
        for index in nonce.indices {
            var forged = nonce
            forged[index] = forged[index] == 0x41 ? 0x42 : 0x41
            let client = Client(other, at: Endpoint(.v4(0x0909_0909), UInt16(42_000 + index)))
            client.nonce = forged
            #expect(client.send(client.request(.allocate) { $0.append(requestedTransport: 17) })?.code == .staleNonce)
        }
        #expect(other.relay.allocationCount == 1)
    }

    @Test("gives a nonce that is good for two minutes")
    func late() throws {
        let nonce = try #require(allocate(Client(world))?.value(.nonce))
        let other = Self.other()
        for (wait, isGood) in [(119, true), (2, false)] as [(Int64, Bool)] {
            other.pass(.seconds(wait))
            let client = Client(other, at: Endpoint(.v4(0x0909_0909), UInt16(40_000 + wait)))
            client.nonce = nonce
            let answer = client.send(client.request(.allocate) { $0.append(requestedTransport: 17) })
            #expect(answer?.isSuccess == isGood && (isGood || answer?.code == .staleNonce))
        }
    }

    @Test("names the domain of the other certificate to clients of TLS")
    func domain() throws {
        let answer = try #require(allocate(Client(world, over: .tls)))
        #expect(answer.code == .tryAlternate)
        #expect(answer.plain(.alternateServer) == Self.secure)
        #expect(answer.value(.alternateDomain) == [UInt8]("turn2.example.org".utf8))
    }

    @Test("serves itself who comes over a transport or a family that no other server has")
    func served() {
        #expect(Client(world, over: .tcp).allocate() != nil)
        let six = Client(world, at: .peer6, to: World.server6)
        #expect(six.allocate { $0.append(.requestedAddressFamily, family: .v6) } != nil)
    }

    @Test("redeems a reservation itself, and lets running allocations be")
    func reservations() throws {
        let world = World()
        let client = Client(world)
        let token = try #require(
            client.ask(.allocate) { writer in
                writer.append(requestedTransport: 17)
                writer.append(.evenPort, bytes: [0x80])
            }?.token)
        var settings = World.settings()
        settings.alternates = [Alternate(.udp, Self.first)]
        world.relay.reload(settings)
        #expect(client.refresh()?.isSuccess == true)
        let other = Client(world, at: Endpoint(.v4(0x0909_0909), 40_001))
        #expect(other.allocate { $0.append(.reservationToken, integer: token) } != nil)
    }
}
