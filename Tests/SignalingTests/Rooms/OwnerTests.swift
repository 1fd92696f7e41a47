// SPDX-License-Identifier: Apache-2.0
import Signaling
import Testing
import Wire

@Suite("The owner of a room")
struct OwnerTests {
    let scene = Scene()

    @Test("tokens and keys are long, in base 58, and never the same")
    func tokens() throws {
        var seen: Set<String> = []
        for _ in 0..<200 {
            let room = try scene.create()
            #expect(Base58.isWellFormed(room.record.token))
            #expect(Base58.isWellFormed(room.ownerKey))
            #expect(room.record.token.count >= 20)
            #expect(room.ownerKey.count >= 30)
            seen.formUnion([room.record.token, room.ownerKey])
        }
        #expect(seen.count == 400)
    }

    @Test("status counts who is inside and who is away, and names nobody")
    func status() throws {
        let (room, _, ben) = try scene.couple(RoomRequest(maxParticipants: 3, pin: nil))
        scene.hangUp(ben.socket)
        let status = try scene.status(room.record.token)
        #expect(status.participants == 2)
        #expect(status.isActive)
        #expect(throws: Rooms.Refusal.unknownRoom) { try scene.status("nowhere") }
    }

    @Test("ending a room tells everybody, those without a seat too, and the link is over")
    func end() throws {
        let (room, ana, ben) = try scene.couple()
        let stranger = scene.connect(room.record.token)
        try scene.end(room.record.token, key: room.ownerKey)
        for socket in [ana.socket, ben.socket, stranger] {
            #expect(scene.heard(socket).map { $0["reason"] } == ["owner"])
            #expect(scene.closed[socket] == .ended)
        }
        #expect(throws: Rooms.Refusal.over) { try scene.end(room.record.token, key: room.ownerKey) }
        let late = scene.connect(room.record.token)
        #expect(scene.heard(late).map { $0["reason"] } == ["owner"])
    }

    @Test("kicking one tells that one and the others; the seat and its resume token are gone")
    func kick() throws {
        let (room, ana, ben) = try scene.couple()
        try scene.kick(ben.peer, from: room.record.token, key: room.ownerKey)
        #expect(scene.heard(ben.socket).map { $0["reason"] } == ["kicked"])
        #expect(scene.closed[ben.socket] == .ended)
        let told = try #require(scene.heard(ana.socket).first)
        #expect(told["type"] == "peer-left")
        #expect(told["reason"] == "kicked")
        #expect(told["peerId"]?.string == ben.peer)
        #expect(scene.revoked == [ben.peer])
        #expect(throws: Rooms.Refusal.unknownPeer) {
            try scene.kick(ben.peer, from: room.record.token, key: room.ownerKey)
        }
        let again = scene.connect(room.record.token)
        scene.say(again, ["type": "join", "resume": .string(ben.resume)])
        #expect(scene.heard(again).first?["peerId"]?.string != ben.peer)
    }

    @Test("renewing gives a new link with the same options; the old one is over for those inside")
    func renew() throws {
        let (room, ana, _) = try scene.couple(RoomRequest(ttl: .seconds(600), maxParticipants: 3, pin: nil))
        scene.wait(.seconds(5))
        let next = try scene.renew(room.record.token, key: room.ownerKey)
        #expect(next.record.token != room.record.token)
        #expect(next.ownerKey != room.ownerKey)
        #expect(next.record.options == room.record.options)
        #expect(next.record.expiresAt == scene.now.time + .seconds(600))
        #expect(scene.heard(ana.socket).last?["reason"] == "renewed")
        #expect(throws: Rooms.Refusal.over) { try scene.status(room.record.token) }
        #expect(throws: Rooms.Refusal.wrongKey) { try scene.end(next.record.token, key: room.ownerKey) }
    }

    @Test("a renewed room asks for the same pin")
    func renewedPin() throws {
        let room = try scene.create(RoomRequest(pin: "ключ"))
        let next = try scene.renew(room.record.token, key: room.ownerKey)
        let socket = scene.connect(next.record.token)
        scene.say(socket, ["type": "join", "pin": "ключ"])
        #expect(scene.types(socket) == ["joined"])
    }

    enum Verb: CaseIterable { case end, kick, renew }

    /// The key that is shown, in relation to the room it is shown for.
    enum Key: CaseIterable { case own, otherRoom, participant, none, unknownRoom, endedRoom }

    @Test("every verb asks for this room's own key", arguments: Verb.allCases, Key.allCases)
    func keys(verb: Verb, key: Key) throws {
        let (room, ana, ben) = try scene.couple()
        let other = try scene.create()
        let ended = try scene.create()
        try scene.end(ended.record.token, key: ended.ownerKey)
        let (token, shown, refusal): (String, String, Rooms.Refusal?) =
            switch key {
            case .own: (room.record.token, room.ownerKey, nil)
            case .otherRoom: (room.record.token, other.ownerKey, .wrongKey)
            case .participant: (room.record.token, ana.resume, .wrongKey)
            case .none: (room.record.token, "", .wrongKey)
            case .unknownRoom: ("nowhere", room.ownerKey, .unknownRoom)
            case .endedRoom: (ended.record.token, ended.ownerKey, .over)
            }
        func attempt() throws {
            switch verb {
            case .end: try scene.end(token, key: shown)
            case .kick: try scene.kick(ben.peer, from: token, key: shown)
            case .renew: _ = try scene.renew(token, key: shown)
            }
        }
        if let refusal {
            #expect(throws: refusal) { try attempt() }
            #expect(scene.heard(ana.socket) == [])
            #expect(scene.heard(ben.socket) == [])
        } else {
            try attempt()
            #expect(scene.closed[ben.socket] == .ended)
        }
    }

    static let badBodies: [JSON] = [
        [], "x", .null, ["ttl": 0], ["ttl": 604_801], ["ttl": "60"], ["ttl": .number(1.5)], ["ttl": -1],
        ["maxParticipants": 1], ["maxParticipants": 5], ["maxParticipants": "2"], ["oneTime": 1], ["oneTime": "true"],
        ["pin": ""], ["pin": 1234], ["pin": .string(String(repeating: "1", count: 65))], ["pin": .null],
    ]

    @Test("a body that asks for what cannot be is refused with a sentence", arguments: badBodies)
    func badBody(body: JSON) {
        #expect { try RoomRequest(parsing: body, settings: Rooms.Settings()) } throws: { error in
            (error as? RoomRequest.Problem)?.description.isEmpty == false
        }
    }

    @Test("an empty body asks for two seats and a moving end; unknown fields are ignored")
    func bodies() throws {
        #expect(try RoomRequest(parsing: ["colour": "red"], settings: Rooms.Settings()) == RoomRequest())
        let body: JSON = ["ttl": 604_800, "maxParticipants": 4, "oneTime": true, "pin": "🐦"]
        #expect(
            try RoomRequest(parsing: body, settings: Rooms.Settings())
                == RoomRequest(ttl: .seconds(604_800), maxParticipants: 4, oneTime: true, pin: "🐦"))
    }
}
