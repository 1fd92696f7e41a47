// SPDX-License-Identifier: Apache-2.0
import Addresses
import STUN
import TURN
import Testing
import Wire

@Suite("NAT behaviour discovery (RFC 5780)")
struct DiscoveryTests {
    static let second = Endpoint(.v4(0x0808_0809), 3479)

    /// A server with two addresses and two ports.
    static func world(_ change: (inout Settings) -> Void = { _ in }) -> World {
        World { settings in
            settings.discovery = [
                Discovery(addresses: .init(World.server.address, second.address), ports: .init(3478, 3479))
            ].compactMap(\.self)
            settings.addresses = .of([World.server.address, second.address, World.server6.address])
            settings.peerPolicy.listeners.append(Endpoint(.anyV4, 3479))
            change(&settings)
        }
    }

    let world = Self.world()

    /// A Binding request and where its answer left from and went to.
    func bind(_ client: Client, _ build: (inout Writer) -> Void = { _ in }) -> (answer: Answer?, way: Flow?) {
        let answer = client.send(client.message(.request, .binding, build))
        return (answer, client.world.takeToClients().last?.flow)
    }

    @Test("an ordinary answer says where it comes from and what the other address is, in 68 bytes")
    func plain() throws {
        let client = Client(world)
        let (answer, way) = bind(client)
        let reply = try #require(answer)
        #expect(reply.isSuccess && reply.bytes.count == 68)
        #expect(reply.address(.xorMappedAddress) == client.flow.client)
        #expect(reply.plain(.mappedAddress) == client.flow.client)
        #expect(reply.plain(.responseOrigin) == World.server)
        #expect(reply.plain(.otherAddress) == Self.second)
        #expect(way == client.flow)
    }

    @Test(
        "the answer leaves from the address and the port that CHANGE-REQUEST asks for, whichever of the four was asked",
        arguments: [(0, false, false), (2, false, true), (4, true, false), (6, true, true)] as [(UInt32, Bool, Bool)])
    func changes(flags: UInt32, address: Bool, port: Bool) throws {
        for asked in [
            World.server, Endpoint(World.server.address, 3479), Endpoint(Self.second.address, 3478), Self.second,
        ] {
            let client = Client(world, to: asked)
            let (answer, way) = bind(client) { $0.append(.changeRequest, integer: flags) }
            let reply = try #require(answer)
            let other = Endpoint(
                asked.address == World.server.address ? Self.second.address : World.server.address,
                asked.port == 3478 ? 3479 : 3478)
            let source = Endpoint(address ? other.address : asked.address, port ? other.port : asked.port)
            #expect(way?.server == source && way?.client == client.flow.client)
            #expect(reply.plain(.responseOrigin) == source)
            #expect(reply.plain(.otherAddress) == other)
        }
    }

    @Test(
        "a client of RFC 3489 is told where the answer comes from, which is where it asked for, and the other address",
        arguments: [(0, false, false), (2, false, true), (4, true, false), (6, true, true)] as [(UInt32, Bool, Bool)])
    func classic(flags: UInt32, address: Bool, port: Bool) throws {
        let head = "00010008000102030405060708090a0b0c0d0e0f"
        let client = Client(world)
        let request = try #require(Hex.decode("\(head)00030004" + Hex.encode([0, 0, 0, UInt8(flags)])))
        let answer = try #require(client.send(request))
        let source = Endpoint(address ? Self.second.address : World.server.address, port ? 3479 : 3478)
        #expect(world.takeToClients().map(\.flow.server) == [source])
        #expect(answer.isSuccess && answer.plain(.mappedAddress) == client.flow.client)
        #expect(answer.plain(.sourceAddress) == source && answer.plain(.changedAddress) == Self.second)
        #expect(!answer.has(.xorMappedAddress) && answer.bytes.count == 56)
        let bare = try #require(Hex.decode("00010000000102030405060708090a0b0c0d0e0f"))
        #expect(client.send(bare)?.plain(.changedAddress) == Self.second)
        // It may not choose whom the answer goes to, and gets none over a stream.
        let reflecting = try #require(Hex.decode("0001000c000102030405060708090a0b0c0d0e0f0002000800011388c6336407"))
        #expect(client.send(reflecting) == nil && Client(world, over: .tcp).send(bare) == nil)
        let short = try #require(Hex.decode("00010008000102030405060708090a0b0c0d0e0f0003000200000000"))
        #expect(client.send(short) == nil)
    }

    @Test("RESPONSE-PORT sends the answer to another port of the same client, and to no listener of this server")
    func responsePort() throws {
        let client = Client(world)
        let (answer, way) = bind(client) { $0.append(.responsePort, integer: UInt32(5000) << 16) }
        #expect(way?.client == Endpoint(client.flow.client.address, 5000))
        #expect(answer?.address(.xorMappedAddress) == client.flow.client)
        let (nowhere, _) = bind(client) { $0.append(.responsePort, integer: UInt32(0)) }
        #expect(nowhere?.code == .badRequest)
        let own = Client(world, at: Endpoint(Self.second.address, 40_000))
        let (loop, back) = bind(own) { $0.append(.responsePort, integer: UInt32(3478) << 16) }
        #expect(loop?.code == .badRequest && back == own.flow)
    }

    @Test(
        "PADDING is answered with as much, an Ethernet frame's worth at most", arguments: [0, 1, 4, 1200, 1500, 60_000])
    func padding(count: Int) throws {
        let client = Client(world)
        let (answer, _) = bind(client) { $0.append(padding: count) }
        let reply = try #require(answer)
        #expect(reply.value(.padding)?.count == min(count, 1500) / 4 * 4)
        #expect(reply.bytes.count <= 68 + 4 + min(count, 1500))
    }

    @Test("PADDING with RESPONSE-PORT is a bad request, and so is either of a wrong length")
    func contradictions() {
        let client = Client(world)
        let both = bind(client) { writer in
            writer.append(padding: 8)
            writer.append(.responsePort, integer: UInt32(5000) << 16)
        }
        #expect(both.answer?.code == .badRequest)
        #expect(bind(client) { $0.append(.changeRequest, bytes: [0, 0]) }.answer?.code == .badRequest)
        #expect(bind(client) { $0.append(.responsePort, bytes: [1, 2]) }.answer?.code == .badRequest)
    }

    @Test(
        "where it is off, at a third address and over streams, the three are unknown attributes",
        arguments: [AttributeType.changeRequest, .responsePort, .padding])
    func unknown(type: AttributeType) {
        let elsewhere = Endpoint(.v4(0x0808_080A), 3478)
        for client in [
            Client(World()), Client(world, to: elsewhere), Client(world, over: .tcp), Client(world, over: .tls),
        ] {
            let (answer, _) = bind(client) { $0.append(type, integer: UInt32(0)) }
            #expect(answer?.code == .unknownAttribute && answer?.unknown == [type])
        }
        let client = Client(world)
        #expect(client.ask(.allocate) { $0.append(type, integer: UInt32(0)) }?.code == .unknownAttribute)
    }

    @Test("a client of a stream is told the other address too")
    func streams() {
        let (answer, _) = bind(Client(world, over: .tcp))
        #expect(answer?.plain(.otherAddress) == Self.second)
    }

    @Test("behind one-to-one NAT the public addresses are told")
    func external() {
        let world = Self.world { settings in
            settings.addresses = .of(
                [World.server.address, Self.second.address],
                told: [
                    ExternalAddress(.v4(0xC633_6401), for: World.server.address),
                    ExternalAddress(.v4(0xC633_6402), for: Self.second.address),
                ])
        }
        let (answer, way) = bind(Client(world)) { $0.append(.changeRequest, integer: UInt32(6)) }
        #expect(answer?.plain(.responseOrigin) == Endpoint(.v4(0xC633_6402), 3479))
        #expect(answer?.plain(.otherAddress) == Endpoint(.v4(0xC633_6402), 3479))
        #expect(way?.server == Self.second)
    }

    @Test("answers that go elsewhere count against the same limit of answers to strangers")
    func limited() {
        let world = Self.world { settings in
            settings.strangerAnswersPerSecond = 10
            settings.strangerBurst = 20
        }
        let client = Client(world)
        var answers = 0
        for number in 0..<100 {
            let (answer, _) = bind(client) { $0.append(.responsePort, integer: UInt32(5000 + number) << 16) }
            if answer != nil { answers += 1 }
        }
        #expect(answers == 20)
    }

    @Test("two addresses of one family and two ports are needed")
    func pairs() {
        let (one, six) = (World.server.address, World.server6.address)
        #expect(Discovery(addresses: .init(one, one), ports: .init(1, 2)) == nil)
        #expect(Discovery(addresses: .init(one, six), ports: .init(1, 2)) == nil)
        #expect(Discovery(addresses: .init(one, Self.second.address), ports: .init(1, 1)) == nil)
    }
}
