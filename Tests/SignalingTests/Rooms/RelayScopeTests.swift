// SPDX-License-Identifier: Apache-2.0
import Signaling
import Testing
import Wire

@Suite("What rooms tell the relay")
struct RelayScopeTests {
    let scene = Scene()

    static let address = IPAddress.v4(0xCB00_7105)

    static func candidate(_ text: String) -> JSON {
        ["type": "candidate", "candidate": ["candidate": .string("candidate:1 1 udp 1 \(text)"), "sdpMid": "0"]]
    }

    @Test("who sits down is known to be in the room before they have credentials")
    func joining() throws {
        let room = try scene.create()
        let ana = try scene.join(room.record.token)
        #expect(
            scene.takeScopes() == [
                .joined(peer: ana.peer, room: "room/\(room.record.token)", isGuest: false)
            ])
    }

    @Test("a candidate is known before the other hears of it, trickled or in a description, and once")
    func signalled() throws {
        let (_, ana, ben) = try scene.couple()
        _ = scene.takeScopes()
        scene.say(ana.socket, Self.candidate("203.0.113.5 9 typ host"))
        #expect(scene.sentBefore == [0] && scene.types(ben.socket) == ["candidate"])
        #expect(scene.takeScopes() == [.signalled([Self.address], peer: ana.peer)])
        scene.say(ana.socket, Self.candidate("203.0.113.5 10 typ srflx raddr 10.0.0.1 rport 5"))
        #expect(scene.takeScopes().isEmpty)
        let sdp = """
            v=0\r
            c=IN IP4 192.0.2.77\r
            a=candidate:1 1 udp 1 203.0.113.5 9 typ host\r
            a=candidate:2 1 tcp 1 2001:db8::7 9 typ host tcptype active\r
            a=candidate:3 1 udp 1 ::ffff:198.51.100.9 9 typ relay raddr 1.2.3.4 rport 1\r
            a=candidate:4 1 udp 1 0a1b2c3d-1111-2222-3333-444455556666.local 9 typ host\r
            a=end-of-candidates\r

            """
        scene.say(ben.socket, ["type": "offer", "sdp": .string(sdp)])
        let addresses = ["203.0.113.5", "2001:db8::7", "198.51.100.9"].compactMap { IPAddress($0) }
        #expect(scene.takeScopes() == [.signalled(addresses, peer: ben.peer)])
    }

    @Test(
        "what holds no address tells nothing",
        arguments: [
            "", "x", "1.2.3", "host.example 9 typ host", "fe80::1%eth0 9 typ host", "203.0.113.256 9 typ host",
            "01.2.3.4 9 typ host",
        ])
    func nothing(_ text: String) throws {
        let (_, ana, ben) = try scene.couple()
        _ = scene.takeScopes()
        scene.say(ana.socket, Self.candidate(text))
        scene.say(ana.socket, ["type": "candidate", "candidate": .null])
        scene.say(ana.socket, ["type": "candidate", "candidate": ["candidate": "candidate:"]])
        #expect(scene.takeScopes().isEmpty)
        #expect(scene.types(ben.socket) == ["candidate", "candidate", "candidate"])
    }

    @Test("one seat tells of a bounded number of addresses at a time, whatever it sends")
    func bounded() throws {
        let (_, ana, _) = try scene.couple()
        _ = scene.takeScopes()
        var sdp = "v=0\r\n"
        for number in 0..<1000 { sdp += "a=candidate:1 1 udp 1 10.0.\(number / 250).\(number % 250) 9 typ host\r\n" }
        scene.say(ana.socket, ["type": "offer", "sdp": .string(sdp)])
        guard case .signalled(let addresses, _)? = scene.takeScopes().first else {
            Issue.record("nothing was told")
            return
        }
        #expect(addresses.count == 32)
    }

    @Test("what goes to nobody is not told")
    func alone() throws {
        let room = try scene.create()
        let ana = try scene.join(room.record.token)
        _ = scene.takeScopes()
        scene.say(ana.socket, Self.candidate("203.0.113.5 9 typ host"))
        #expect(scene.takeScopes().isEmpty)
    }

    // MARK: - Guests

    @Test("the same caller has the same name, for ten minutes each time, and another caller another")
    func guests() throws {
        let room = try scene.create()
        let token = room.record.token
        let first = try #require(scene.guest(token))
        #expect(first.until == scene.now.time + .seconds(600))
        #expect(scene.takeScopes() == [.joined(peer: first.name, room: "room/\(token)", isGuest: true)])
        scene.wait(.seconds(60))
        let again = try #require(scene.guest(token))
        #expect(again.name == first.name && again.until == scene.now.time + .seconds(600))
        #expect(scene.guest(token, from: .v4(0xC000_0202))?.name != first.name)
        let (v6, neighbour) = (IPAddress.v6(1 << 64 | 5), IPAddress.v6(1 << 64 | 6))
        #expect(scene.guest(token, from: v6)?.name == scene.guest(token, from: neighbour)?.name)
        _ = scene.takeScopes()
        scene.wait(.seconds(599))
        #expect(!scene.takeScopes().contains(.forgotten(guest: first.name)))
        scene.wait(.seconds(2))
        #expect(scene.takeScopes().contains(.forgotten(guest: first.name)))
        #expect(scene.guest(token)?.name != first.name)
    }

    @Test("guests' credentials are taken back with the room, however it ends")
    func ends() throws {
        let deleted = try scene.create()
        let renewed = try scene.create()
        let short = try scene.create(RoomRequest(ttl: .seconds(120)))
        let names = try [deleted, renewed, short].map { try #require(scene.guest($0.record.token)).name }
        #expect(try #require(scene.guest(short.record.token)).until == short.record.expiresAt)
        _ = scene.takeScopes()
        try scene.end(deleted.record.token, key: deleted.ownerKey)
        #expect(scene.revoked == [names[0]])
        #expect(scene.takeScopes() == [.ended(room: "room/\(deleted.record.token)")])
        _ = try scene.renew(renewed.record.token, key: renewed.ownerKey)
        #expect(scene.revoked == Array(names[...1]))
        _ = scene.takeScopes()
        scene.wait(.seconds(121))
        #expect(scene.revoked == names, "nobody was inside, and the end comes by itself")
        #expect(scene.takeScopes() == [.ended(room: "room/\(short.record.token)")])
        for room in [deleted, renewed, short] { #expect(scene.guest(room.record.token) == nil) }
    }

    @Test("a room has a bounded number of guests, and one with a pin has none")
    func full() throws {
        let room = try scene.create()
        for number in 0..<64 { #expect(scene.guest(room.record.token, from: .v4(UInt32(number))) != nil) }
        #expect(scene.guest(room.record.token, from: .v4(64)) == nil)
        #expect(scene.guest(room.record.token, from: .v4(1)) != nil)
        let closed = try scene.create(RoomRequest(pin: "1234"))
        #expect(scene.guest(closed.record.token) == nil && scene.guest("nothing") == nil)
    }

    @Test("the next process tells its relay who is inside, where they are reached, and which guests there are")
    func handover() throws {
        let (room, ana, ben) = try scene.couple()
        let guest = try #require(scene.guest(room.record.token))
        scene.say(ana.socket, Self.candidate("203.0.113.5 9 typ host"))
        let empty = try scene.create()
        let lonely = try #require(scene.guest(empty.record.token))
        _ = scene.takeScopes()
        scene.restart()
        let name = "room/\(room.record.token)"
        let told = scene.takeScopes()
        for scope: RelayScope in [
            .joined(peer: guest.name, room: name, isGuest: true), .joined(peer: ana.peer, room: name, isGuest: false),
            .signalled([Self.address], peer: ana.peer), .joined(peer: ben.peer, room: name, isGuest: false),
            .joined(peer: lonely.name, room: "room/\(empty.record.token)", isGuest: true),
        ] { #expect(told.contains(scope)) }
        #expect(told.count == 5)
        try scene.end(room.record.token, key: room.ownerKey)
        #expect(Set(scene.revoked).isSuperset(of: [ana.peer, ben.peer, guest.name]))
    }
}
