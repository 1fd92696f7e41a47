// SPDX-License-Identifier: Apache-2.0
import Crypto
import Signaling
import Store
import Testing
import Wire

@Suite("The store")
struct StoreTests {
    static let now = Moment(instant: Instant(nanoseconds: 1), time: UnixTime(milliseconds: 1_790_000_000_123))

    /// Rooms of every kind, as the machine makes them: plain, with everything, ended.
    static func rooms() throws -> [RoomRecord] {
        var rooms = Rooms(random: RandomStream(testSeed: 7)) { _, now in ICEServers(servers: [], expiresAt: now) }
        _ = try rooms.create(RoomRequest(), now: now)
        _ = try rooms.create(
            RoomRequest(ttl: .seconds(60), maxParticipants: 4, oneTime: true, pin: "пин'); DROP TABLE rooms; --"),
            now: now)
        let ended = try rooms.create(RoomRequest(), now: now)
        try rooms.end(ended.record.token, ownerKey: ended.ownerKey, now: now + .seconds(5))
        var records: [RoomRecord] = []
        while let output = rooms.nextOutput() { if case .persist(let record) = output { records.append(record) } }
        return records
    }

    @Test("gives back every room as it was last persisted, after the database was closed")
    func rooms() throws {
        let folder = Folder()
        let records = try Self.rooms()
        #expect(records.count == 4)
        do {
            let store = try Store(path: folder.database)
            for record in records { try store.persist(record) }
        }
        let store = try Store(path: folder.database)
        let found = Dictionary(uniqueKeysWithValues: try store.allRooms().map { ($0.token, $0) })
        #expect(found.count == 3)
        for record in [records[0], records[1], records[3]] { #expect(found[record.token] == record) }
        #expect(found[records[3].token]?.end == .owner)

        try store.forgetRoom(records[0].token)
        #expect(try store.allRooms().count == 2)
    }

    @Test("lives in memory when there is no file")
    func memory() throws {
        let store = try Store(path: nil)
        for record in try Self.rooms() { try store.persist(record) }
        #expect(try store.allRooms().count == 3)
        let other = try Store(path: nil)
        #expect(try other.allRooms().isEmpty)
    }

    @Test("a transaction that fails leaves nothing behind")
    func transaction() throws {
        let store = try Store(path: nil)
        let records = try Self.rooms()
        #expect(throws: StoreError.self) {
            try store.transaction { (store) throws(StoreError) in
                try store.persist(records[0])
                try store.connection.execute("INSERT INTO nowhere VALUES (1)")
            }
        }
        #expect(try store.allRooms().isEmpty)
        try store.transaction { (store) throws(StoreError) in
            for record in records { try store.persist(record) }
        }
        #expect(try store.allRooms().count == 3)
    }

    /// The problem of whatever `body` throws.
    func problem(_ body: () throws -> Void) -> StoreError.Problem? {
        do {
            try body()
            return nil
        } catch {
            let error = error as? StoreError
            #expect(error?.description.hasPrefix("database: while ") == true)
            return error?.problem
        }
    }

    @Test("a folder that does not exist is told, with the setting to look at")
    func noFolder() {
        #expect(problem { _ = try Store(path: "/nonexistent/folder/db") } == .cannotOpen)
        do {
            _ = try Store(path: "/nonexistent/folder/db")
        } catch {
            #expect(
                error.description
                    == "database: while opening “/nonexistent/folder/db”: unable to open database file; "
                    + "the folder of “data-dir” must exist and be writable by the service")
        }
    }

    @Test("a file that is no database is refused")
    func garbage() {
        let folder = Folder()
        folder.write(
            Array("this is a letter to my aunt, long enough for a header of a hundred bytes\n".utf8)
                + Array(repeating: 0x41, count: 4096), to: "db")
        #expect(problem { _ = try Store(path: folder.database) } == .notADatabase)
    }

    @Test("a damaged database is found out by whoever looks for damage, at the latest")
    func damage() throws {
        let folder = Folder()
        do {
            let store = try Store(path: folder.database)
            for record in try Self.rooms() { try store.persist(record) }
            try store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        }
        var bytes = folder.read("db")
        #expect(bytes.count >= 8192)
        // The page of the table, not the header.
        for index in 4096..<8192 { bytes[index] = UInt8(truncatingIfNeeded: index &* 37) }
        folder.write(bytes, to: "copy")
        let opening = problem { _ = try Store(path: folder.path + "/copy") }
        if opening == nil {
            let reader = try Reader(path: folder.path + "/copy")
            let damage = try reader.damage()
            #expect(damage != nil)
        } else {
            #expect(opening == .corrupt)
        }
    }

    @Test("a full disk is an error, and the store works again when there is space")
    func diskFull() throws {
        let folder = Folder()
        let store = try Store(path: folder.database)
        var rooms = Rooms(random: RandomStream(testSeed: 7)) { _, now in ICEServers(servers: [], expiresAt: now) }
        try store.connection.execute("PRAGMA max_page_count = 8")
        var written = 0
        let full = problem {
            while written < 10_000 {
                try store.persist(try rooms.create(RoomRequest(pin: "1"), now: Self.now).record)
                written += 1
            }
        }
        #expect(full == .diskFull)
        #expect(try store.allRooms().count == written)
        try store.connection.execute("PRAGMA max_page_count = 100000")
        try store.persist(try rooms.create(RoomRequest(), now: Self.now).record)
        #expect(try store.allRooms().count == written + 1)
    }

    @Test("a database that may not be written is an error, and can still be read")
    func readOnly() throws {
        let store = try Store(path: nil)
        let records = try Self.rooms()
        try store.persist(records[0])
        try store.connection.execute("PRAGMA query_only = ON")
        #expect(problem { try store.persist(records[1]) } == .readOnly)
        #expect(try store.allRooms().count == 1)
    }

    @Test("a database of a later layout is refused and left alone")
    func tooNew() throws {
        let folder = Folder()
        do {
            let store = try Store(path: folder.database)
            try store.connection.execute("PRAGMA user_version = 1000")
        }
        guard case .tooNew(1000, _)? = problem({ _ = try Store(path: folder.database) }) else {
            Issue.record("opened")
            return
        }
    }

    @Test("text, numbers, bytes and nothing come back as they went in")
    func values() throws {
        let connection = try Connection(path: nil)
        let statement = try connection.prepare("SELECT ?, ?, ?, ?, ?")
        let text = "a\u{0}b'\"🐦"
        try statement.run([.null, .integer(.min), .text(text), .blob([0, 255]), .blob([])])
        let row = try statement.first([.null, .integer(.min), .text(text), .blob([0, 255]), .blob([])]) {
            (row) throws(StoreError) in
            (row.isNull(0), row.integer(1), row.text(2), row.blob(3), row.isNull(4), row.blob(4))
        }
        #expect(row?.0 == true)
        #expect(row?.1 == .min)
        #expect(row?.2 == text)
        #expect(row?.3 == [0, 255])
        #expect(row?.4 == false)
        #expect(row?.5 == [])
        #expect(throws: StoreError.self) { try statement.run(Array(repeating: .null, count: 6)) }
    }

    @Test("keeps whom the operator bans, whom a channel is given to, and forgets a person with the ban and a chat")
    func orders() throws {
        let store = try Store(path: nil)
        let (time, name) = (UnixTime(seconds: 1_790_000_000), try #require(Name("harbour")))
        let ban = PersonBan(person: "ben", reason: "spam", at: time)
        try store.add(PersonRecord(id: "ben", name: name, secretHash: [1], createdAt: time))
        try store.ban(PersonBan(person: "ben", reason: nil, at: time))
        try store.ban(ban)
        try store.persist(ChatRecord(id: "c", members: ["ana", "ben"], createdAt: time))
        #expect(try store.allPersonBans() == [ban])
        for owner in ["ana", "ben"] {
            let record = ChannelRecord(name: name, kind: .text, owner: owner, createdAt: time)
            try store.persist(ChannelChange.given(record))
            #expect(try store.allChannels() == [record])
        }
        try store.forgetChat("c")
        try store.deletePerson("ben")
        #expect(try store.allPersonBans().isEmpty && store.allPeople().isEmpty && store.allChats().isEmpty)
    }
}
