// SPDX-License-Identifier: Apache-2.0
import STUN
import TURN
import Testing
import Wire

@Suite("Binding")
struct BindingTests {
    let world = World()

    @Test("tells the client its address in 32 bytes over IPv4 and 44 over IPv6")
    func sizes() throws {
        let client = Client(world)
        let answer = try #require(client.send(client.message(.request, .binding)))
        #expect(answer.isSuccess && answer.bytes.count == 32)
        #expect(answer.address(.xorMappedAddress) == client.flow.client)
        #expect(answer.message.header.transaction == client.transaction)
        let six = Client(world, at: .peer6, to: World.server6)
        let other = try #require(six.send(six.message(.request, .binding)))
        #expect(other.bytes.count == 44)
        #expect(other.address(.xorMappedAddress) == .peer6)
    }

    @Test("carries FINGERPRINT where the request had it, or where the operator wants it")
    func fingerprint() throws {
        let client = Client(world)
        let answer = try #require(client.send(client.message(.request, .binding) { $0.appendFingerprint() }))
        #expect(answer.message.fingerprintFits(in: answer.bytes.span) == true)
        let strict = Client(World { $0.fingerprints = true })
        let other = try #require(strict.send(strict.message(.request, .binding)))
        #expect(other.has(.fingerprint))
    }

    @Test("needs no authentication and looks at none")
    func ignoresIntegrity() {
        let client = Client(world)
        #expect(client.send(client.request(.binding))?.isSuccess == true)
    }

    @Test("asks for credentials where the operator wants that, and protects the answer")
    func secure() throws {
        let world = World { $0.authenticatesBinding = true }
        let client = Client(world)
        let bare = client.send(client.message(.request, .binding))
        #expect(bare?.code == .unauthenticated && bare?.has(.xorMappedAddress) == false)
        let answer = try #require(client.ask(.binding))
        #expect(answer.isSuccess && answer.isAuthentic(.sha1, client.key))
        #expect(answer.address(.xorMappedAddress) == client.flow.client)
        #expect(Client(world, password: "wrong").ask(.binding)?.code == .unauthenticated)
        let classic = try #require(Hex.decode("00010000000102030405060708090a0b0c0d0e0f"))
        #expect(world.receive(classic, on: client.flow) == nil)
    }

    @Test("is silent where the operator wants TURN alone")
    func switchedOff() throws {
        let world = World { $0.answersBinding = false }
        let client = Client(world)
        #expect(client.send(client.message(.request, .binding)) == nil)
        let classic = try #require(Hex.decode("00010000000102030405060708090a0b0c0d0e0f"))
        #expect(world.receive(classic, on: client.flow) == nil)
        #expect(client.allocate() != nil)
    }

    @Test("carries MAPPED-ADDRESS, SOFTWARE and reason phrases where the operator wants them")
    func additions() throws {
        let world = World { settings in
            settings.mappedAddress = true
            settings.software = [UInt8]("Sterna".utf8)
            settings.reasons = true
        }
        let client = Client(world)
        let answer = try #require(client.send(client.message(.request, .binding)))
        #expect(answer.plain(.mappedAddress) == client.flow.client)
        #expect(answer.value(.software) == [UInt8]("Sterna".utf8))
        let challenge = try #require(client.send(client.message(.request, .allocate)))
        #expect(
            challenge.value(.errorCode).map { String(decoding: $0.dropFirst(4), as: UTF8.self) } == "Unauthenticated")
        #expect(!challenge.has(.software))
        #expect(client.ask(.allocate) { $0.append(requestedTransport: 17) }?.has(.software) == true)
        #expect(client.refresh()?.has(.software) == true)
        #expect(client.permit(.peer)?.has(.software) == true)
    }

    @Test("names the required attributes it does not know, without a phrase")
    func unknown() throws {
        let client = Client(world)
        let answer = try #require(
            client.send(client.message(.request, .binding) { $0.append(AttributeType(rawValue: 0x7FFF), bytes: []) }))
        #expect(answer.code == .unknownAttribute)
        #expect(answer.unknown == [AttributeType(rawValue: 0x7FFF)])
        #expect(answer.bytes.count == 36)
    }

    @Test("a client of RFC 3489 gets its address in clear, and only where it asked from")
    func classic() throws {
        let flow = Client(world).flow
        let request = try #require(Hex.decode("00010000000102030405060708090a0b0c0d0e0f"))
        let answer = try #require(world.receive(request, on: flow))
        #expect(Hex.encode(answer) == "0101000c000102030405060708090a0b0c0d0e0f00010008" + "00019c4009090909")
        let unchanged = try #require(Hex.decode("00010008000102030405060708090a0b0c0d0e0f0003000400000000"))
        #expect(world.receive(unchanged, on: flow) != nil)
        for reflecting in [
            "00010008000102030405060708090a0b0c0d0e0f0003000400000006",
            "0001000c000102030405060708090a0b0c0d0e0f0002000800011388c6336407",
        ] {
            let bytes = try #require(Hex.decode(reflecting))
            #expect(world.receive(bytes, on: flow) == nil)
        }
    }

    @Test("a client of RFC 3489 gets a 500 over DTLS, and no answer to an indication")
    func classicOverDTLS() throws {
        var flow = Client(world).flow
        flow.transport = .dtls
        let request = try #require(Hex.decode("00010000000102030405060708090a0b0c0d0e0f"))
        let answer = try #require(world.receive(request, on: flow))
        #expect(Hex.encode(answer) == "01110008000102030405060708090a0b0c0d0e0f00090004" + "00000500")
        let indication = try #require(Hex.decode("00110000000102030405060708090a0b0c0d0e0f"))
        #expect(world.receive(indication, on: flow) == nil)
    }

    @Test("neither this server's own listeners nor port 0 are answered")
    func loops() {
        let own = Client(world, at: Endpoint(World.server.address, 3478))
        #expect(own.send(own.message(.request, .binding)) == nil)
        let nobody = Client(world, at: Endpoint(.v4(0x0909_0909), 0))
        #expect(nobody.send(nobody.message(.request, .binding)) == nil)
    }

    @Test(
        "responses, foreign methods and indications are not answered",
        arguments: [
            (.success, .binding), (.failure, .allocate), (.indication, .binding), (.indication, .allocate),
            (.indication, .data), (.request, .send), (.request, .data), (.request, Method(rawValue: 0xFFF)),
        ] as [(Kind, STUN.Method)])
    func unanswered(kind: Kind, method: STUN.Method) {
        let client = Client(world)
        #expect(client.send(client.message(kind, method)) == nil)
    }
}
