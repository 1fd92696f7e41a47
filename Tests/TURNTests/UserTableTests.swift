// SPDX-License-Identifier: Apache-2.0
import Crypto
import STUN
import TURN
import Testing
import Wire

@Suite("The table of users")
struct UserTableTests {
    static func table(_ users: [(name: String, password: String)]) -> UserTable {
        var table = UserTable(realm: World.realm)
        for user in users {
            let key = LongTermKey.derive(
                username: user.name, realm: World.realm, password: user.password, .md5)
            table.append(name: [UInt8](user.name.utf8), md5: key.array, sha256: nil)
        }
        table.index()
        return table
    }

    static func world(_ table: UserTable) -> World { World { $0.credentials.directory = table } }

    @Test("everybody in it allocates, and nobody else")
    func everybody() {
        let world = Self.world(Self.table((0..<300).map { ("user\($0)", "word\($0)") }))
        for number in [0, 1, 150, 298, 299] {
            let client = Client(
                world, "user\(number)", password: "word\(number)",
                at: Endpoint(.v4(0x0909_0909), UInt16(40_000 + number)))
            #expect(client.allocate() != nil)
        }
        #expect(Client(world, "user300", password: "word300").allocate() == nil)
        #expect(Client(world, "user1", password: "word2").allocate() == nil)
        #expect(world.refused.map(\.explanation).first == "nobody has this user name")
    }

    @Test("a name may have a password in the configuration and another one in the database")
    func both() {
        let world = Self.world(Self.table([("ana", "other")]))
        #expect(Client(world, "ana").allocate() != nil)
        #expect(Client(world, "ana", password: "other", at: Endpoint(.v4(0x0909_0909), 40_001)).allocate() != nil)
    }

    @Test("of two rows with one name the later one counts")
    func later() {
        let world = Self.world(Self.table([("eve", "old"), ("eve", "new")]))
        #expect(Client(world, "eve", password: "old").allocate() == nil)
        #expect(Client(world, "eve", password: "new").allocate() != nil)
    }

    @Test("a USERHASH finds its user among many")
    func userhash() {
        let world = Self.world(Self.table((0..<300).map { ("user\($0)", "word\($0)") }))
        let client = Client(world, "user77", password: "word77")
        _ = client.ask(.refresh)
        let answer = client.send(
            client.message(.request, .allocate) { writer in
                writer.append(requestedTransport: 17)
                writer.append(
                    .userhash, bytes: HashFunction.sha256.digest([UInt8]("user77:\(World.realm)".utf8)).array)
                writer.append(.realm, bytes: [UInt8](World.realm.utf8))
                writer.append(.nonce, bytes: client.nonce)
                writer.append(.sha1, key: client.key)
            })
        #expect(answer?.isSuccess == true)
    }

    @Test("a key that is no MD5 and no SHA-256 is not taken", arguments: [0, 15, 17, 31, 33, 48])
    func unusable(size: Int) {
        var table = UserTable(realm: World.realm)
        let key = [UInt8](repeating: 1, count: size)
        let taken = [
            table.append(name: [1], md5: key, sha256: nil), table.append(name: [1], md5: nil, sha256: key),
            table.append(name: [1], md5: nil, sha256: nil),
        ]
        #expect(taken == [false, false, false])
        #expect(table.count == 0)
    }

    @Test("until the database was read nobody is turned away: a datagram is dropped, a stream waits for its answer")
    func incomplete() throws {
        let world = World { $0.credentials.isIncomplete = true }
        let datagrams = Client(world, "eve")
        #expect(datagrams.ask(.allocate) { $0.append(requestedTransport: 17) } == nil)
        let stream = Client(world, "eve", over: .tcp)
        // A nonce first, which everybody is given.
        #expect(stream.ask(.allocate) { $0.append(requestedTransport: 17) } == nil && world.postponed == 1)
        let waiting = stream.request(.allocate) { $0.append(requestedTransport: 17) }
        #expect(stream.send(waiting) == nil && world.postponed == 2)
        // Whoever is known already is served.
        #expect(Client(world, "ana", at: Endpoint(.v4(0x0909_0909), 40_001)).allocate() != nil)
        var settings = World.settings()
        settings.credentials.directory.append(
            name: [UInt8]("eve".utf8), md5: stream.key.array, sha256: nil)
        settings.credentials.directory.index()
        world.relay.reload(settings)
        #expect(stream.send(waiting)?.isSuccess == true)
    }
}
