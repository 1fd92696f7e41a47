// SPDX-License-Identifier: Apache-2.0
import Addresses
import Crypto
import STUN
import TURN
import Testing
import Wire

@Suite("Answers")
struct AnswerTests {
    /// Every kind of refusal that a client can bring about, by its code.
    static let refusals: [(code: UInt16, request: @Sendable (World, Client) -> Answer?)] = [
        (400, { _, client in client.ask(.allocate) }),
        (
            401,
            { world, client in
                client.password = "wrong"
                return client.ask(.refresh)
            }
        ),
        (403, { _, client in client.allocate() == nil ? nil : client.permit(Endpoint(.v4(0x7F00_0001), 80)) }),
        (420, { _, client in client.ask(.refresh) { $0.append(AttributeType(rawValue: 0x7777), bytes: []) } }),
        (437, { _, client in client.refresh() }),
        (438, { _, client in client.send(client.request(.refresh)) }),
        (
            441,
            { world, client in
                guard client.allocate() != nil else { return nil }
                client.user = "bob"
                client.password = "bobbob"
                return client.refresh()
            }
        ),
        (442, { _, client in client.ask(.allocate) { $0.append(requestedTransport: 99) } }),
        (443, { _, client in client.allocate() == nil ? nil : client.permit(.peer6) }),
        (
            508,
            { world, client in
                world.failure = .resources
                return client.ask(.allocate) { $0.append(requestedTransport: 17) }
            }
        ),
    ]

    @Test("an error has a code in three bits and a number, zeros before them and a short phrase", arguments: 0..<10)
    func errors(index: Int) throws {
        let world = World()
        let (code, request) = Self.refusals[index]
        let answer = try #require(request(world, Client(world)))
        #expect(answer.code == ErrorCode(rawValue: code))
        let value = try #require(answer.value(.errorCode))
        #expect(value[0] == 0 && value[1] == 0)
        #expect(value[2] == UInt8(code / 100) && value[3] == UInt8(code % 100))
        let phrase = String(validating: value[4...], as: UTF8.self)
        #expect(try #require(phrase).count < 128)
    }

    @Test("the header counts the bytes behind it, and every attribute ends on four bytes with zeros", arguments: 0..<10)
    func lengths(index: Int) throws {
        let world = World()
        let answer = try #require(Self.refusals[index].request(world, Client(world)))
        #expect(answer.message.header.bodyLength == answer.bytes.count - 20)
        var place = 20
        while place < answer.bytes.count {
            let length = Int(answer.bytes[place + 2]) << 8 | Int(answer.bytes[place + 3])
            let end = place + 4 + length
            let padded = (end + 3) & ~3
            #expect(padded <= answer.bytes.count)
            #expect(answer.bytes[end..<padded].allSatisfy { $0 == 0 })
            place = padded
        }
        #expect(place == answer.bytes.count)
    }

    @Test("nonces tell of password algorithms and of anonymous names, and are shorter than 128 characters")
    func features() throws {
        let world = World()
        let client = Client(world)
        let answer = try #require(client.send(client.message(.request, .allocate)))
        let nonce = try #require(answer.value(.nonce))
        #expect(String(decoding: nonce.prefix(9), as: UTF8.self) == "obMatJos2")
        let bits = try #require(Base64.decode(String(decoding: nonce[9..<13], as: UTF8.self)))
        // Bit 0 is password algorithms, bit 1 user-name anonymity, from the left (RFC 8489 §18.1).
        #expect(bits == [0b1100_0000, 0, 0])
        #expect(nonce.count < 128)
        #expect(answer.has(.passwordAlgorithms))
    }

    @Test("a refusal of credentials offers realm, nonce and algorithms, and names nobody")
    func challengesAgain() throws {
        let world = World()
        let client = Client(world, "eve", password: "x")
        let answer = try #require(client.ask(.allocate) { $0.append(requestedTransport: 17) })
        #expect(answer.code == .unauthenticated)
        #expect(answer.has(.realm) && answer.has(.nonce) && answer.has(.passwordAlgorithms))
        #expect(!answer.has(.username) && !answer.has(.userhash))
        #expect(!answer.has(.messageIntegrity) && !answer.has(.messageIntegritySHA256))
    }

    @Test("a server that relays IPv6 alone refuses who asks for no family")
    func noIPv4() throws {
        let world = World { settings in
            settings.addresses = .of([World.server6.address], relayingFrom: [World.server6.address])
        }
        let client = Client(world)
        let answer = try #require(client.ask(.allocate) { $0.append(requestedTransport: 17) })
        #expect(answer.code == .addressFamilyNotSupported)
        #expect(client.allocate { $0.append(.requestedAddressFamily, bytes: [2, 0, 0, 0]) }?.address.family == .v6)
    }

    @Test("messages of the types that nobody has are dropped", arguments: [0x80, 0xBF, 0xC0, 0xFF] as [UInt8])
    func otherTypes(first: UInt8) {
        let world = World()
        let client = Client(world)
        #expect(client.allocate() != nil)
        world.receive([first, 0, 0, 4, 1, 2, 3, 4], on: client.flow)
        #expect(world.lastDrop == .notUnderstood)
    }

    @Test("a Data indication has a peer and data, and nothing behind them")
    func data() throws {
        let world = World()
        let client = Client(world)
        let relayed = try #require(client.allocate())
        #expect(client.permit(.peer)?.isSuccess == true)
        _ = world.takeToClients()
        world.receive([1, 2, 3], from: .peer, at: relayed)
        let answer = try #require(world.takeToClients().last.flatMap { Answer($0.bytes) })
        #expect(answer.address(.xorPeerAddress) == .peer)
        #expect(answer.value(.data) == [1, 2, 3])
        #expect(answer.message.header.kind == .indication && !answer.has(.messageIntegrity))
    }
}
