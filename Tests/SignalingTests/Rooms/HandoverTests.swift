// SPDX-License-Identifier: Apache-2.0
import Signaling
import Testing
import Wire

@Suite("A room in another process")
struct RoomHandoverTests {
    let scene = Scene()

    private func resume(_ guest: Scene.Guest, in token: String, ack: Int64) -> Socket {
        let socket = scene.connect(token)
        scene.say(socket, ["type": "join", "resume": .string(guest.resume), "ack": .integer(ack)])
        return socket
    }

    @Test("gives everybody the seat back, and what was not acknowledged")
    func seats() throws {
        let (room, ana, ben) = try scene.couple()
        let token = room.record.token
        scene.say(ana.socket, ["type": "state", "seq": 1, "audio": true, "video": false, "screen": true])
        scene.say(ana.socket, ["type": "offer", "seq": 2, "sdp": "v=0 \u{1F426}"])
        scene.restart()
        let second = resume(ben, in: token, ack: 1)
        let heard = scene.heard(second)
        #expect(heard.first?["type"] == "joined")
        #expect(heard.first?["peerId"] == .string(ben.peer))
        #expect(heard.first?["role"] == "answerer")
        let other = heard.first?["peers"]?.array?.first
        #expect(other?["peerId"] == .string(ana.peer))
        #expect(other?["name"] == "Ana")
        #expect(other?["audio"] == true && other?["video"] == false && other?["screen"] == true)
        #expect(other?["away"] == true)
        #expect(
            heard.dropFirst() == [
                ["type": "offer", "seq": 2, "ack": 0, "from": .string(ana.peer), "sdp": "v=0 \u{1F426}"]
            ])
        let first = resume(ana, in: token, ack: 1)
        #expect(scene.heard(first).first?["ack"] == 2)
        #expect(scene.types(second) == ["peer-back"])
        // Numbers go on where they were.
        scene.say(first, ["type": "candidate", "seq": 2, "candidate": ""])
        scene.say(first, ["type": "candidate", "seq": 3, "candidate": ""])
        #expect(scene.types(second) == ["candidate"])
    }

    @Test("waits for them as long as for anybody who is away, and takes their credentials back then")
    func patience() throws {
        let (room, ana, ben) = try scene.couple()
        scene.restart()
        let socket = resume(ben, in: room.record.token, ack: 0)
        _ = scene.heard(socket)
        scene.wait(.seconds(46))
        #expect(scene.revoked == [ana.peer])
        scene.restart()
        #expect(try scene.status(room.record.token).participants == 1)
    }

    @Test("has nobody who left before, and no room that has ended")
    func gone() throws {
        let (room, ana, ben) = try scene.couple()
        scene.say(ana.socket, ["type": "bye", "seq": 1])
        scene.restart()
        #expect(try scene.status(room.record.token).participants == 1)
        scene.say(resume(ben, in: room.record.token, ack: 0), ["type": "bye", "seq": 1])
        scene.restart()
        #expect(try scene.status(room.record.token).participants == 0)
        try scene.end(room.record.token, key: room.ownerKey)
        scene.restart()
        #expect(throws: Rooms.Refusal.over) { try scene.status(room.record.token) }
    }

    @Test("never traps on what was left, cut anywhere or of another kind")
    func truncation() throws {
        let (_, ana, _) = try scene.couple()
        scene.say(ana.socket, ["type": "offer", "seq": 1, "sdp": "v=0"])
        let bytes = try #require(scene.kept.values.first)
        for count in bytes.indices {
            scene.restart(with: [Array(bytes.prefix(count))])
            var other = bytes
            other[count] ^= 0x15
            scene.restart(with: [other])
        }
    }
}
