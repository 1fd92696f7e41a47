// SPDX-License-Identifier: Apache-2.0
import Crypto
import STUN
import TURN
import Testing
import Wire

@Suite("Authentication")
struct AuthenticationTests {
    let world = World()

    func allocate(_ client: Client, _ change: (inout Writer) -> Void) -> Answer? {
        client.send(
            client.message(.request, .allocate) { writer in
                writer.append(requestedTransport: 17)
                change(&writer)
            })
    }

    @Test("the first Allocate is challenged in 88 bytes for a realm of sixteen characters")
    func challenge() throws {
        let world = World { settings in
            settings.credentials = Credentials(realm: "turn.example.org", users: [])
        }
        let client = Client(world)
        let answer = try #require(allocate(client) { _ in })
        #expect(answer.code == .unauthenticated)
        #expect(answer.bytes.count == 88)
        #expect(answer.value(.realm) == [UInt8]("turn.example.org".utf8))
        #expect(answer.value(.nonce)?.count == 24)
        #expect(!answer.has(.username) && !answer.has(.messageIntegrity) && !answer.has(.software))
        #expect(world.relay.allocationCount == 0)
    }

    @Test(
        "the right password allocates, and the answer is protected with the same key",
        arguments: [nil, .md5, .sha256] as [PasswordAlgorithm?])
    func succeeds(algorithm: PasswordAlgorithm?) throws {
        let client = Client(world)
        client.algorithm = algorithm
        let answer = try #require(client.ask(.allocate) { $0.append(requestedTransport: 17) })
        #expect(answer.isSuccess)
        #expect(answer.isAuthentic(algorithm == nil ? .sha1 : .sha256, client.key))
        #expect(answer.has(.messageIntegrity) == (algorithm == nil))
        #expect(client.refresh()?.isSuccess == true)
        #expect(!answer.has(.username) && !answer.has(.realm) && !answer.has(.nonce))
    }

    @Test("both integrity attributes with one key are accepted; where both are there SHA-256 decides alone")
    func bothIntegrities() throws {
        let client = Client(world)
        _ = client.ask(.refresh)
        func send(_ build: (inout Writer) -> Void) -> Answer? {
            allocate(client) { writer in
                writer.append(.username, bytes: [UInt8]("ana".utf8))
                writer.append(.realm, bytes: [UInt8](World.realm.utf8))
                writer.append(.nonce, bytes: client.nonce)
                build(&writer)
            }
        }
        let wrong = send { writer in
            writer.append(.sha1, key: client.key)
            writer.append(.sha256, key: HashFunction.md5.digest([1]))
        }
        #expect(wrong?.code == .unauthenticated)
        let only = try #require(send { $0.append(.sha256, key: client.key) })
        #expect(only.isSuccess && only.isAuthentic(.sha1, client.key))
    }

    @Test("an unknown user and a wrong password get the same bytes")
    func enumeration() throws {
        let known = Client(world, "ana", password: "wrong")
        let unknown = Client(world, "eve", password: "wrong")
        let first = try #require(known.ask(.refresh))
        let second = try #require(unknown.ask(.refresh))
        #expect(first.code == .unauthenticated && second.code == .unauthenticated)
        #expect(Array(first.bytes[20...]) == Array(second.bytes[20...]))
    }

    @Test("integrity without user name, realm or nonce is a bad request that tells nothing", arguments: 0..<3)
    func incomplete(missing: Int) throws {
        let client = Client(world)
        _ = client.ask(.refresh)
        let answer = try #require(
            allocate(client) { writer in
                if missing != 0 { writer.append(.username, bytes: [UInt8]("ana".utf8)) }
                if missing != 1 { writer.append(.realm, bytes: [UInt8](World.realm.utf8)) }
                if missing != 2 { writer.append(.nonce, bytes: client.nonce) }
                writer.append(.sha1, key: client.key)
            })
        #expect(answer.code == .badRequest)
        #expect(!answer.has(.realm) && !answer.has(.nonce) && !answer.has(.username))
    }

    @Test("a nonce is good for its lifetime, for its client and unchanged only")
    func nonces() throws {
        let client = Client(world)
        #expect(client.allocate() != nil)
        world.pass(.seconds(599))
        #expect(client.send(client.request(.refresh))?.isSuccess == true)
        world.pass(.seconds(2))
        let stale = try #require(client.send(client.request(.refresh)))
        #expect(stale.code == .staleNonce)
        #expect(stale.has(.nonce) && stale.has(.realm) && stale.has(.passwordAlgorithms))
        let fresh = try #require(stale.value(.nonce))

        let neighbour = Client(world, at: Endpoint(.v4(0x0909_0909), 40_001))
        neighbour.nonce = fresh
        #expect(neighbour.send(neighbour.request(.refresh))?.code == .staleNonce)
        for index in fresh.indices {
            client.nonce = fresh
            client.nonce[index] ^= 1
            #expect(client.send(client.request(.refresh))?.code == .staleNonce)
        }
        for nonce in [[], Array(fresh.dropLast()), fresh + [0x41], [UInt8](repeating: 0x41, count: 764)] {
            client.nonce = nonce
            #expect(client.send(client.request(.refresh))?.code == .staleNonce)
        }
        client.nonce = fresh
        #expect(client.send(client.request(.refresh))?.isSuccess == true)
    }

    @Test("a nonce outlives a restart with the same key, and nothing without it")
    func restart() {
        let client = Client(world)
        _ = client.ask(.refresh)
        let reborn = Client(World(seed: 2))
        reborn.nonce = client.nonce
        #expect(reborn.send(reborn.request(.refresh))?.code == .allocationMismatch)
        let strange = Client(World { $0.nonceKey = [UInt8](repeating: 8, count: 32) })
        strange.nonce = client.nonce
        #expect(strange.send(strange.request(.refresh))?.code == .staleNonce)
    }

    @Test("another realm does not authenticate")
    func realm() {
        let client = Client(world)
        _ = client.ask(.refresh)
        let answer = allocate(client) { writer in
            let key = LongTermKey.derive(username: "ana", realm: "other", password: "anaana", .md5)
            writer.append(.username, bytes: [UInt8]("ana".utf8))
            writer.append(.realm, bytes: [UInt8]("other".utf8))
            writer.append(.nonce, bytes: client.nonce)
            writer.append(.sha1, key: key)
        }
        #expect(answer?.code == .unauthenticated)
    }

    @Test(
        "TURN REST credentials of every secret are good until their time, static users beside them",
        arguments: ["north", "south"])
    func rest(secret: String) {
        let name = "1800000100:guest"
        let password = Base64.encode(HMAC.authenticate([UInt8](name.utf8), key: [UInt8](secret.utf8), .sha1).array)
        let client = Client(world, name, password: password)
        #expect(client.allocate() != nil)
        #expect(world.ledger.counts["guest"] == 1)
        let late = Client(world, name, password: password, at: Endpoint(.v4(0x0909_0909), 40_002))
        world.pass(.seconds(101))
        #expect(late.ask(.refresh)?.code == .unauthenticated)
        // What was allocated in time is refreshed: a call does not end with its invitation.
        #expect(client.refresh()?.isSuccess == true)
    }

    @Test("withdrawn credentials end what they opened and open nothing more; a static user of that name is another")
    func withdrawn() {
        let name = "1800000100:guest"
        let password = Base64.encode(HMAC.authenticate([UInt8](name.utf8), key: [UInt8]("north".utf8), .sha1).array)
        let guest = Client(world, name, password: password)
        let ana = Client(world, at: Endpoint(.v4(0x0909_0909), 40_002))
        #expect(guest.allocate() != nil && ana.allocate() != nil)
        for name in ["guest", "ana"] {
            world.handle(.withdraw(name: name, until: UnixTime(seconds: 1_800_000_200)))
        }
        #expect(world.ended.map(\.reason) == [.kicked])
        #expect(guest.ask(.allocate) { $0.append(requestedTransport: 17) }?.code == .unauthenticated)
        #expect(ana.refresh()?.isSuccess == true)
        #expect(world.ledger.counts["guest"] ?? 0 == 0)
    }

    @Test(
        "times that are none do not authenticate",
        arguments: [
            "1000000000:alice", "99999999999999999999999:alice", "-1:alice", ":alice", "1e9:alice",
            "0x7fffffff:alice", " 9999999999:alice", "9223372036854775808:a", "",
        ])
    func badTimes(name: String) {
        let password = Base64.encode(HMAC.authenticate([UInt8](name.utf8), key: [UInt8]("north".utf8), .sha1).array)
        let client = Client(world, name, password: password)
        #expect(client.ask(.refresh)?.code == .unauthenticated)
    }

    @Test("a time alone is a name, and so is the largest one", arguments: ["9999999999", "9223372036854775807:a"])
    func goodTimes(name: String) {
        let password = Base64.encode(HMAC.authenticate([UInt8](name.utf8), key: [UInt8]("north".utf8), .sha1).array)
        #expect(Client(world, name, password: password).allocate() != nil)
    }

    @Test("USERHASH stands for a static user's name")
    func userhash() throws {
        let client = Client(world)
        _ = client.ask(.refresh)
        let hash = HashFunction.sha256.digest([UInt8]("ana:\(World.realm)".utf8))
        func send(_ hash: [UInt8]) -> Answer? {
            allocate(client) { writer in
                writer.append(.userhash, bytes: hash)
                writer.append(.realm, bytes: [UInt8](World.realm.utf8))
                writer.append(.nonce, bytes: client.nonce)
                writer.append(.sha1, key: client.key)
            }
        }
        #expect(send([UInt8](repeating: 0, count: 32))?.code == .unauthenticated)
        #expect(send([1, 2, 3])?.code == .unauthenticated)
        #expect(send(hash.array)?.isSuccess == true)
        #expect(client.refresh()?.isSuccess == true)
    }

    @Test("somebody on the way cannot take the better password algorithm out of the offer")
    func bidDown() throws {
        let client = Client(world)
        _ = client.ask(.refresh)
        func send(_ build: (inout Writer) -> Void) -> Answer? {
            allocate(client) { writer in
                writer.append(.username, bytes: [UInt8]("ana".utf8))
                writer.append(.realm, bytes: [UInt8](World.realm.utf8))
                writer.append(.nonce, bytes: client.nonce)
                build(&writer)
                writer.append(.sha1, key: client.key)
            }
        }
        #expect(send { $0.append(.passwordAlgorithms, bytes: [0, 1, 0, 0]) }?.code == .badRequest)
        #expect(send { $0.append(.passwordAlgorithm, bytes: [0, 1, 0, 0]) }?.code == .badRequest)
        let shortened = send { writer in
            writer.append(.passwordAlgorithms, bytes: [0, 1, 0, 0])
            writer.append(.passwordAlgorithm, bytes: [0, 1, 0, 0])
        }
        #expect(shortened?.code == .badRequest)
        let unknown = send { writer in
            writer.append(.passwordAlgorithms, bytes: PasswordAlgorithm.offer)
            writer.append(.passwordAlgorithm, bytes: [0, 9, 0, 0])
        }
        #expect(unknown?.code == .badRequest)
    }

    @Test("requests of others on an allocation's flow are refused with 441")
    func wrongCredentials() {
        let client = Client(world)
        #expect(client.allocate() != nil)
        client.user = "bob"
        client.password = "bobbob"
        #expect(client.refresh(0)?.code == .wrongCredentials)
        #expect(client.permit(.peer)?.code == .wrongCredentials)
        #expect(client.bind(0x4000, .peer)?.code == .wrongCredentials)
        #expect(world.relay.allocationCount == 1)
    }

    @Test("authentication comes before unknown attributes, and then they are named with integrity")
    func unknownAttributes() throws {
        let client = Client(world)
        let first = allocate(client) { $0.append(AttributeType(rawValue: 0x7FFF), bytes: []) }
        #expect(first?.code == .unauthenticated)
        let answer = try #require(
            client.ask(.allocate) { writer in
                writer.append(requestedTransport: 17)
                writer.append(AttributeType(rawValue: 0x7FFF), bytes: [])
                writer.append(AttributeType(rawValue: 0x0010), bytes: [])
            })
        #expect(answer.code == .unknownAttribute)
        #expect(Set(answer.unknown) == [AttributeType(rawValue: 0x7FFF), AttributeType(rawValue: 0x0010)])
        #expect(answer.isAuthentic(.sha1, client.key))
    }
}
