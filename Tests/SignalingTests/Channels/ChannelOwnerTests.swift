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

    @Test("has so many channels, and may have another when one is closed")
    func limit() throws {
        // Two are there already.
        for number in 100..<148 { _ = try hall.create(["name": .string("field \(number)"), "kind": "text"]) }
        #expect(throws: Channels.Refusal.tooManyOfOne) { try hall.create(["name": "meadow", "kind": "text"]) }
        try hall.own { channels, now in try channels.close("field 107", by: hall.ana, now: now) }
        _ = try hall.create(["name": "meadow", "kind": "text"])
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
}
