// SPDX-License-Identifier: Apache-2.0
import Signaling
import Testing
import Wire

@Suite("The owner of a channel keeps order: the owner")
struct ModerationTests {
    let hall = ChannelHall()
    let yard: Name

    init() throws {
        yard = try #require(Name("yard"))
        _ = try hall.create(["name": "yard", "kind": "text"])
        _ = try hall.create(["name": "porch", "kind": "voice"])
    }

    /// Somebody with a name and perhaps a person behind it, in the yard; what they are called by the server.
    private func guest(_ name: String, _ address: UInt32, secret: String? = nil) throws -> (
        socket: Socket, peer: String
    ) {
        let socket = hall.connect(.text, from: .v4(address))
        if let secret { hall.say(socket, ["type": "auth", "userId": "cem-id", "secret": .string(secret)]) }
        hall.say(socket, ["type": "join", "channel": "yard", "name": .string(name)])
        return (socket, try #require(hall.heard(socket).first?["peerId"]?.string))
    }

    @Test("a ban holds on every socket of the person and of the address: for writing, editing, deleting and reading")
    func everySocket() throws {
        let phone = try guest("Cem", 0xCB00_7101, secret: "right")
        let laptop = try guest("Cem", 0xCB00_7102, secret: "right")
        let neighbour = try guest("Dan", 0xCB00_7101)
        let other = try guest("Eva", 0xCB00_7103)
        hall.say(phone.socket, ["type": "message", "channel": "yard", "text": "hello"])
        for each in [phone, laptop, neighbour, other] { _ = hall.heard(each.socket) }
        try hall.own { channels, now in
            try channels.kick(phone.peer, from: "yard", ban: true, by: hall.ana, now: now)
        }
        for each in [phone, laptop, neighbour] {
            #expect(hall.heard(each.socket).first { $0["type"] == "kicked" }?["banned"] == true)
            hall.say(each.socket, ["type": "message", "channel": "yard", "text": "still here"])
            hall.say(each.socket, ["type": "edit", "id": "0000000000000001", "text": "spam"])
            hall.say(each.socket, ["type": "delete", "id": "0000000000000001"])
            hall.say(each.socket, ["type": "join", "channel": "yard", "name": "Nobody"])
            #expect(hall.codes(each.socket) == ["not-joined", "not-yours", "not-yours", "banned"])
        }
        #expect(!hall.types(other.socket).contains("kicked") && hall.disk.first?.message.text == "hello")
        let fresh = hall.connect(.text, from: .v4(0xCB00_7109))
        hall.say(fresh, ["type": "auth", "userId": "cem-id", "secret": "right"])
        hall.say(fresh, ["type": "edit", "id": "0000000000000001", "text": "spam"])
        #expect(hall.codes(fresh) == ["not-yours"])
        let (cem, far) = (Person(id: "cem-id", name: try #require(Name("Cem"))), IPAddress.v4(0xCB00_7109))
        let verdicts = hall.own { channels, now in
            [
                channels.isBanned(cem, at: far, from: yard, now: now),
                channels.isBanned(nil, at: .v4(0xCB00_7101), from: yard, now: now),
                channels.isBanned(hall.ana, at: .v4(0xCB00_7101), from: yard, now: now),
                channels.isBanned(nil, at: far, from: yard, now: now),
            ]
        }
        #expect(verdicts == [true, true, false, false], "the owner may live at the address of somebody who is banned")
    }

    @Test("kicks a person from every socket, and nobody else at the address")
    func kickPerson() throws {
        let phone = try guest("Cem", 0xCB00_7101, secret: "right")
        let laptop = try guest("Cem", 0xCB00_7102, secret: "right")
        let neighbour = try guest("Dan", 0xCB00_7101)
        try hall.own { channels, now in
            try channels.kick(phone.peer, from: "yard", ban: false, by: hall.ana, now: now)
        }
        for each in [phone, laptop] { #expect(hall.types(each.socket).contains("kicked")) }
        #expect(!hall.types(neighbour.socket).contains("kicked"))
    }

    @Test("deletes what others wrote there, and edits it not; and has no such right elsewhere")
    func moderate() throws {
        let cem = try guest("Cem", 0xCB00_7101)
        hall.say(cem.socket, ["type": "message", "channel": "yard", "text": "one"])
        let ana = hall.connect(.text, from: .v4(0xCB00_7102))
        hall.say(ana, ["type": "auth", "userId": "ana-id", "secret": "right"])
        hall.say(ana, ["type": "join", "channel": "general", "name": "Ana"])
        hall.say(ana, ["type": "delete", "id": "0000000000000001"])
        #expect(hall.codes(ana) == ["not-yours"], "from where she is not, she deletes nothing")
        hall.say(ana, ["type": "join", "channel": "yard", "name": "Ana"])
        _ = hall.heard(cem.socket)
        hall.say(ana, ["type": "edit", "id": "0000000000000001", "text": "two"])
        #expect(hall.codes(ana) == ["not-yours"])
        hall.say(ana, ["type": "delete", "id": "0000000000000001"])
        #expect(hall.types(cem.socket) == ["deleted"])
        let dan = hall.join(.text, "general", as: "Dan")
        hall.say(dan, ["type": "message", "channel": "general", "text": "three"])
        hall.say(ana, ["type": "delete", "id": "0000000000000002"])
        #expect(hall.codes(ana) == ["not-yours"])
    }

    static let lookalikes = [
        "yard\u{200B}", "ya\u{2060}rd", "y\u{FE0F}ard", "yard ", " yard", "yard\u{3000}", "\u{FF39}ARD", "Yard", "YARD",
        "\u{443}ard", "y\u{430}rd", "\u{1D432}ard", "\u{24E8}ard", "\u{FF59}\u{FF41}\u{FF52}\u{FF44}", "y\u{AD}ard",
        "ya\u{433}d", "уаrԁ",
    ]

    @Test("no channel is made or renamed to look like another one", arguments: lookalikes)
    func looks(_ name: String) throws {
        #expect(throws: Channels.Refusal.looksLike(yard)) { try hall.create(["name": .string(name), "kind": "text"]) }
        _ = try hall.create(["name": "garden", "kind": "text"])
        let wish = try #require(Name(name))
        #expect(throws: Channels.Refusal.looksLike(yard)) {
            try hall.own { channels, now in try channels.rename("garden", to: wish, by: hall.ana, now: now) }
        }
        _ = try hall.own { channels, now in try channels.rename("yard", to: wish, by: hall.ana, now: now) }
    }

    @Test(
        "names that only begin alike, or are of another script altogether, are channels of their own",
        arguments: ["yards", "yard 2", "двор", "庭", "ya rd", "bard", "Info", "mail", "mall"])
    func different(_ name: String) throws {
        _ = try hall.create(["name": .string(name), "kind": "text"])
        #expect(throws: Channels.Refusal.nameTaken) { try hall.create(["name": .string(name), "kind": "text"]) }
    }

    @Test("a name is free again when its channel is closed or renamed")
    func freed() throws {
        try hall.own { channels, now in try channels.close("yard", by: hall.ana, now: now) }
        _ = try hall.create(["name": "Yard", "kind": "text"])
        let garden = try #require(Name("garden"))
        _ = try hall.own { channels, now in try channels.rename("Yard", to: garden, by: hall.ana, now: now) }
        _ = try hall.create(["name": "YARD", "kind": "text"])
    }
}
