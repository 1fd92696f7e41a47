// SPDX-License-Identifier: Apache-2.0
import Signaling
import Testing
import Wire

@Suite("The owner of a channel")
struct ChannelOwnerTests {
    let hall = ChannelHall()
    let ben: Person
    let yard: Name

    init() throws {
        ben = Person(id: "ben-id", name: try #require(Name("Ben")))
        yard = try #require(Name("yard"))
        _ = try hall.create(["name": "yard", "kind": "text"])
        _ = try hall.create(["name": "porch", "kind": "voice"])
    }

    @Test("renames it: those inside stay inside, and what waits for the disk arrives under the new name")
    func rename() throws {
        let cem = hall.join(.text, "yard", as: "Cem")
        hall.diskIsSlow = true
        hall.say(cem, ["type": "message", "channel": "yard", "text": "on its way"])
        let garden = try #require(Name("garden"))
        _ = try hall.own { channels, now in try channels.rename("yard", to: garden, by: hall.ana, now: now) }
        #expect(hall.changes.last == .renamed(yard, to: garden))
        let told = hall.heard(cem)
        #expect(told.first?["type"] == "renamed" && told.first?["name"] == "garden")
        hall.writeAll()
        let message = try #require(hall.heard(cem).first)
        #expect(message["type"] == "message" && message["channel"] == "garden")
        hall.diskIsSlow = false
        hall.say(cem, ["type": "message", "channel": "garden", "text": "there"])
        #expect(hall.types(cem) == ["message"])
        hall.say(cem, ["type": "message", "channel": "yard", "text": "nowhere"])
        #expect(hall.codes(cem) == ["no-such-channel"])
        // The old name is free again, for another channel.
        _ = try hall.create(["name": "yard", "kind": "text"])
        hall.say(cem, ["type": "message", "channel": "yard", "text": "not joined"])
        #expect(hall.codes(cem) == ["not-joined"])
    }

    @Test("closes it: everybody is put out, and voice credentials are taken back")
    func close() throws {
        let cem = hall.join(.text, "yard", as: "Cem")
        try hall.own { channels, now in try channels.close("yard", by: hall.ana, now: now) }
        #expect(hall.types(cem) == ["closed"])
        hall.say(cem, ["type": "message", "channel": "yard", "text": "hello?"])
        #expect(hall.codes(cem) == ["no-such-channel"])
        #expect(hall.changes.last == .closed(yard))
        let dan = hall.join(.voice, "porch", as: "Dan")
        try hall.own { channels, now in try channels.close("porch", by: hall.ana, now: now) }
        #expect(hall.types(dan) == ["closed"] && hall.revoked.count == 1)
        #expect(hall.list().array?.contains { $0["name"] == "porch" } == false)
    }

    @Test("kicks one, who may come back; and bans one, who may not, by person and by address")
    func kick() throws {
        let cem = hall.connect(.text, from: .v4(0xCB00_7101))
        hall.say(cem, ["type": "join", "channel": "yard", "name": "Cem"])
        let peer = try #require(hall.heard(cem).first?["peerId"]?.string)
        try hall.own { channels, now in try channels.kick(peer, from: "yard", ban: false, by: hall.ana, now: now) }
        #expect(hall.heard(cem).first?["banned"] == false)
        hall.say(cem, ["type": "join", "channel": "yard", "name": "Cem"])
        #expect(hall.types(cem) == ["presence"])
        try hall.own { channels, now in try channels.kick(peer, from: "yard", ban: true, by: hall.ana, now: now) }
        #expect(hall.heard(cem).first?["banned"] == true)
        let again = hall.connect(.text, from: .v4(0xCB00_7101))
        hall.say(again, ["type": "join", "channel": "yard", "name": "Cem"])
        #expect(hall.codes(again) == ["banned"])
        hall.wait(.seconds(86_401))
        hall.say(again, ["type": "join", "channel": "yard", "name": "Cem"])
        #expect(hall.types(again) == ["welcome", "presence"])
    }

    @Test("bans a person for good, and forgives")
    func forgive() throws {
        let ana = hall.connect(.text, from: .v4(0xCB00_7102))
        hall.say(ana, ["type": "auth", "userId": "ana-id", "secret": "right"])
        hall.say(ana, ["type": "join", "channel": "yard", "name": "Ana"])
        let peer = try #require(hall.heard(ana).first?["peerId"]?.string)
        try hall.own { channels, now in try channels.kick(peer, from: "yard", ban: true, by: hall.ana, now: now) }
        #expect(try hall.own { channels, _ in try channels.bans(in: "yard", for: hall.ana) }.array?.count == 1)
        let elsewhere = hall.connect(.text, from: .v4(0xCB00_7103))
        hall.say(elsewhere, ["type": "auth", "userId": "ana-id", "secret": "right"])
        hall.say(elsewhere, ["type": "join", "channel": "yard", "name": "Ana"])
        #expect(hall.codes(elsewhere) == ["banned"])
        try hall.own { channels, _ in try channels.forgive("ana-id", in: "yard", by: hall.ana) }
        hall.say(elsewhere, ["type": "join", "channel": "yard", "name": "Ana"])
        #expect(hall.types(elsewhere) == ["welcome", "presence"])
    }

    @Test("is the one who made it, and nobody else; a channel of the configuration has none")
    func others() throws {
        typealias Refusal = Channels.Refusal
        let name = try #require(Name("garden"))
        hall.own { channels, now in
            for (channel, person, refusal) in [
                ("yard", ben, Refusal.notOwner), ("general", hall.ana, .notOwner),
                ("nowhere", hall.ana, .unknownChannel),
            ] {
                #expect(throws: refusal) { _ = try channels.rename(channel, to: name, by: person, now: now) }
                #expect(throws: refusal) { try channels.close(channel, by: person, now: now) }
                #expect(throws: refusal) { try channels.kick("x", from: channel, ban: true, by: person, now: now) }
                #expect(throws: refusal) { _ = try channels.bans(in: channel, for: person) }
                #expect(throws: refusal) { try channels.forgive("x", in: channel, by: person) }
            }
            #expect(throws: Refusal.nameTaken) {
                _ = try channels.rename("yard", to: try #require(Name("Lounge")), by: hall.ana, now: now)
            }
            #expect(throws: Refusal.unknownPeer) {
                try channels.kick("x", from: "yard", ban: false, by: hall.ana, now: now)
            }
        }
    }
}

@Suite("Who watches the voice channels from outside")
struct WatchingTests {
    let hall = ChannelHall()

    @Test("sees who is inside, who is muted and who speaks, until they want to no more")
    func watch() throws {
        let ana = hall.join(.text, "general", as: "Ana")
        hall.say(ana, ["type": "watch", "on": true])
        #expect(hall.types(ana) == ["voice", "voice"])
        let ben = hall.join(.voice, "Lounge", as: "Ben")
        #expect(hall.heard(ana).last?["people"]?.array?.first?["name"] == "Ben")
        hall.say(ben, ["type": "speaking", "on": true])
        #expect(hall.heard(ana).last?["people"]?.array?.first?["speaking"] == true)
        hall.say(ben, ["type": "state", "muted": true, "deafened": false])
        #expect(hall.heard(ana).last?["people"]?.array?.first?["muted"] == true)
        hall.handle(.closed(ben))
        #expect(hall.heard(ana).last?["people"]?.array?.isEmpty == true)
        hall.say(ana, ["type": "watch", "on": false])
        _ = hall.join(.voice, "Lounge", as: "Cem")
        #expect(hall.heard(ana).isEmpty)
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
