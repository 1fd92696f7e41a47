// SPDX-License-Identifier: Apache-2.0
import Crypto
import Signaling
import Testing
import Wire

@Suite("Who has the air")
struct FloorTests {
    let field = Field()

    @Test("PEER_INFO is the first frame and comes with every change")
    func peerInfo() throws {
        let ana = try field.join(as: "Ana")
        let alone = try field.info(ana)
        let you = try #require(alone["you"])
        #expect(alone == ["you": you, "talker": .null, "peers": [["peerId": you, "name": "Ana"]], "mime": .null])

        let ben = try field.join(as: "Ben \"B\"")
        let first = try #require(field.heard(ben).first)
        #expect(first.first == 0x14)
        let both = try field.info(ana)
        #expect(both["you"] == you)
        #expect(both["peers"]?.array?.compactMap { $0["name"]?.string } == ["Ana", "Ben \"B\""])

        field.send(ben, [0x01])
        #expect(try field.info(ana)["talker"] == both["peers"]?.array?.last?["peerId"])
        field.handle(.closed(ben))
        let after = try field.info(ana)
        #expect(after["talker"] == .null)
        #expect(after["peers"]?.array?.count == 1)
    }

    @Test("one talker at a time; the first press after a release wins")
    func floor() throws {
        let (ana, ben, cem) = (try field.join(), try field.join(), try field.join())
        for socket in [ana, ben, cem] { _ = field.heard(socket) }
        field.send(ana, [0x01])
        field.send(ben, [0x01])
        field.send(ana, [0x01])
        #expect(field.signals(ana) == [[0x10], [0x10]])
        #expect(field.signals(ben) == [[0x11]])
        #expect(field.signals(cem) == [])

        field.send(ben, [0x02])
        field.send(ben, [0x03, 1, 2, 3])
        #expect(field.signals(cem) == [])
        field.send(ana, [0x03, 9, 8])
        #expect(field.signals(ben) == [[0x13, 9, 8]])
        #expect(field.signals(cem) == [[0x13, 9, 8]])
        #expect(field.signals(ana) == [])

        field.send(ana, [0x02])
        for socket in [ana, ben, cem] { #expect(field.signals(socket) == [[0x12]]) }
        field.send(ana, [0x02])
        field.send(cem, [0x01])
        field.send(ben, [0x01])
        #expect(field.signals(cem) == [[0x10]])
        #expect(field.signals(ben) == [[0x11]])
    }

    @Test("of twenty who press at once exactly one is granted")
    func twenty() throws {
        let people = try (0..<20).map { try field.join(as: "P\($0)") }
        for socket in people { _ = field.heard(socket) }
        for socket in people { field.send(socket, [0x01]) }
        let answers = people.map { field.signals($0) }
        #expect(answers.filter { $0 == [[0x10]] }.count == 1)
        #expect(answers.filter { $0 == [[0x11]] }.count == 19)
    }

    @Test("five seconds without a chunk lose the air")
    func silence() throws {
        let (ana, ben) = (try field.join(), try field.join())
        field.send(ana, [0x01])
        field.wait(.milliseconds(4900))
        field.send(ana, [0x03, 1])
        field.wait(.milliseconds(4999))
        _ = field.heard(ana)
        _ = field.heard(ben)
        field.wait(.milliseconds(1))
        #expect(field.signals(ana) == [[0x12]])
        #expect(field.signals(ben) == [[0x12]])
        field.send(ana, [0x03, 2])
        #expect(field.signals(ben) == [])
    }

    @Test("after sixty seconds on air it is taken back, however much is said")
    func limit() throws {
        let (ana, ben) = (try field.join(), try field.join())
        field.send(ana, [0x01])
        for _ in 0..<59 {
            field.wait(.seconds(1))
            field.send(ana, [0x03, 1])
        }
        #expect(!field.signals(ben).contains([0x12]))
        field.wait(.seconds(1))
        #expect(field.signals(ben) == [[0x12]])
        #expect(field.events.count == 1)
    }

    @Test("a talker who vanishes frees the air")
    func vanished() throws {
        let (ana, ben) = (try field.join(), try field.join())
        field.send(ana, [0x01])
        _ = field.heard(ben)
        field.handle(.closed(ana))
        #expect(field.signals(ben) == [[0x12]])
        field.send(ben, [0x01])
        #expect(field.signals(ben) == [[0x10]])
    }

    @Test("a ping comes back as a pong with its payload")
    func ping() throws {
        let ana = try field.join()
        _ = field.heard(ana)
        field.send(ana, [0x04])
        field.send(ana, [0x04] + Array(0..<16))
        let longest: [UInt8] = [0x15] + Array(0..<16)
        #expect(field.heard(ana) == [[0x15], longest])
    }

    @Test(
        "what is no message closes with 4400",
        arguments: [
            [], [0x00], [0x06], [0x10], [0x11], [0x12], [0x13, 1], [0x14], [0x15], [0xFF], [0x01, 0], [0x02, 0],
            [0x04] + [UInt8](repeating: 0, count: 17),
        ] as [[UInt8]])
    func badFrames(frame: [UInt8]) throws {
        let (ana, ben) = (try field.join(), try field.join())
        field.send(ana, [0x01])
        _ = field.heard(ben)
        field.send(ana, frame)
        #expect(field.closed[ana] == .badMessage)
        // The talker is gone, and with it the talk.
        #expect(field.signals(ben) == [[0x12]])
    }

    @Test("text closes with 1003")
    func text() throws {
        let ana = try field.join()
        field.handle(.text(ana))
        #expect(field.closed[ana] == .unsupportedData)
    }

    // MARK: Every verb, from everywhere

    enum Place: CaseIterable { case sameRoom, otherRoom, noRoom, left }

    @Test(
        "every verb reaches only those in the sender's own room",
        arguments: [[0x01], [0x02], [0x03, 7], [0x04, 7], [0x05]] as [[UInt8]], Place.allCases)
    func reach(verb: [UInt8], place: Place) throws {
        let (ana, ben) = (try field.join(), try field.join())
        let sender: Socket
        switch place {
        case .sameRoom: sender = try field.join()
        case .otherRoom: sender = try field.join("garden")
        case .noRoom: sender = Socket(99)
        case .left:
            sender = try field.join()
            field.handle(.closed(sender))
        }
        for socket in [ana, ben, sender] { _ = field.heard(socket) }
        field.send(sender, verb)
        field.send(sender, [0x03, 8])
        let reaches = place == .sameRoom && verb == [0x01]
        #expect(field.signals(ana) == (reaches ? [[0x13, 8]] : []))
        #expect(field.signals(ben) == (reaches ? [[0x13, 8]] : []))
        let isInside = place == .sameRoom || place == .otherRoom
        let answer: [[UInt8]] = !isInside ? [] : verb == [0x01] ? [[0x10]] : verb == [0x04, 7] ? [[0x15, 7]] : []
        #expect(field.signals(sender) == answer)
    }

    @Test("a full room closes with 4409; an empty one is forgotten with its talk")
    func lives() throws {
        var settings = Talkie.Settings()
        settings.maxPeople = 2
        let field = Field(settings: settings)
        let (ana, ben, cem) = (try field.join(), try field.join(), try field.join())
        #expect(field.closed[cem] == .full)
        field.send(ana, [0x01])
        field.send(ana, [0x03, 1])
        field.send(ana, [0x02])
        field.handle(.closed(ana))
        field.handle(.closed(ben))
        let dan = try field.join()
        field.send(dan, [0x05])
        #expect(field.signals(dan) == [])
    }

    @Test("in a large room comings and goings are told together, and in the end everybody knows who is there")
    func largeRoom() throws {
        let people = try (0..<200).map { try field.join(as: "P\($0)") }
        let frames = people.reduce(0) { $0 + field.heard($1).count }
        #expect(frames < 2000)
        field.wait(.seconds(1))
        for socket in people { #expect(try field.info(socket)["peers"]?.array?.count == 200) }
    }

    @Test("5,000 seeded random frames leave one talker or none, and never trap")
    func garbage() throws {
        var random = RandomStream(testSeed: 4)
        var people = try (0..<6).map { _ in try field.join() }
        var talkers: Set<Socket> = []
        for _ in 0..<5000 {
            let index = Int(random.below(6))
            if random.below(50) == 0 {
                field.handle(.closed(people[index]))
                talkers.remove(people[index])
                people[index] = try field.join()
            }
            field.send(people[index], [UInt8(random.below(7))] + random.bytes(Int(random.below(3))))
            if random.below(4) == 0 { field.wait(.milliseconds(Int64(random.below(3000)))) }
            for (place, socket) in people.enumerated() {
                for frame in field.heard(socket) {
                    if frame == [0x10] { talkers.insert(socket) }
                    if frame == [0x12] { talkers.remove(socket) }
                }
                if field.closed[socket] != nil {
                    talkers.remove(socket)
                    people[place] = try field.join()
                }
            }
            #expect(talkers.count <= 1)
        }
    }
}
