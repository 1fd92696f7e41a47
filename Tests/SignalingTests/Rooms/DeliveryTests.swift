// SPDX-License-Identifier: Apache-2.0
import Signaling
import Testing
import Wire

@Suite("Delivery in a room")
struct DeliveryTests {
    let scene = Scene()

    func candidate(_ number: Int) -> JSON { ["candidate": .string("candidate:\(number)"), "sdpMid": "0"] }

    func resume(_ guest: Scene.Guest, in token: String, ack: Int64? = nil) -> Socket {
        let socket = scene.connect(token)
        var join: [JSON.Member] = [.init("type", "join"), .init("resume", .string(guest.resume))]
        if let ack { join.append(.init("ack", .integer(ack))) }
        scene.say(socket, .object(join))
        return socket
    }

    @Test("offers, answers, candidates and states arrive as sent, with the sender's identity set by the server")
    func relays() throws {
        let (_, ana, ben) = try scene.couple()
        let sdp = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n\u{1F426}"
        scene.say(ana.socket, ["type": "offer", "seq": 1, "sdp": .string(sdp), "from": "somebody else"])
        scene.say(ben.socket, ["type": "answer", "seq": 1, "sdp": "v=0", "to": .string(ana.peer)])
        scene.say(ana.socket, ["type": "candidate", "seq": 2, "candidate": candidate(1)])
        scene.say(ana.socket, ["type": "candidate", "seq": 3, "candidate": ""])
        scene.say(ana.socket, ["type": "candidate", "seq": 4, "candidate": .null])
        scene.say(ana.socket, ["type": "state", "seq": 5, "audio": true, "video": false, "screen": true])

        let from = JSON.string(ana.peer)
        #expect(
            scene.heard(ben.socket) == [
                ["type": "offer", "seq": 1, "ack": 0, "from": from, "sdp": .string(sdp)],
                ["type": "candidate", "seq": 2, "ack": 1, "from": from, "candidate": candidate(1)],
                ["type": "candidate", "seq": 3, "ack": 1, "from": from, "candidate": ""],
                ["type": "candidate", "seq": 4, "ack": 1, "from": from, "candidate": .null],
                [
                    "type": "state", "seq": 5, "ack": 1, "from": from, "audio": true, "video": false, "screen": true,
                ],
            ])
        // Number 1 was “peer-joined”.
        #expect(
            scene.heard(ana.socket) == [
                ["type": "answer", "seq": 2, "ack": 1, "from": .string(ben.peer), "sdp": "v=0"]
            ])
    }

    @Test("what a page tells of its connections is for the operator: others hear nothing of it, and it has an end")
    func reports() throws {
        let (_, ana, ben) = try scene.couple()
        let report: JSON = ["type": "report", "connected": true, "first": false, "relayed": true, "frame": 412]
        scene.say(ana.socket, report)
        let told = try #require(scene.reports.first)
        #expect(told.isConnected && !told.isFirstAttempt && told.isRelayed && told.firstFrame == .milliseconds(412))
        scene.say(ana.socket, ["type": "report", "connected": false, "first": false, "relayed": false])
        #expect(scene.reports.last?.isConnected == false && scene.reports.last?.firstFrame == nil)
        for _ in 0..<100 { scene.say(ana.socket, report) }
        #expect(scene.reports.count == 32)
        #expect(scene.heard(ana.socket) == [] && scene.heard(ben.socket) == [])
    }

    @Test("a state is told to those who come later")
    func stateIsKept() throws {
        let room = try scene.create()
        let ana = try scene.join(room.record.token)
        scene.say(ana.socket, ["type": "state", "seq": 1, "audio": true, "video": true, "screen": false])
        let ben = try scene.join(room.record.token)
        #expect(ben.joined["peers"]?.array?.first?["video"] == true)
        #expect(ben.joined["peers"]?.array?.first?["screen"] == false)
    }

    @Test(
        "a ping is answered with its t whatever that is, and with the acknowledgement",
        arguments: ["1", "\"x\"", "[1.5,null]"])
    func ping(t: String) throws {
        let (_, ana, _) = try scene.couple()
        scene.say(ana.socket, ["type": "state", "seq": 1, "audio": true, "video": true, "screen": false])
        scene.say(ana.socket, text: "{\"type\":\"ping\",\"t\":\(t)}")
        let pong = try #require(scene.heard(ana.socket).first)
        #expect(pong.text == "{\"type\":\"pong\",\"ack\":1,\"t\":\(t)}")
    }

    @Test("who comes back gets what was not acknowledged, under the old numbers, and nothing else")
    func replay() throws {
        let (room, ana, ben) = try scene.couple()
        for number in 1...3 {
            scene.say(
                ana.socket, ["type": "candidate", "seq": .integer(Int64(number)), "candidate": candidate(number)])
        }
        scene.say(ben.socket, ["type": "ping", "ack": 2])
        _ = scene.heard(ben.socket)
        scene.hangUp(ben.socket)
        scene.say(ana.socket, ["type": "candidate", "seq": 4, "candidate": candidate(4)])

        let socket = resume(ben, in: room.record.token, ack: 2)
        let heard = scene.heard(socket)
        #expect(heard.map { $0["type"] } == ["joined", "candidate", "candidate"])
        #expect(heard.map { $0["seq"] } == [nil, 3, 4])
        #expect(heard.dropFirst().map { $0["candidate"] } == [candidate(3), candidate(4)])
        #expect(heard.first?["peerId"]?.string == ben.peer)
        #expect(heard.first?["resume"]?.string == ben.resume)
        #expect(heard.first?["role"] == "answerer")
        #expect(scene.types(ana.socket) == ["peer-away", "peer-back"])
    }

    @Test("the page's own messages are taken once: repeats are ignored, joined.ack tells from where to resend")
    func repeats() throws {
        let (room, ana, ben) = try scene.couple()
        scene.say(ana.socket, ["type": "candidate", "seq": 1, "candidate": candidate(1)])
        scene.say(ana.socket, ["type": "candidate", "seq": 1, "candidate": candidate(9)])
        scene.hangUp(ana.socket)
        let socket = resume(ana, in: room.record.token, ack: 0)
        #expect(scene.heard(socket).first?["ack"] == 1)
        scene.say(socket, ["type": "candidate", "seq": 1, "candidate": candidate(1)])
        scene.say(socket, ["type": "candidate", "seq": 2, "candidate": candidate(2)])
        let candidates = scene.heard(ben.socket).compactMap { $0["candidate"] }
        #expect(candidates == [candidate(1), candidate(2)])
    }

    @Test("a gap closes the socket and keeps the seat")
    func gap() throws {
        let (room, ana, ben) = try scene.couple()
        scene.say(ana.socket, ["type": "candidate", "seq": 2, "candidate": candidate(1)])
        #expect(scene.closed[ana.socket] == .badMessage)
        #expect(scene.types(ben.socket) == ["peer-away"])
        let socket = resume(ana, in: room.record.token, ack: 1)
        #expect(scene.heard(socket).first?["ack"] == 0)
        #expect(scene.types(ben.socket) == ["peer-back"])
    }

    @Test("a message with a bad field counts, so that the page need not number again")
    func badMessageCounts() throws {
        let (_, ana, ben) = try scene.couple()
        scene.say(ana.socket, ["type": "offer", "seq": 1, "sdp": "x"])
        scene.say(ana.socket, ["type": "whatever", "seq": 2])
        scene.say(ana.socket, ["type": "offer", "seq": 3, "sdp": "v=0"])
        #expect(scene.heard(ana.socket).map { $0["code"] } == ["bad-message", "bad-message"])
        #expect(scene.types(ben.socket) == ["offer"])
    }

    @Test("a live seat is taken over: the old socket learns that it was opened elsewhere, the others learn nothing")
    func takeover() throws {
        let (room, ana, ben) = try scene.couple()
        let socket = resume(ana, in: room.record.token, ack: 1)
        #expect(scene.types(socket) == ["joined"])
        #expect(scene.closed[ana.socket] == .openedElsewhere)
        scene.hangUp(ana.socket)
        scene.say(ana.socket, ["type": "bye"])
        #expect(scene.types(ben.socket) == [])
        #expect(try scene.status(room.record.token).participants == 2)
    }

    @Test("an unknown resume token gets a fresh seat")
    func unknownResume() throws {
        let room = try scene.create()
        let socket = scene.connect(room.record.token)
        scene.say(socket, ["type": "join", "resume": "never given", "ack": 7])
        #expect(scene.heard(socket).first?["ack"] == 0)
    }

    @Test("a resume token of another room is unknown here")
    func foreignResume() throws {
        let (_, ana, _) = try scene.couple()
        let other = try scene.create()
        let socket = resume(ana, in: other.record.token, ack: 0)
        let joined = try #require(scene.heard(socket).first)
        #expect(joined["peerId"]?.string != ana.peer)
        #expect(scene.closed[ana.socket] == nil)
    }

    @Test("acknowledging what was never sent is a bad message, and changes nothing")
    func futureAck() throws {
        let (room, ana, _) = try scene.couple()
        scene.say(ana.socket, ["type": "ping", "ack": 2])
        #expect(scene.heard(ana.socket).map { $0["code"] } == ["bad-message"])
        let socket = resume(ana, in: room.record.token, ack: 99)
        #expect(scene.heard(socket).map { $0["code"] } == ["bad-message"])
        #expect(scene.closed[ana.socket] == nil)
    }

    @Test("a client that leaves numbers out is served without replay")
    func uncounted() throws {
        let (room, ana, ben) = try scene.couple()
        for number in 1...600 {
            scene.say(ana.socket, ["type": "candidate", "candidate": candidate(number)])
            scene.say(ben.socket, ["type": "candidate", "candidate": candidate(number)])
        }
        #expect(scene.heard(ben.socket).count == 600)
        scene.hangUp(ben.socket)
        scene.say(ana.socket, ["type": "candidate", "candidate": candidate(601)])
        let socket = resume(ben, in: room.record.token)
        #expect(scene.types(socket) == ["joined"])
    }

    @Test("a listener that never says a number is kept although hundreds of messages go unacknowledged")
    func silentListener() throws {
        let (_, ana, ben) = try scene.couple()
        for number in 1...600 { scene.say(ana.socket, ["type": "candidate", "candidate": candidate(number)]) }
        #expect(scene.heard(ben.socket).count == 600)
        #expect(scene.closed[ben.socket] == nil)
    }

    @Test("a seat for which more than 256 messages wait is lost")
    func tooManyWaiting() throws {
        let (room, ana, ben) = try scene.couple()
        scene.hangUp(ben.socket)
        for number in 1...256 {
            scene.say(
                ana.socket, ["type": "candidate", "seq": .integer(Int64(number)), "candidate": candidate(number)])
        }
        #expect(scene.types(ana.socket) == ["peer-away"])
        scene.say(ana.socket, ["type": "candidate", "seq": 257, "candidate": candidate(257)])
        let left = try #require(scene.heard(ana.socket).first)
        #expect(left["type"] == "peer-left")
        #expect(left["reason"] == "lost")
        #expect(scene.revoked == [ben.peer])
        let socket = resume(ben, in: room.record.token, ack: 0)
        #expect(scene.heard(socket).first?["peerId"]?.string != ben.peer)
    }

    @Test("a seat for which more than 1 MiB waits is lost, connected or not")
    func tooMuchWaiting() throws {
        let (_, ana, ben) = try scene.couple()
        scene.say(ben.socket, ["type": "ping", "ack": 0])
        let sdp = JSON.string("v=0" + String(repeating: "x", count: 60 * 1024 - 3))
        for number in 1...17 {
            scene.say(ana.socket, ["type": "offer", "seq": .integer(Int64(number)), "sdp": sdp])
        }
        #expect(scene.closed[ben.socket] == nil)
        scene.say(ana.socket, ["type": "offer", "seq": 18, "sdp": sdp])
        #expect(scene.closed[ben.socket] == .timedOut)
        #expect(scene.types(ana.socket) == ["peer-left"])
    }
}
