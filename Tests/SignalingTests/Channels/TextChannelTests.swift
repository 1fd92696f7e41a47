// SPDX-License-Identifier: Apache-2.0
import Signaling
import Testing
import Wire

@Suite("Text channels")
struct TextChannelTests {
    let hall = ChannelHall()

    @Test("the first join is welcomed, and everybody is told who is there")
    func joining() throws {
        let ana = hall.connect(.text)
        hall.say(ana, ["type": "join", "channel": "general", "name": "Ana"])
        let heard = hall.heard(ana)
        #expect(heard.map { $0["type"] } == ["welcome", "presence"])
        let peer = try #require(heard.first?["peerId"])
        let mark = JSON.string(AuthorMark.of("socket:\(peer.string ?? "")"))
        #expect(heard.first?["name"] == "Ana")
        #expect(heard.first?["channels"]?.array?.compactMap { $0["name"] } == ["general", "Lounge", "other", "Attic"])
        #expect(
            heard.last == [
                "type": "presence", "channel": "general", "online": [["peerId": peer, "name": "Ana", "mark": mark]],
            ])

        let ben = hall.connect(.text)
        hall.say(ben, ["type": "join", "channel": "general", "name": "Ben"])
        #expect(hall.heard(ana).last?["online"]?.array?.compactMap { $0["name"] } == ["Ana", "Ben"])
        hall.say(ben, ["type": "join", "channel": "other", "name": "Benny"])
        #expect(hall.types(ben) == ["welcome", "presence", "presence"])
        #expect(hall.heard(ana) == [])
        hall.handle(.closed(ben))
        #expect(hall.heard(ana).last?["online"]?.array?.count == 1)
    }

    @Test("a message is on disk before anybody hears of it, and comes in the order of the disk")
    func onDiskFirst() throws {
        let (ana, ben) = (hall.join(.text, "general", as: "Ana"), hall.join(.text, "general", as: "Ben"))
        let cem = hall.join(.text, "other", as: "Cem")
        _ = hall.heard(ana)
        hall.diskIsSlow = true
        hall.say(ana, ["type": "message", "channel": "general", "text": "one", "nonce": "a"])
        hall.say(ben, ["type": "message", "channel": "general", "text": "two\n🐦"])
        #expect(hall.heard(ana) == [])
        #expect(hall.heard(ben) == [])
        hall.writeAll()
        let heard = hall.heard(ana)
        #expect(heard == hall.heard(ben))
        let marks = heard.compactMap { $0["mark"] }
        #expect(marks.count == 2 && marks[0] != marks[1])
        #expect(
            heard == [
                [
                    "type": "message", "id": "0000000000000001", "channel": "general", "author": "Ana",
                    "mark": marks[0], "text": "one",
                    "sentAt": .string(hall.now.time.description), "nonce": "a",
                ],
                [
                    "type": "message", "id": "0000000000000002", "channel": "general", "author": "Ben",
                    "mark": marks[1], "text": "two\n🐦", "sentAt": .string(hall.now.time.description),
                ],
            ])
        #expect(hall.heard(cem) == [])
    }

    @Test("a repeated nonce is told again to its author only")
    func nonce() throws {
        let (ana, ben) = (hall.join(.text, "general", as: "Ana"), hall.join(.text, "general", as: "Ben"))
        _ = hall.heard(ana)
        for _ in 0..<2 { hall.say(ana, ["type": "message", "channel": "general", "text": "x", "nonce": "n"]) }
        #expect(hall.heard(ana).map { $0["id"] } == ["0000000000000001", "0000000000000001"])
        #expect(hall.heard(ben).count == 1)
    }

    @Test("a full disk is told to the writer, and nobody hears the message")
    func fullDisk() {
        let (ana, ben) = (hall.join(.text, "general", as: "Ana"), hall.join(.text, "general", as: "Ben"))
        _ = hall.heard(ana)
        hall.diskIsFull = true
        hall.say(ana, ["type": "message", "channel": "general", "text": "x"])
        #expect(hall.codes(ana) == ["not-saved"])
        #expect(hall.heard(ben) == [])
    }

    @Test("one edits and deletes one's own messages only; with a person's secret, from any socket")
    func ownership() throws {
        func socket(_ secret: String?) -> Socket {
            let socket = hall.connect(.text)
            if let secret { hall.say(socket, ["type": "auth", "userId": "ana-id", "secret": .string(secret)]) }
            hall.say(socket, ["type": "join", "channel": "general", "name": "Ana"])
            return socket
        }
        let (phone, laptop, stranger) = (socket("right"), socket("right"), socket(nil))
        hall.say(phone, ["type": "message", "channel": "general", "text": "x"])
        for socket in [phone, laptop, stranger] { _ = hall.heard(socket) }
        hall.say(stranger, ["type": "edit", "id": "0000000000000001", "text": "y"])
        hall.say(stranger, ["type": "delete", "id": "0000000000000001"])
        hall.say(stranger, ["type": "delete", "id": "one"])
        #expect(hall.codes(stranger) == ["not-yours", "not-yours", "not-yours"])
        hall.say(laptop, ["type": "edit", "id": "0000000000000001", "text": "y"])
        hall.say(laptop, ["type": "delete", "id": "0000000000000001"])
        let heard = hall.heard(stranger)
        #expect(heard.map { $0["type"] } == ["edited", "deleted"])
        #expect(heard.first?["text"] == "y")
        #expect(heard.first?["editedAt"] != nil)
        #expect(heard.last == ["type": "deleted", "id": "0000000000000001", "channel": "general"])

        let impostor = socket("wrong")
        #expect(hall.closed[impostor] == .forbidden)
    }

    @Test("whoever is silent about who they are owns a message for the life of the socket")
    func anonymous() {
        let ana = hall.join(.text, "general", as: "Ana")
        hall.say(ana, ["type": "message", "channel": "general", "text": "x"])
        hall.handle(.closed(ana))
        let again = hall.join(.text, "general", as: "Ana")
        hall.say(again, ["type": "delete", "id": "0000000000000001"])
        #expect(hall.codes(again) == ["not-yours"])
    }

    @Test("typing is told to the others, at most once a second")
    func typing() {
        let (ana, ben) = (hall.join(.text, "general", as: "Ana"), hall.join(.text, "general", as: "Ben"))
        _ = hall.heard(ana)
        for _ in 0..<3 { hall.say(ana, ["type": "typing", "channel": "general"]) }
        hall.wait(.seconds(1))
        hall.say(ana, ["type": "typing", "channel": "general"])
        #expect(hall.heard(ben).map { $0["name"] } == ["Ana", "Ana"])
        #expect(hall.heard(ana) == [])
    }

    static let bad: [(JSON, String)] = [
        (["type": "join", "channel": "nowhere", "name": "x"], "no-such-channel"),
        (["type": "join", "channel": "Lounge", "name": "x"], "no-such-channel"),
        (["type": "join", "channel": "general", "name": ""], "bad-message"),
        (["type": "join", "channel": "general"], "bad-message"), (["type": "join", "name": "x"], "bad-message"),
        (["type": "message", "channel": "other", "text": "x"], "not-joined"),
        (["type": "typing", "channel": "other"], "not-joined"), (["type": "leave", "channel": "other"], "not-joined"),
        (["type": "message", "channel": "nowhere", "text": "x"], "no-such-channel"),
        (["type": "message", "channel": "general", "text": " \n\u{2003}\t"], "bad-message"),
        (["type": "message", "channel": "general", "text": ""], "bad-message"),
        (["type": "message", "channel": "general", "text": 7], "bad-message"),
        (["type": "message", "channel": "general", "text": "x", "nonce": ""], "bad-message"),
        (["type": "message", "channel": "general", "text": "x", "nonce": 1], "bad-message"),
        (
            ["type": "message", "channel": "general", "text": .string(String(repeating: "x", count: 4001))],
            "bad-message"
        ),
        (["type": "edit", "id": 1, "text": "x"], "bad-message"),
        (["type": "edit", "id": "1", "text": " "], "bad-message"),
        (["type": "auth", "userId": "ana-id", "secret": "right"], "bad-message"), (["type": "shout"], "bad-message"),
    ]

    @Test("what cannot be done is told, disturbs nobody and closes nothing", arguments: bad)
    func refusals(message: JSON, code: String) {
        let (ana, ben) = (hall.join(.text, "general", as: "Ana"), hall.join(.text, "general", as: "Ben"))
        let cem = hall.join(.text, "other", as: "Cem")
        _ = hall.heard(ana)
        hall.say(ana, message)
        let heard = hall.heard(ana)
        #expect(heard.map { $0["code"]?.string } == [code])
        #expect(heard.first?["channel"] == message["channel"])
        #expect(hall.heard(ben) == [])
        #expect(hall.heard(cem) == [])
        #expect(hall.closed.isEmpty)
    }

    @Test("what is no message closes with 4400", arguments: ["", "[]", "{}", "{\"type\":2}"])
    func notAMessage(text: String) {
        let ana = hall.join(.text, "general", as: "Ana")
        hall.handle(.text(ana, Array(text.utf8)))
        #expect(hall.closed[ana] == .badMessage)
    }

    @Test("too much that waits for the disk is refused")
    func backlog() {
        let ana = hall.join(.text, "general", as: "Ana")
        hall.diskIsSlow = true
        for _ in 0..<65 { hall.say(ana, ["type": "message", "channel": "general", "text": "x"]) }
        #expect(hall.codes(ana) == ["rate-limited"])
        hall.writeAll()
        #expect(hall.types(ana).count == 64)
        hall.say(ana, ["type": "message", "channel": "general", "text": "x"])
        #expect(hall.orders.count == 1)
    }

    @Test("channels are made by people, listed unless asked not to be, and kept over a restart")
    func making() throws {
        let record = try hall.create(["name": "Küche", "kind": "text"])
        #expect(record.owner == "ana-id")
        let hidden = try hall.create(["name": "attic stairs", "kind": "voice", "unlisted": true])
        #expect(throws: Channels.Refusal.nameTaken) { try hall.create(["name": "Ku\u{308}che", "kind": "voice"]) }
        #expect(hall.persisted == [record, hidden])
        #expect(
            hall.list().array?.compactMap { $0["name"]?.string } == ["general", "Lounge", "other", "Attic", "Küche"])
        #expect(hall.channel("attic stairs", key: hidden.key)?.isUnlisted == true && record.key == nil)
        #expect(hall.channel("nowhere") == nil)

        let next = ChannelHall()
        next.handle(.restored(hall.persisted, []))
        #expect(next.channel("Küche") == record)
        for body in [[], ["name": ""], ["name": "x"], ["name": "x", "kind": "tv"]] as [JSON] {
            #expect(throws: RoomRequest.Problem.self) { try hall.create(body) }
        }
    }

    @Test("an unlisted channel is there for its owner and for whoever has its key, and for nobody who guesses its name")
    func key() throws {
        let text = try hall.create(["name": "cellar", "kind": "text", "unlisted": true])
        let voice = try hall.create(["name": "vault", "kind": "voice", "unlisted": true])
        let key = try #require(text.key)
        #expect(key.count >= 21 && key != voice.key)
        for (record, kind, first) in [(text, ChannelRecord.Kind.text, "welcome"), (voice, .voice, "joined")] {
            let name = JSON.string(record.name.description)
            let wrong: [JSON] = ["", "guess", .string(String((record.key ?? "").dropLast()))]
            for key in wrong {
                let stranger = hall.connect(kind)
                hall.say(stranger, ["type": "join", "channel": name, "name": "Eva"])
                hall.say(stranger, ["type": "join", "channel": name, "name": "Eva", "key": key])
                #expect(hall.codes(stranger) == ["no-such-channel", "no-such-channel"])
            }
            let guest = hall.connect(kind)
            hall.say(guest, ["type": "join", "channel": name, "name": "Eva", "key": .string(record.key ?? "")])
            #expect(hall.types(guest).first == first)
            let owner = hall.connect(kind)
            hall.say(owner, ["type": "auth", "userId": "ana-id", "secret": "right"])
            hall.say(owner, ["type": "join", "channel": name, "name": "Ana"])
            #expect(hall.types(owner).first == first)
        }
        #expect(hall.channel("cellar") == nil && hall.channel("cellar", key: "guess") == nil)
        #expect(hall.channel("cellar", key: key) == text && hall.channel("cellar", for: hall.ana) == text)
        let mine = hall.list(for: hall.ana).array?.first { $0["name"] == "cellar" }
        #expect(mine?["key"] == .string(key))
        let renamed = try hall.own { channels, now in
            try channels.rename("cellar", to: try #require(Name("garret")), by: hall.ana, now: now)
        }
        #expect(renamed.key == key)
    }

    @Test("in a large channel comings are told together, and in the end everybody knows who is there")
    func largeChannel() {
        let people = (0..<120).map { index -> Socket in
            let socket = hall.connect(.text)
            hall.say(socket, ["type": "join", "channel": "general", "name": .string("P\(index)")])
            return socket
        }
        hall.wait(.seconds(1))
        var frames = 0
        for socket in people {
            let heard = hall.heard(socket)
            frames += heard.count
            #expect(heard.last?["online"]?.array?.count == 120)
        }
        #expect(frames < 1500)
    }
}
