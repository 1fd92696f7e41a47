// SPDX-License-Identifier: Apache-2.0
import Signaling
import Testing
import Wire

@Suite("Voice channels")
struct VoiceChannelTests {
    let hall = ChannelHall()

    func enter(_ channel: String = "Lounge", as name: String = "x") throws -> (
        socket: Socket, peer: String, joined: JSON
    ) {
        let socket = hall.connect(.voice)
        hall.say(socket, ["type": "join", "channel": .string(channel), "name": .string(name)])
        let joined = try #require(hall.heard(socket).first)
        return (socket, joined["peerId"]?.string ?? "", joined)
    }

    @Test("whoever joins learns who is inside and gets servers; the others learn who joined")
    func joining() throws {
        let ana = try enter(as: "Ana")
        #expect(ana.joined["peers"] == [])
        #expect(ana.joined["iceServers"]?.array?.first?["username"]?.string == ana.peer)
        #expect(ana.joined["iceExpiresAt"] != nil)
        hall.say(ana.socket, ["type": "state", "muted": true, "deafened": false])
        let ben = try enter(as: "Ben")
        let entry: JSON = ["peerId": .string(ana.peer), "name": "Ana", "muted": true, "deafened": false]
        #expect(ben.joined["peers"] == [entry])
        #expect(
            hall.heard(ana.socket) == [
                [
                    "type": "peer-joined", "peerId": .string(ben.peer), "name": "Ben", "muted": false,
                    "deafened": false,
                ]
            ])
        let lounge = hall.list().array?.first { $0["name"] == "Lounge" }
        #expect(lounge?["people"] == ["Ana", "Ben"])
        #expect(lounge?["online"] == 2)
    }

    @Test("the ninth finds the channel full, and gets in when somebody leaves")
    func full() throws {
        let people = try (0..<8).map { try enter(as: "P\($0)") }
        let ninth = hall.connect(.voice)
        hall.say(ninth, ["type": "join", "channel": "Lounge", "name": "x"])
        #expect(hall.codes(ninth) == ["room-full"])
        hall.say(people[3].socket, ["type": "leave"])
        hall.say(ninth, ["type": "join", "channel": "Lounge", "name": "x"])
        #expect(hall.types(ninth) == ["joined"])
    }

    @Test("a lost socket has left at once; whoever leaves may join another channel")
    func leaving() throws {
        let (ana, ben) = (try enter(), try enter())
        _ = hall.heard(ana.socket)
        hall.handle(.closed(ben.socket))
        #expect(hall.heard(ana.socket).map { $0["peerId"]?.string } == [ben.peer])
        #expect(hall.revoked == [ben.peer])
        hall.say(ana.socket, ["type": "join", "channel": "Attic", "name": "x"])
        #expect(hall.codes(ana.socket) == ["bad-message"])
        hall.say(ana.socket, ["type": "leave"])
        hall.say(ana.socket, ["type": "join", "channel": "Attic", "name": "x"])
        #expect(hall.types(ana.socket) == ["joined"])
    }

    @Test("fresh servers come before the old run out")
    func renewal() throws {
        let ana = try enter()
        hall.wait(.seconds(479))
        #expect(hall.heard(ana.socket) == [])
        hall.wait(.seconds(1))
        #expect(hall.types(ana.socket) == ["ice"])
    }

    enum Place: CaseIterable { case sameChannel, otherChannel, beforeJoin, afterLeave }

    static let verbs: [JSON] = [
        ["type": "offer", "sdp": "v=0"], ["type": "answer", "sdp": "v=0"], ["type": "candidate", "candidate": ""],
        ["type": "state", "muted": true, "deafened": true], ["type": "speaking", "on": true], ["type": "leave"],
        ["type": "ping", "t": 1], ["type": "unknown"],
    ]

    @Test("every verb reaches only those in the sender's own channel", arguments: verbs, Place.allCases)
    func reach(verb: JSON, place: Place) throws {
        let (ana, ben) = (try enter(), try enter())
        let sender: Socket
        switch place {
        case .sameChannel: sender = try enter().socket
        case .otherChannel: sender = try enter("Attic").socket
        case .beforeJoin: sender = hall.connect(.voice)
        case .afterLeave:
            sender = try enter().socket
            hall.say(sender, ["type": "leave"])
        }
        for socket in [ana.socket, ben.socket, sender] { _ = hall.heard(socket) }
        let type = verb["type"]?.string ?? ""
        let isSignal = ["offer", "answer", "candidate"].contains(type)
        hall.say(sender, .object((verb.object ?? []) + (isSignal ? [.init("to", .string(ana.peer))] : [])))

        let (toAna, toBen, answer) = (hall.types(ana.socket), hall.types(ben.socket), hall.heard(sender))
        let isInside = place == .sameChannel || place == .otherChannel
        switch (place, type) {
        case (.sameChannel, "state"), (.sameChannel, "speaking"): #expect((toAna, toBen) == ([type], [type]))
        case (.sameChannel, "leave"): #expect((toAna, toBen) == (["peer-left"], ["peer-left"]))
        case (.sameChannel, _) where isSignal: #expect((toAna, toBen) == ([type], []))
        default: #expect((toAna, toBen) == ([], []))
        }
        switch type {
        case "ping": #expect(answer.map { $0["type"] } == ["pong"])
        case "unknown": #expect(answer.map { $0["code"] } == ["bad-message"])
        case _ where !isInside: #expect(answer.map { $0["code"] } == ["not-joined"])
        case _ where isSignal && place == .otherChannel: #expect(answer.map { $0["code"] } == ["no-such-peer"])
        default: #expect(answer == [])
        }
    }

    @Test("a signal says who sent it, whatever the page claims")
    func from() throws {
        let (ana, ben) = (try enter(), try enter())
        _ = hall.heard(ana.socket)
        hall.say(ben.socket, ["type": "offer", "sdp": "v=0", "to": .string(ana.peer), "from": "x"])
        #expect(hall.heard(ana.socket) == [["type": "offer", "from": .string(ben.peer), "sdp": "v=0"]])
        hall.say(ben.socket, ["type": "offer", "sdp": "v=0"])
        hall.say(ben.socket, ["type": "offer", "sdp": "v=0", "to": .string(ben.peer)])
        hall.say(ben.socket, ["type": "state", "muted": 1, "deafened": false])
        hall.say(ben.socket, ["type": "join", "channel": "general", "name": "x"])
        #expect(hall.codes(ben.socket) == ["bad-message", "no-such-peer", "bad-message", "no-such-channel"])
        #expect(hall.heard(ana.socket) == [])
    }

    @Test("the relay knows who is inside and where they are reached, before the others do")
    func scope() throws {
        let (ana, ben) = (try enter(as: "Ana"), try enter(as: "Ben"))
        let joined = hall.takeScopes()
        guard case .joined(ana.peer, let room, false)? = joined.first else {
            Issue.record("\(joined)")
            return
        }
        #expect(joined.last == .joined(peer: ben.peer, room: room, isGuest: false))
        let candidate: JSON = ["candidate": "candidate:1 1 udp 1 203.0.113.5 9 typ host", "sdpMid": "0"]
        hall.say(ana.socket, ["type": "candidate", "to": .string(ben.peer), "candidate": candidate])
        hall.say(ana.socket, ["type": "candidate", "to": .string(ben.peer), "candidate": candidate])
        #expect(hall.takeScopes() == [.signalled([.v4(0xCB00_7105)], peer: ana.peer)])
        let elsewhere = try enter("Attic", as: "Cem")
        guard case .joined(elsewhere.peer, let other, false)? = hall.takeScopes().first else {
            Issue.record("nothing was told of the other channel")
            return
        }
        #expect(other != room)
    }

    @Test("who sits down again on the same socket has credentials that were never taken back")
    func again() throws {
        let ana = try enter(as: "Ana")
        hall.say(ana.socket, ["type": "leave"])
        #expect(hall.revoked == [ana.peer])
        hall.say(ana.socket, ["type": "join", "channel": "Lounge", "name": "Ana"])
        let joined = try #require(hall.heard(ana.socket).last)
        let name = try #require(joined["iceServers"]?.array?.first?["username"]?.string)
        #expect(joined["peerId"]?.string == name && !hall.revoked.contains(name))
    }
}
