// SPDX-License-Identifier: Apache-2.0
import Crypto
import Signaling
import Testing
import Wire

@Suite("What a room refuses")
struct RefusalTests {
    let scene = Scene()

    @Test(
        "what is no JSON object with a type closes the socket",
        arguments: [
            "", "x", "[]", "\"join\"", "{}", "{\"type\":1}", "{\"type\":\"join\"", "{\"type\":null}", "\u{FEFF}{}",
        ])
    func notAMessage(text: String) throws {
        let (room, ana, ben) = try scene.couple(RoomRequest(maxParticipants: 3))
        scene.say(ana.socket, text: text)
        #expect(scene.closed[ana.socket] == .badMessage)
        #expect(scene.types(ben.socket) == ["peer-away"])
        let stranger = scene.connect(room.record.token)
        scene.say(stranger, text: text)
        #expect(scene.closed[stranger] == .badMessage)
    }

    static let badFields: [JSON] = [
        ["type": "shout"], ["type": ""], ["type": "offer"], ["type": "offer", "sdp": 1],
        ["type": "offer", "sdp": "o=1"],
        ["type": "offer", "sdp": .string("v=0" + String(repeating: "x", count: 60 * 1024 - 2))],
        ["type": "offer", "sdp": "v=0", "to": 7], ["type": "answer", "sdp": ""], ["type": "answer", "sdp": .null],
        ["type": "candidate"], ["type": "candidate", "candidate": "candidate:1"],
        ["type": "candidate", "candidate": 1],
        ["type": "candidate", "candidate": [:]], ["type": "candidate", "candidate": ["candidate": 5]],
        ["type": "candidate", "candidate": ["candidate": "c", "sdpMid": 0]],
        ["type": "candidate", "candidate": ["candidate": "c", "sdpMLineIndex": "0"]],
        ["type": "candidate", "candidate": ["candidate": "c", "sdpMLineIndex": -1]],
        ["type": "candidate", "candidate": ["candidate": "c", "sdpMLineIndex": 65536]],
        ["type": "candidate", "candidate": ["candidate": "c", "usernameFragment": true]],
        ["type": "candidate", "candidate": ["candidate": .string(String(repeating: "x", count: 2000))]],
        ["type": "state"], ["type": "state", "audio": true, "video": 1, "screen": false],
        ["type": "state", "audio": true, "video": true], ["type": "join"],
        ["type": "report", "connected": true, "first": true],
        ["type": "report", "connected": true, "first": true, "relayed": false, "frame": -1],
        ["type": "report", "connected": true, "first": true, "relayed": false, "frame": 600_001],
        ["type": "report", "connected": true, "first": true, "relayed": false, "frame": "12"],
        ["type": "offer", "sdp": "v=0", "seq": .number(0.5)], ["type": "offer", "sdp": "v=0", "seq": -1],
        ["type": "offer", "sdp": "v=0", "seq": "1"], ["type": "ping", "ack": "1"], ["type": "ping", "ack": -1],
    ]

    @Test("a bad field is told and relayed to nobody, and the socket stays", arguments: badFields)
    func badField(message: JSON) throws {
        let (_, ana, ben) = try scene.couple()
        scene.say(ana.socket, message)
        #expect(scene.heard(ana.socket).map { $0["code"] } == ["bad-message"])
        #expect(scene.closed[ana.socket] == nil)
        #expect(scene.heard(ben.socket) == [])
    }

    static let badJoins: [JSON] = [
        ["type": "join", "name": 1], ["type": "join", "pin": 1234], ["type": "join", "resume": []],
        ["type": "join", "ack": "0"], ["type": "join", "name": "\u{0}"], ["type": "shout"],
    ]

    @Test("a bad join is told, and the socket may try again", arguments: badJoins)
    func badJoin(message: JSON) throws {
        let room = try scene.create()
        let socket = scene.connect(room.record.token)
        scene.say(socket, message)
        #expect(scene.heard(socket).map { $0["code"] } == ["bad-message"])
        scene.say(socket, ["type": "join"])
        #expect(scene.types(socket) == ["joined"])
    }

    // MARK: Every verb, from everywhere

    /// Where the sender stands in relation to the two people who must not be disturbed.
    enum Place: CaseIterable { case sameRoom, otherRoom, noRoom, beforeJoin, afterBye }

    static let verbs: [JSON] = [
        ["type": "offer", "sdp": "v=0"], ["type": "answer", "sdp": "v=0"], ["type": "candidate", "candidate": ""],
        ["type": "state", "audio": true, "video": true, "screen": true], ["type": "bye"], ["type": "ping", "t": 1],
        ["type": "report", "connected": true, "first": true, "relayed": true],
        ["type": "join"], ["type": "unknown"],
    ]

    @Test("every verb reaches only those in the sender's own room", arguments: verbs, Place.allCases)
    func reach(verb: JSON, place: Place) throws {
        let (room, ana, ben) = try scene.couple(RoomRequest(maxParticipants: 3))
        let elsewhere = try scene.create(RoomRequest(maxParticipants: 3))
        let sender: Socket
        switch place {
        case .sameRoom: sender = try scene.join(room.record.token).socket
        case .otherRoom: sender = try scene.join(elsewhere.record.token).socket
        case .noRoom: sender = scene.connect("nowhere")
        case .beforeJoin: sender = scene.connect(room.record.token)
        case .afterBye:
            sender = try scene.join(room.record.token).socket
            scene.say(sender, ["type": "bye"])
        }
        for socket in [ana.socket, ben.socket, sender] { _ = scene.heard(socket) }
        let closed = scene.closed[sender]
        var message = verb.object ?? []
        if verb["type"] != "bye", verb["type"] != "join", verb["type"] != "ping", verb["type"] != "state" {
            message.append(.init("to", .string(ana.peer)))
        }
        scene.say(sender, .object(message))

        let type = verb["type"]?.string ?? ""
        let (toAna, toBen, answer) = (scene.types(ana.socket), scene.types(ben.socket), scene.heard(sender))
        switch (place, type) {
        case (.sameRoom, "offer"), (.sameRoom, "answer"), (.sameRoom, "candidate"):
            #expect((toAna, toBen) == ([type], []))
            #expect(answer == [])
        case (.sameRoom, "state"):
            #expect((toAna, toBen) == ([type], [type]))
        case (.sameRoom, "bye"):
            #expect((toAna, toBen) == (["peer-left"], ["peer-left"]))
            #expect(scene.closed[sender] == .normal)
        case (.beforeJoin, "join"):
            #expect((toAna, toBen) == (["peer-joined"], ["peer-joined"]))
        default:
            #expect((toAna, toBen) == ([], []))
        }
        switch (place, type) {
        case (.noRoom, _), (.afterBye, _):
            #expect(answer == [])
            #expect(scene.closed[sender] == closed)
        case (.beforeJoin, "offer"), (.beforeJoin, "answer"), (.beforeJoin, "candidate"), (.beforeJoin, "state"),
            (.beforeJoin, "report"), (.beforeJoin, "bye"):
            #expect(scene.closed[sender] == .notJoined)
        case (.otherRoom, "offer"), (.otherRoom, "answer"), (.otherRoom, "candidate"):
            #expect(answer.map { $0["code"] } == ["no-such-peer"])
        case (.sameRoom, "join"), (.otherRoom, "join"), (_, "unknown"):
            #expect(answer.map { $0["code"] } == ["bad-message"])
        case (_, "ping"):
            #expect(answer.map { $0["type"] } == ["pong"])
        default: break
        }
    }

    @Test("with more than two inside, “to” must name one of the others")
    func addressing() throws {
        let (room, ana, ben) = try scene.couple(RoomRequest(maxParticipants: 4))
        for to in [nil, ana.peer, "stranger"] {
            // Among two, only the missing one is clear.
            var offer: [JSON.Member] = [.init("type", "offer"), .init("sdp", "v=0")]
            if let to { offer.append(.init("to", .string(to))) }
            scene.say(ana.socket, .object(offer))
            #expect(scene.heard(ana.socket).map { $0["code"] } == (to == nil ? [] : ["no-such-peer"]))
            #expect(scene.heard(ben.socket).count == (to == nil ? 1 : 0))
        }
        let cem = try scene.join(room.record.token)
        for socket in [ana.socket, ben.socket] { _ = scene.heard(socket) }
        scene.say(ana.socket, ["type": "offer", "sdp": "v=0"])
        #expect(scene.heard(ana.socket).map { $0["code"] } == ["no-such-peer"])
        scene.say(ana.socket, ["type": "offer", "sdp": "v=0", "to": .string(cem.peer)])
        #expect(scene.types(cem.socket) == ["offer"])
        #expect(scene.heard(ben.socket) == [])
    }

    @Test("alone, there is nobody to offer to")
    func alone() throws {
        let ana = try scene.join(try scene.create().record.token)
        scene.say(ana.socket, ["type": "offer", "sdp": "v=0"])
        #expect(scene.heard(ana.socket).map { $0["code"] } == ["no-such-peer"])
    }

    @Test("5,000 seeded random messages neither trap nor disturb a call in another room")
    func garbage() throws {
        var random = RandomStream(testSeed: 3)
        let (_, ana, ben) = try scene.couple()
        let room = try scene.create(RoomRequest(maxParticipants: 4))
        let names = ["type", "seq", "ack", "to", "sdp", "candidate", "audio", "name", "resume", "pin", "t"]
        let values: [JSON] = [
            "join", "offer", "answer", "candidate", "state", "bye", "ping", "v=0", .null, true, 0, 1, 2,
            .integer(.max), .integer(.min), .number(1e300), [], [:], ["candidate": ""], "",
        ]
        var socket = scene.connect(room.record.token)
        for _ in 0..<5000 {
            if scene.closed[socket] != nil { socket = scene.connect(room.record.token) }
            if random.below(8) == 0 {
                scene.handle(.text(socket, random.bytes(Int(random.below(40)))))
            } else {
                let members = (0...random.below(5)).map { _ in
                    JSON.Member(
                        names[Int(random.below(UInt64(names.count)))], values[Int(random.below(UInt64(values.count)))])
                }
                scene.say(socket, .object([.init("type", values[Int(random.below(7))])] + members))
            }
        }
        #expect(scene.heard(ana.socket) == [])
        #expect(scene.heard(ben.socket) == [])
        scene.say(ana.socket, ["type": "offer", "sdp": "v=0"])
        #expect(scene.types(ben.socket) == ["offer"])
    }
}
