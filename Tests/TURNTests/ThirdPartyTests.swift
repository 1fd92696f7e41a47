// SPDX-License-Identifier: Apache-2.0
import Crypto
import STUN
import TURN
import Testing
import Wire

/// Allocations by access token (RFC 7635 §7, §9), the authorization server being this test.
@Suite("Third-party authorization")
struct ThirdPartyTests {
    static let server = "relay.example.org"
    static let secret = [UInt8](repeating: 0x6B, count: 32)
    static let macKey = [UInt8](repeating: 0x6D, count: 32)

    static func key(_ identifier: String, until: UnixTime = UnixTime(milliseconds: .max)) throws -> TokenKey {
        try #require(
            TokenKey(
                identifier: identifier, algorithm: .aes256GCM, key: secret,
                validity: UnixTime(milliseconds: 0)..<until))
    }

    static func world(_ keys: [TokenKey]) -> World {
        World { $0.credentials.thirdParty = ThirdParty(server: server, keys: keys) }
    }

    /// A token that an authorization server made `age` ago.
    static func token(
        _ world: World, lifetime: UInt32 = 600, age: Int64 = 0, macKey: [UInt8] = macKey, for server: String = server
    ) throws -> [UInt8] {
        var block: [UInt8] = []
        block.append(bigEndian: UInt16(macKey.count))
        block += macKey
        block.append(bigEndian: UInt64(world.now.time.seconds - age) << 16)
        block.append(bigEndian: lifetime)
        let nonce = [UInt8](repeating: 0x6E, count: 12)
        let sealed = try #require(
            AEAD.aes256GCM.seal(block, key: secret, nonce: nonce, associated: [UInt8](server.utf8)))
        return [0, 12] + nonce + sealed
    }

    /// Sends a request protected with `macKey`, under a key's identifier.
    func ask(
        _ client: Client, _ method: STUN.Method, under identifier: String = "first", token: [UInt8]?,
        macKey: [UInt8] = macKey, integrity: Integrity = .sha1, _ build: (inout Writer) -> Void = { _ in }
    ) -> Answer? {
        func request() -> [UInt8] {
            client.message(.request, method) { writer in
                if method == .allocate { writer.append(requestedTransport: 17) }
                build(&writer)
                if let token { writer.append(.accessToken, bytes: token) }
                writer.append(.username, bytes: [UInt8](identifier.utf8))
                writer.append(.realm, bytes: [UInt8](World.realm.utf8))
                writer.append(.nonce, bytes: client.nonce)
                writer.append(integrity, key: Digest(macKey.span))
            }
        }
        let answer = client.send(request())
        guard let answer, answer.code == .staleNonce, let nonce = answer.value(.nonce) else { return answer }
        client.nonce = nonce
        return client.send(request())
    }

    @Test("a challenge names the server that a token is to be had for; without keys it names none")
    func challenge() throws {
        let world = try Self.world([Self.key("first")])
        let client = Client(world)
        let asked = try #require(client.send(client.message(.request, .allocate)))
        #expect(asked.code == .unauthenticated)
        #expect(asked.value(.thirdPartyAuthorization) == [UInt8](Self.server.utf8))
        let plain = Client(World())
        #expect(plain.send(plain.message(.request, .allocate))?.has(.thirdPartyAuthorization) == false)
    }

    @Test("a token allocates; its key protects every answer and what follows without a token")
    func allocates() throws {
        let world = try Self.world([Self.key("first")])
        let client = Client(world)
        let answer = try #require(ask(client, .allocate, token: try Self.token(world)))
        #expect(answer.isSuccess)
        #expect(answer.isAuthentic(.sha1, Digest(Self.macKey.span)))
        let permission = ask(client, .createPermission, token: nil) { writer in
            writer.append(.xorPeerAddress, xorAddress: .peer)
        }
        #expect(permission?.isSuccess == true)
        // Users with passwords are served beside.
        #expect(Client(world, at: Endpoint(.v4(0x0909_0909), 40_001)).allocate() != nil)
    }

    @Test("MESSAGE-INTEGRITY-SHA256 proves the token's key, too")
    func sha256() throws {
        let world = try Self.world([Self.key("first")])
        #expect(ask(Client(world), .allocate, token: try Self.token(world), integrity: .sha256)?.isSuccess == true)
    }

    @Test("who uses the first 16 bytes of a longer key with SHA-1, as coturn does, is understood and answered alike")
    func shortened() throws {
        let world = try Self.world([Self.key("first")])
        let long = [UInt8](1...20)
        let client = Client(world)
        let token = try Self.token(world, macKey: long)
        let answer = try #require(ask(client, .allocate, token: token, macKey: Array(long.prefix(16))))
        #expect(answer.isSuccess && answer.isAuthentic(.sha1, Digest(long.span.extracting(0..<16))))
        let other = Client(world, at: Endpoint(.v4(0x0909_0909), 40_001))
        #expect(ask(other, .allocate, token: token, macKey: Array(long.prefix(15)))?.code == .unauthenticated)
        let newer = ask(other, .allocate, token: token, macKey: Array(long.prefix(16)), integrity: .sha256)
        #expect(newer?.code == .unauthenticated)
    }

    @Test("no allocation outlives its token, whatever lifetime is asked for")
    func lifetime() throws {
        let world = try Self.world([Self.key("first")])
        let client = Client(world)
        let token = try Self.token(world, lifetime: 90)
        let answer = try #require(ask(client, .allocate, token: token) { $0.append(lifetime: 3600) })
        #expect(answer.lifetime == 95)
        world.pass(.seconds(50))
        #expect(ask(client, .refresh, token: token)?.lifetime == 45)
        // The old key alone prolongs nothing.
        #expect(ask(client, .refresh, token: nil)?.lifetime == 45)
        world.pass(.seconds(46))
        #expect(world.ended.map(\.reason) == [.expired])
        #expect(ask(client, .allocate, token: token)?.code == .unauthenticated)
        #expect(world.refused.last?.explanation.contains("ran out 6 s ago") == true)
    }

    @Test("another token prolongs an allocation, under the next key as well")
    func renewal() throws {
        let world = try Self.world([Self.key("first"), Self.key("second")])
        let client = Client(world)
        #expect(ask(client, .allocate, token: try Self.token(world, lifetime: 90))?.isSuccess == true)
        world.pass(.seconds(60))
        let other = [UInt8](repeating: 0x71, count: 20)
        let next = try Self.token(world, lifetime: 7200, macKey: other)
        let answer = try #require(ask(client, .refresh, under: "second", token: next, macKey: other))
        #expect(answer.isSuccess && answer.lifetime == 600)
        // From then on the new key counts, and the old one for nothing.
        #expect(ask(client, .refresh, under: "second", token: nil, macKey: other)?.isSuccess == true)
        #expect(ask(client, .refresh, under: "first", token: nil)?.code == .unauthenticated)
        // A user with a password does not get hold of it.
        client.user = "ana"
        client.password = "anaana"
        #expect(client.refresh()?.code == .wrongCredentials)
    }

    @Test("a key is good in its own time only, and a token of before is refused afterwards")
    func rotation() throws {
        let end = World().now.time + .seconds(100)
        let world = try Self.world([Self.key("first", until: end), Self.key("second")])
        let token = try Self.token(world)
        #expect(ask(Client(world), .allocate, token: token)?.isSuccess == true)
        world.pass(.seconds(101))
        let late = Client(world, at: Endpoint(.v4(0x0909_0909), 40_001))
        #expect(ask(late, .allocate, token: token)?.code == .unauthenticated)
        #expect(ask(late, .allocate, under: "second", token: token)?.isSuccess == true)
    }

    @Test("whatever is wrong with a token is answered with the same bytes, and explained to the operator alone")
    func refusals() throws {
        let world = try Self.world([Self.key("first")])
        let good = try Self.token(world)
        let cases: [(token: [UInt8], identifier: String, key: [UInt8], said: String)] = [
            (good, "nobody", Self.macKey, "no OAuth key has the identifier"),
            (good, "first", [UInt8](repeating: 1, count: 32), "is wrong"),
            (Array(good.dropLast()), "first", Self.macKey, "sealed with another key"),
            ([], "first", Self.macKey, "malformed"),
            (try Self.token(world, lifetime: 100, age: 111), "first", Self.macKey, "ran out 11 s ago"),
            (try Self.token(world, age: -10), "first", Self.macKey, "10 s ahead"),
            (try Self.token(world, for: "other.example.org"), "first", Self.macKey, "not for this server-name"),
            (try Self.token(world, macKey: [UInt8](repeating: 2, count: 33)), "first", Self.macKey, "malformed"),
        ]
        var answers: Set<[UInt8]> = []
        for (index, refused) in cases.enumerated() {
            let client = Client(world, at: Endpoint(.v4(0x0909_0909), 50_000))
            let answer = try #require(
                ask(client, .allocate, under: refused.identifier, token: refused.token, macKey: refused.key))
            #expect(answer.code == .unauthenticated, "case \(index)")
            #expect(world.refused.last?.explanation.contains(refused.said) == true, "case \(index)")
            answers.insert(Array(answer.bytes[20...]))
        }
        #expect(answers.count == 1)
        #expect(world.relay.allocationCount == 0)
    }

    @Test("a server without keys refuses a token as an attribute that it does not know")
    func unknown() throws {
        let client = Client(World())
        let token = try Self.token(client.world)
        let answer = try #require(client.ask(.allocate) { $0.append(.accessToken, bytes: token) })
        #expect(answer.code == .unknownAttribute && answer.unknown == [.accessToken])
    }

    @Test("a token opens what it opens for its time, but for a skew of five seconds", arguments: [4, 6] as [Int64])
    func skew(seconds: Int64) throws {
        let world = try Self.world([Self.key("first")])
        let late = ask(Client(world), .allocate, token: try Self.token(world, lifetime: 60, age: 60 + seconds))
        #expect(late?.isSuccess == (seconds < 5))
        let ahead = Client(world, at: Endpoint(.v4(0x0909_0909), 40_001))
        #expect(ask(ahead, .allocate, token: try Self.token(world, age: -seconds))?.isSuccess == (seconds < 5))
    }
}
