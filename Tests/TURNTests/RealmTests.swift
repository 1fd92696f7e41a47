// SPDX-License-Identifier: Apache-2.0
import STUN
import TURN
import Testing
import Wire

@Suite("A server with several realms")
struct RealmTests {
    static let other = "other.example.org"
    static let origin = "https://www.other.example.org"
    let ledger = Ledger(perUser: 1)
    let world: World

    init() {
        let counters = ledger
        world = World { Self.serve(&$0, counters) }
    }

    /// The realm `other.example.org`, where ana has another password, for the pages of one site.
    static func serve(_ settings: inout Settings, _ ledger: Ledger = Ledger()) {
        let users = [Credentials.User(name: "ana", password: "elsewhere", realm: other)]
        settings.realms.add(
            Realm(
                credentials: Credentials(realm: other, users: users, secrets: [.init("north")]),
                quotas: ledger.quotas))
        let asked = [
            settings.realms.ask(origin, for: other), settings.realms.ask("https://third.example.org", for: "third"),
            settings.realms.ask("nowhere", for: other),
        ]
        #expect(asked == [true, false, false])
    }

    /// Ana of the other realm.
    func stranger(_ world: World, port: UInt16 = 40_001) -> Client {
        let client = Client(world, "ana", password: "elsewhere", at: Endpoint(.v4(0x0909_0909), port))
        client.realm = Self.other
        return client
    }

    @Test(
        "asks the pages of a site for its realm, and everybody else for its own",
        arguments: [
            ("https://www.other.example.org", other), ("HTTPS://WWW.other.example.org:443/page", other),
            ("https://www.other.example.org http://x", other), ("http://www.other.example.org", World.realm),
            ("https://www.other.example.org:444", World.realm), ("null", World.realm), ("", World.realm),
            ("https://", World.realm), (String(repeating: "x", count: 700), World.realm),
        ])
    func asks(origin: String, realm: String) {
        let client = Client(world)
        let request = client.message(.request, .allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.origin, bytes: [UInt8](origin.utf8))
        }
        #expect(client.send(request)?.value(.realm) == [UInt8](realm.utf8))
    }

    @Test("knows users by realm: the same name elsewhere is somebody else")
    func users() {
        #expect(stranger(world).allocate() != nil)
        #expect(Client(world).allocate() != nil)
        let wrong = Client(world, at: Endpoint(.v4(0x0909_0909), 40_002))
        wrong.realm = Self.other
        #expect(wrong.ask(.allocate) { $0.append(requestedTransport: 17) }?.code == .unauthenticated)
        // On ana's 5-tuple the other ana is not its owner.
        let intruder = stranger(world, port: 40_000)
        #expect(intruder.refresh()?.code == .wrongCredentials)
        #expect(intruder.ask(.allocate) { $0.append(requestedTransport: 17) }?.code == .allocationMismatch)
    }

    @Test("pins nothing before somebody has authenticated: a page may use credentials of any realm")
    func unpinned() {
        let client = Client(world)
        let asked = client.send(
            client.message(.request, .allocate) { $0.append(.origin, bytes: [UInt8](Self.origin.utf8)) })
        #expect(asked?.value(.realm) == [UInt8](Self.other.utf8))
        #expect(client.allocate() != nil)
    }

    @Test("asks again for the realm that a client has named, and refuses one that it does not have")
    func named() {
        let client = stranger(world)
        #expect(client.send(client.request(.refresh))?.value(.realm) == [UInt8](Self.other.utf8))
        client.realm = "third"
        let answer = client.ask(.refresh)
        #expect(answer?.code == .unauthenticated && answer?.value(.realm) == [UInt8](World.realm.utf8))
    }

    @Test("counts each realm by itself, and gives back where it took")
    func quotas() {
        let first = stranger(world)
        #expect(first.allocate() != nil)
        let second = stranger(world, port: 40_002)
        #expect(second.ask(.allocate) { $0.append(requestedTransport: 17) }?.code == .allocationQuotaReached)
        #expect(Client(world).allocate() != nil)
        #expect(ledger.counts == ["ana": 1] && world.ledger.counts == ["ana": 1])
        #expect(first.refresh(0)?.isSuccess == true)
        #expect(ledger.counts.isEmpty && world.ledger.total == 1)
        #expect(second.allocate() != nil)
    }

    @Test("holds an allocation to the ORIGIN that it was made with, where the operator wants that")
    func consistency() {
        let world = World { settings in
            Self.serve(&settings)
            settings.checksOrigin = true
        }
        let client = stranger(world)
        func ask(_ method: STUN.Method, from origin: String?) -> Answer? {
            client.ask(method) { writer in
                if method == .allocate { writer.append(requestedTransport: 17) }
                if let origin { writer.append(.origin, bytes: [UInt8](origin.utf8)) }
            }
        }
        #expect(ask(.allocate, from: Self.origin)?.isSuccess == true)
        #expect(ask(.refresh, from: Self.origin)?.isSuccess == true)
        #expect(ask(.refresh, from: "https://evil.example.org")?.code == .wrongCredentials)
        #expect(ask(.refresh, from: nil)?.code == .wrongCredentials)
        let without = Client(world)
        #expect(without.allocate() != nil && without.refresh()?.isSuccess == true)
    }
}
