// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

// SPDX-License-Identifier: Apache-2.0
@testable import Signaling

@Suite("Joining a room")
struct JoiningTests {
    let scene = Scene()

    @Test("the first is the offerer and alone, the second the answerer who sees the first")
    func roles() throws {
        let room = try scene.create()
        let ana = try scene.join(room.record.token, name: "Ana")
        #expect(ana.joined["role"] == "offerer")
        #expect(ana.joined["peers"] == [])
        #expect(ana.joined["ack"] == 0)
        #expect(ana.joined["seq"] == nil)
        #expect(ana.joined["maxParticipants"] == 2)
        #expect(ana.joined["iceExpiresAt"]?.string == (scene.now.time + .seconds(3600)).description)
        let server = try #require(ana.joined["iceServers"]?.array?.first)
        #expect(server["urls"] == ["turn:turn.example.org"])
        #expect(server["username"]?.string?.hasSuffix(":" + ana.peer) == true)

        let ben = try scene.join(room.record.token)
        #expect(ben.joined["role"] == "answerer")
        let entry: JSON = [
            "peerId": .string(ana.peer), "name": "Ana", "audio": false, "video": false, "screen": false, "away": false,
        ]
        #expect(ben.joined["peers"] == [entry])
        let told = try #require(scene.heard(ana.socket).last)
        #expect(told["type"] == "peer-joined")
        #expect(told["seq"] == 1)
        #expect(told["peerId"]?.string == ben.peer)
        #expect(told["name"] == "")
        #expect(Set([ana.peer, ben.peer, ana.resume, ben.resume]).count == 4)
    }

    @Test("a room that never was, or is over, closes the socket after the upgrade")
    func noRoom() throws {
        let lost = scene.connect("nowhere")
        #expect(scene.closed[lost] == .noSuchRoom)

        let room = try scene.create(RoomRequest(ttl: .seconds(60)))
        scene.wait(.seconds(60))
        let late = scene.connect(room.record.token)
        #expect(scene.heard(late).map { $0["reason"] } == ["expired"])
        #expect(scene.closed[late] == .ended)
    }

    @Test("a full room says so and closes; a freed seat lets the next one in")
    func full() throws {
        let (room, _, ben) = try scene.couple()
        let third = scene.connect(room.record.token)
        scene.say(third, ["type": "join"])
        #expect(scene.heard(third).map { $0["code"] } == ["room-full"])
        #expect(scene.closed[third] == .full)

        scene.say(ben.socket, ["type": "bye"])
        #expect(scene.closed[ben.socket] == .normal)
        _ = try scene.join(room.record.token)
    }

    @Test("a room for four holds four")
    func four() throws {
        let room = try scene.create(RoomRequest(maxParticipants: 4))
        let people = try (0..<4).map { _ in try scene.join(room.record.token) }
        #expect(people.map { $0.joined["peers"]?.array?.count } == [0, 1, 2, 3])
        #expect(people.map { $0.joined["role"] } == ["offerer", "answerer", "answerer", "answerer"])
        let fifth = scene.connect(room.record.token)
        scene.say(fifth, ["type": "join"])
        #expect(scene.closed[fifth] == .full)
    }

    @Test("names are kept in NFC, and refused when they could deceive")
    func names() throws {
        let room = try scene.create()
        let socket = scene.connect(room.record.token)
        let bad = ["", "a\u{7}b", "x\u{202E}y", "\u{2066}x", String(repeating: "a", count: 65), "a\u{2028}b", "\u{85}"]
        for name in bad {
            scene.say(socket, ["type": "join", "name": .string(name)])
            #expect(scene.heard(socket).map { $0["code"] } == ["bad-message"], "\(name.debugDescription)")
        }
        scene.say(socket, ["type": "join", "name": "Zoe\u{308}"])
        #expect(scene.types(socket) == ["joined"])
        let ben = try scene.join(room.record.token)
        let shown = ben.joined["peers"]?.array?.first?["name"]?.string?.unicodeScalars.map(\.value)
        #expect(shown == [0x5A, 0x6F, 0xEB])
    }

    @Test("a pin is asked for, ten wrong ones are forgiven, and the eleventh attempt is shut out")
    func pin() throws {
        let room = try scene.create(RoomRequest(pin: "2580"))
        let token = room.record.token
        let guesser = scene.connect(token, from: .v6(0x2001_0DB8 << 96 | 1))
        scene.say(guesser, ["type": "join"])
        #expect(scene.heard(guesser).map { $0["code"] } == ["pin-required"])
        for guess in 0..<10 {
            scene.say(guesser, ["type": "join", "pin": .string("\(guess)")])
            #expect(scene.heard(guesser).map { $0["code"] } == ["pin-wrong"])
        }
        scene.say(guesser, ["type": "join", "pin": "2580"])
        #expect(scene.heard(guesser).map { $0["code"] } == ["rate-limited"])
        #expect(scene.closed[guesser] == .tooFast)

        // The same subscriber's next address is no new guesser; another subscriber is.
        let neighbour = scene.connect(token, from: .v6(0x2001_0DB8 << 96 | 2))
        scene.say(neighbour, ["type": "join", "pin": "2580"])
        #expect(scene.closed[neighbour] == .tooFast)
        let guest = scene.connect(token)
        scene.say(guest, ["type": "join", "pin": "1"])
        scene.say(guest, ["type": "join", "pin": "2580"])
        #expect(scene.types(guest) == ["error", "joined"])
        #expect(scene.events.contains(.tooManyWrongPins(room: RoomEvent.name(token))))
    }

    @Test("neither key nor pin is kept in the record")
    func hashed() throws {
        let room = try scene.create(RoomRequest(pin: "abcdefgh"))
        let record = try #require(scene.persisted.last)
        #expect(record.ownerKeyHash.count == 32)
        #expect(record.ownerKeyHash != Array(room.ownerKey.utf8))
        let pin = try #require(record.options.pin).bytes
        #expect(!String(decoding: pin, as: UTF8.self).contains("abcdefgh"))
        let other = try scene.create(RoomRequest(pin: "abcdefgh"))
        #expect(other.record.options.pin != record.options.pin)
    }

    @Test("whoever shows the resume token needs no pin")
    func resumeNeedsNoPin() throws {
        let room = try scene.create(RoomRequest(pin: "1"))
        let first = scene.connect(room.record.token)
        scene.say(first, ["type": "join", "pin": "1"])
        let resume = try #require(scene.heard(first).first?["resume"])
        scene.hangUp(first)
        let second = scene.connect(room.record.token)
        scene.say(second, ["type": "join", "resume": resume])
        #expect(scene.types(second) == ["joined"])
    }
}
