// SPDX-License-Identifier: Apache-2.0
import Signaling
import Testing
import Wire

@Suite("The operator of the server keeps order in channels that belong to nobody, too")
struct OperatorTests {
    let hall = ChannelHall()
    let general: Name
    let cem: Person

    init() throws {
        general = try #require(Name("general"))
        cem = Person(id: "cem-id", name: try #require(Name("Cem")))
    }

    @Test("a ban of a person holds for voice from any address, and a kick ends all of their sockets there")
    func voice() throws {
        _ = try hall.create(["name": "porch", "kind": "voice"])
        let addresses: [UInt32] = [0xCB00_7101, 0xCB00_7102, 0xCB00_7103]
        let sockets = addresses.map { address -> Socket in
            let socket = hall.connect(.voice, from: .v4(address))
            hall.say(socket, ["type": "auth", "userId": "cem-id", "secret": "right"])
            hall.say(socket, ["type": "join", "channel": "porch", "name": "Cem"])
            return socket
        }
        let other = hall.join(.voice, "porch", as: "Eva")
        let peer = try #require(hall.heard(sockets[0]).first { $0["type"] == "joined" }?["peerId"]?.string)
        try hall.own { channels, now in
            try channels.kick(peer, from: "porch", ban: true, by: hall.ana, now: now)
        }
        for socket in sockets {
            #expect(hall.types(socket).contains("kicked"))
            hall.say(socket, ["type": "join", "channel": "porch", "name": "Nobody"])
            #expect(hall.codes(socket) == ["banned"])
        }
        #expect(!hall.types(other).contains("kicked"))
        let moved = hall.connect(.voice, from: .v4(0xCB00_7199))
        hall.say(moved, ["type": "auth", "userId": "cem-id", "secret": "right"])
        hall.say(moved, ["type": "join", "channel": "porch", "name": "Cem"])
        #expect(hall.codes(moved) == ["banned"])
    }

    @Test("who says to be somebody and is not is put out of voice, and nobody becomes another one inside")
    func identity() {
        let liar = hall.connect(.voice)
        hall.say(liar, ["type": "auth", "userId": "cem-id", "secret": "wrong"])
        #expect(hall.closed[liar] == .forbidden)
        let inside = hall.join(.voice, "Lounge", as: "Cem")
        hall.say(inside, ["type": "auth", "userId": "cem-id", "secret": "right"])
        #expect(hall.codes(inside) == ["bad-message"] && hall.closed[inside] == nil)
    }

    @Test("a channel of the configuration gets an owner, who is still its owner after a restart")
    func given() throws {
        let record = try hall.own { channels, _ in try channels.give("general", to: cem) }
        #expect(record.owner == "cem-id" && hall.changes == [.given(record)])
        let bans = try hall.own { channels, _ in try channels.bans(in: "general", for: cem) }
        #expect(bans == [])
        let next = ChannelHall()
        next.handle(.restored([record], []))
        #expect(next.channel("general")?.owner == "cem-id")
        let voice = ChannelRecord(name: general, kind: .voice, owner: "cem-id", createdAt: record.createdAt)
        let other = ChannelHall()
        other.handle(.restored([voice], []))
        #expect(other.channel("general")?.owner == nil, "the configuration has made another kind of it")
    }

    @Test("a channel of the configuration is not deleted, one of somebody is, and both can be emptied")
    func deleted() throws {
        _ = try hall.create(["name": "yard", "kind": "text"])
        #expect(throws: Channels.Refusal.configured) {
            try hall.own { channels, _ in try channels.delete("general", saying: nil) }
        }
        #expect(throws: Channels.Refusal.unknownChannel) {
            try hall.own { channels, _ in try channels.delete("nowhere", saying: nil) }
        }
        let guest = hall.join(.text, "yard", as: "Eva")
        try hall.own { channels, now in try channels.end("yard", saying: "drill", now: now) }
        let kicked = hall.heard(guest).first { $0["type"] == "kicked" }
        #expect(kicked?["banned"] == false && kicked?["message"] == "drill")
        hall.say(guest, ["type": "join", "channel": "yard", "name": "Eva"])
        try hall.own { channels, _ in try channels.delete("yard", saying: nil) }
        #expect(hall.heard(guest).last?["type"] == "closed" && hall.channel("yard") == nil)
    }

    @Test("whoever is at a banned address is put out, and is let in again when that is lifted")
    func address() throws {
        let near = hall.connect(.text, from: .v4(0xCB00_7101))
        let far = hall.connect(.text, from: .v4(0xCB00_7102))
        for socket in [near, far] { hall.say(socket, ["type": "join", "channel": "general", "name": "Eva"]) }
        for socket in [near, far] { _ = hall.heard(socket) }
        try hall.own { channels, now in
            try channels.ban(.address(.v4(0xCB00_7101)), from: "general", saying: nil, now: now)
        }
        #expect(hall.types(near).contains("kicked") && !hall.types(far).contains("kicked"))
        #expect(throws: Channels.Refusal.unknownPeer) {
            try hall.own { channels, _ in try channels.forgive("203.0.113.9", in: "general") }
        }
        try hall.own { channels, _ in try channels.forgive("203.0.113.1", in: "general") }
        hall.say(near, ["type": "join", "channel": "general", "name": "Eva"])
        #expect(hall.codes(near) == [])
    }

    @Test("a person is put out of everything at once")
    func dismissed() {
        let text = hall.connect(.text)
        let voice = hall.connect(.voice)
        let other = hall.join(.text, "general", as: "Eva")
        for (socket, channel) in [(text, "general"), (voice, "Lounge")] {
            hall.say(socket, ["type": "auth", "userId": "cem-id", "secret": "right"])
            hall.say(socket, ["type": "join", "channel": .string(channel), "name": "Cem"])
        }
        let count = hall.own { channels, now in channels.dismiss("cem-id", saying: "enough", now: now) }
        #expect(count == 2 && hall.closed[text] == .forbidden && hall.closed[voice] == .forbidden)
        #expect(hall.heard(voice).last?["message"] == "enough" && hall.closed[other] == nil)
        #expect(hall.revoked.count == 1)
    }
}
