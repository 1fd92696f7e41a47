// SPDX-License-Identifier: Apache-2.0
import Signaling
import Testing
import Wire

@Suite("The lives of rooms and seats")
struct LivesTests {
    let scene = Scene()

    /// Pings every five seconds for a while, as pages do.
    func keepAlive(_ sockets: [Socket], for seconds: Int) {
        for _ in 0..<seconds / 5 {
            scene.wait(.seconds(5))
            for socket in sockets { scene.say(socket, ["type": "ping", "t": 0]) }
        }
    }

    // MARK: Seats

    @Test("a seat is kept for 45 seconds after its socket died", arguments: [(44, true), (46, false)])
    func seatIsKept(seconds: Int, kept: Bool) throws {
        let (room, ana, ben) = try scene.couple()
        scene.hangUp(ben.socket)
        #expect(scene.types(ana.socket) == ["peer-away"])
        #expect(try scene.status(room.record.token).participants == 2)
        for second in 1...seconds {
            scene.wait(.seconds(1))
            if second % 5 == 0 { scene.say(ana.socket, ["type": "ping"]) }
        }
        let told = scene.heard(ana.socket).filter { $0["type"] != "pong" }
        #expect(told.map { $0["type"] } == (kept ? [] : ["peer-left"]))
        #expect(told.compactMap { $0["reason"] } == (kept ? [] : ["lost"]))
        #expect(scene.revoked == (kept ? [] : [ben.peer]))
        let socket = scene.connect(room.record.token)
        scene.say(socket, ["type": "join", "resume": .string(ben.resume)])
        #expect((scene.heard(socket).first?["peerId"]?.string == ben.peer) == kept)
    }

    @Test("a page that is silent for 12 seconds is away, and back with its next word")
    func silence() throws {
        let (_, ana, ben) = try scene.couple()
        keepAlive([ana.socket], for: 10)
        _ = scene.heard(ana.socket)
        scene.wait(.milliseconds(1_900))
        #expect(scene.heard(ana.socket) == [])
        scene.wait(.milliseconds(100))
        #expect(scene.types(ana.socket) == ["peer-away"])
        #expect(scene.closed[ben.socket] == nil)
        scene.say(ben.socket, ["type": "ping"])
        #expect(scene.types(ana.socket) == ["peer-back"])
    }

    @Test("a page silent for 12 + 45 seconds is lost and its socket timed out")
    func longSilence() throws {
        let (_, ana, ben) = try scene.couple()
        keepAlive([ana.socket], for: 55)
        #expect(scene.closed[ben.socket] == nil)
        scene.wait(.seconds(2))
        #expect(scene.closed[ben.socket] == .timedOut)
        #expect(scene.types(ana.socket).last == "peer-left")
    }

    @Test("a socket that has no seat may be silent")
    func silentStranger() throws {
        let room = try scene.create()
        let socket = scene.connect(room.record.token)
        scene.wait(.seconds(300))
        #expect(scene.closed[socket] == nil)
    }

    @Test("fresh servers come two minutes before the old credentials run out")
    func freshServers() throws {
        let ana = try scene.join(try scene.create().record.token)
        keepAlive([ana.socket], for: 3475)
        #expect(!scene.types(ana.socket).contains("ice"))
        keepAlive([ana.socket], for: 10)
        let ice = try #require(scene.heard(ana.socket).first { $0["type"] == "ice" })
        #expect(ice["seq"] == 1)
        #expect(ice["iceServers"]?.array?.count == 1)
        #expect(try #require(ice["iceExpiresAt"]?.string) > scene.now.time.description)
    }

    @Test("credentials that live two minutes are replaced at half their life")
    func shortCredentials() throws {
        let scene = Scene(credentials: .seconds(120))
        let ana = try scene.join(try scene.create().record.token)
        for _ in 0..<24 {
            scene.wait(.seconds(5))
            scene.say(ana.socket, ["type": "ping"])
        }
        #expect(scene.types(ana.socket).filter { $0 == "ice" }.count == 2)
    }

    // MARK: Rooms

    @Test("without ttl every join moves the end to seven days ahead")
    func movingEnd() throws {
        let room = try scene.create()
        #expect(room.record.expiresAt == scene.now.time + .seconds(7 * 86_400))
        scene.wait(.seconds(6 * 86_400))
        let ana = try scene.join(room.record.token)
        #expect(try scene.status(room.record.token).record.expiresAt == scene.now.time + .seconds(7 * 86_400))
        #expect(scene.persisted.last?.expiresAt == scene.now.time + .seconds(7 * 86_400))
        scene.say(ana.socket, ["type": "bye"])
        scene.wait(.seconds(7 * 86_400 - 1))
        _ = try scene.status(room.record.token)
        scene.wait(.seconds(1))
        #expect(throws: Rooms.Refusal.over) { try scene.status(room.record.token) }
    }

    @Test("nobody is put out of a room without ttl, however long the call")
    func longCall() throws {
        var settings = Rooms.Settings()
        settings.lifetime = .seconds(600)
        let scene = Scene(settings: settings)
        let room = try scene.create()
        let ana = try scene.join(room.record.token)
        for _ in 0..<400 {
            scene.wait(.seconds(5))
            scene.say(ana.socket, ["type": "ping"])
        }
        #expect(scene.closed[ana.socket] == nil)
        #expect(try scene.status(room.record.token).participants == 1)
    }

    @Test("with ttl the end is fixed, and those inside are told")
    func fixedEnd() throws {
        let (room, ana, ben) = try scene.couple(RoomRequest(ttl: .seconds(60)))
        let stranger = scene.connect(room.record.token)
        keepAlive([ana.socket, ben.socket], for: 55)
        #expect(scene.closed[ana.socket] == nil)
        scene.wait(.seconds(5))
        for socket in [ana.socket, ben.socket, stranger] {
            let last = try #require(scene.heard(socket).last)
            #expect(last["type"] == "ended")
            #expect(last["reason"] == "expired")
            #expect(scene.closed[socket] == .ended)
        }
        #expect(scene.persisted.last?.end == .expired)
        #expect(Set(scene.revoked) == [ana.peer, ben.peer])
    }

    @Test("a wall clock that is set forward ends a room within the hour")
    func clockStep() throws {
        // The machine looks at the wall clock once an hour at least, whatever it expected.
        let (room, ana, _) = try scene.couple(RoomRequest(ttl: .seconds(86_400)))
        keepAlive([ana.socket], for: 20)
        scene.setWallClock(ahead: .seconds(2 * 86_400))
        keepAlive([ana.socket], for: 3600)
        #expect(scene.closed[ana.socket] == .ended)
        #expect(throws: Rooms.Refusal.over) { try scene.status(room.record.token) }
    }

    @Test("a one-time room ends when two were inside and one leaves, not before")
    func oneTime() throws {
        let room = try scene.create(RoomRequest(oneTime: true))
        let early = try scene.join(room.record.token)
        scene.say(early.socket, ["type": "bye"])
        let ana = try scene.join(room.record.token)
        let ben = try scene.join(room.record.token)
        _ = scene.heard(ana.socket)
        scene.hangUp(ben.socket)
        #expect(scene.types(ana.socket) == ["peer-away"])
        keepAlive([ana.socket], for: 45)
        let told = scene.heard(ana.socket).filter { $0["type"] != "pong" }
        #expect(told.map { $0["type"] } == ["peer-left", "ended"])
        #expect(told.last?["reason"] == "one-time")
        #expect(scene.closed[ana.socket] == .ended)
        #expect(throws: Rooms.Refusal.over) { try scene.status(room.record.token) }
    }

    @Test("an ended room is remembered for 30 days, then forgotten")
    func forgetting() throws {
        let room = try scene.create()
        try scene.end(room.record.token, key: room.ownerKey)
        scene.wait(.seconds(30 * 86_400 - 3600))
        #expect(throws: Rooms.Refusal.over) { try scene.status(room.record.token) }
        scene.wait(.seconds(7200))
        #expect(throws: Rooms.Refusal.unknownRoom) { try scene.status(room.record.token) }
        #expect(scene.forgotten == [room.record.token])
    }

    @Test("no more rooms are made than the operator allows; ended ones make room, and the oldest that nobody entered")
    func limit() throws {
        var settings = Rooms.Settings()
        settings.limit = 2
        let scene = Scene(settings: settings)
        let first = try scene.create()
        let second = try scene.create()
        _ = try scene.join(first.record.token)
        let third = try scene.create()
        #expect(scene.forgotten == [second.record.token])
        _ = try scene.join(third.record.token)
        #expect(throws: Rooms.Refusal.tooManyRooms) { try scene.create() }
        try scene.end(first.record.token, key: first.ownerKey)
        let fourth = try scene.create()
        #expect(scene.forgotten == [second.record.token, first.record.token])
        _ = try scene.create()
        #expect(scene.forgotten.last == fourth.record.token)
    }

    @Test("one address has so many rooms, and others are not touched")
    func limitOfAddress() throws {
        var settings = Rooms.Settings()
        settings.limitPerAddress = 2
        let scene = Scene(settings: settings)
        let network = UInt128(0x2A00_0000_0000_0001) << 64
        for number in 1...2 { _ = try scene.create(by: .v6(network | UInt128(number))) }
        #expect(throws: Rooms.Refusal.tooManyRoomsOfAddress) { try scene.create(by: .v6(network | 9)) }
        _ = try scene.create(by: .v4(0x0909_0909))
        for _ in 0..<5 { _ = try scene.create() }
    }

    @Test("a room that is made at the limit costs a look at a few, whatever there are")
    func workAtTheLimit() throws {
        var settings = Rooms.Settings()
        settings.limit = 3000
        let scene = Scene(settings: settings)
        for _ in 0..<3000 { _ = try scene.join(try scene.create().record.token) }
        for _ in 0..<10 { #expect(throws: Rooms.Refusal.tooManyRooms) { try scene.create() } }
        #expect(scene.looks <= 10 * 64)
    }

    @Test("after a restart links are good, ended ones are over, and a resume token gets a fresh seat")
    func restart() throws {
        let (room, ana, _) = try scene.couple()
        let ended = try scene.create()
        try scene.end(ended.record.token, key: ended.ownerKey)
        let next = Scene(seed: 2)
        next.handle(.restored([room.record, try #require(scene.persisted.last)]))
        #expect(try next.status(room.record.token).participants == 0)
        #expect(throws: Rooms.Refusal.over) { try next.status(ended.record.token) }
        let socket = next.connect(room.record.token)
        next.say(socket, ["type": "join", "resume": .string(ana.resume), "ack": 5])
        #expect(next.heard(socket).first?["role"] == "offerer")
        try next.end(room.record.token, key: room.ownerKey)
    }
}
