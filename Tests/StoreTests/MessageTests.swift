// SPDX-License-Identifier: Apache-2.0
import Crypto
import Signaling
import Store
import Testing
import Wire

@Suite("Messages on disk")
struct MessageTests {
    let start = UnixTime(milliseconds: 1_790_000_000_000)
    let general: Name
    let other: Name
    let ana: Name

    init() throws {
        general = try #require(Name("general"))
        other = try #require(Name("other"))
        ana = try #require(Name("Ana"))
    }

    func draft(_ text: String, in channel: Name? = nil, by key: String = "ana", nonce: String? = nil, after: Int = 0)
        -> MessageWrite
    {
        .append(
            MessageDraft(
                channel: channel ?? general, authorKey: key, author: ana, text: text, nonce: nonce,
                sentAt: start + .seconds(after)))
    }

    /// Of somebody who is in the channel.
    func rights(_ key: String, in channels: Set<Name>? = nil, owned: Set<Name> = []) -> MessageRights {
        MessageRights(authorKey: key, channels: channels ?? [general], owned: owned)
    }

    func texts(_ database: Database, _ side: HistoryQuery.Side = .newest, words: String? = nil, limit: Int = 50)
        throws -> [String]
    {
        try database.reader.history(HistoryQuery(channel: general, side: side, words: words, limit: limit)).map(\.text)
    }

    @Test("come back oldest first, from either side, and only from their channel")
    func history() throws {
        let database = try Database()
        var numbers: [Int64] = []
        for index in 0..<10 {
            guard case .appended(let message) = try database.store.write(draft("\(index)", after: index)) else {
                Issue.record("not appended")
                return
            }
            numbers.append(message.number)
            _ = try database.store.write(draft("elsewhere", in: other))
        }
        #expect(numbers == numbers.sorted())
        let ids = numbers.map(ChannelMessage.id)
        #expect(ids == ids.sorted())
        #expect(ids.map(ChannelMessage.number(ofID:)) == numbers)
        #expect(try texts(database) == (0..<10).map(String.init))
        #expect(try texts(database, limit: 3) == ["7", "8", "9"])
        #expect(try texts(database, .before(numbers[7]), limit: 3) == ["4", "5", "6"])
        #expect(try texts(database, .after(numbers[1]), limit: 3) == ["2", "3", "4"])
        #expect(try texts(database, .after(numbers[9])) == [])
    }

    @Test("the same nonce of the same author in a channel within a day makes no second message")
    func nonces() throws {
        let database = try Database()
        let first = try database.store.write(draft("one", nonce: "n"))
        guard case .appended(let message) = first else {
            Issue.record("not appended")
            return
        }
        #expect(try database.store.write(draft("two", nonce: "n", after: 86_399)) == .repeated(message))
        for write in [
            draft("other author", by: "ben", nonce: "n"), draft("other channel", in: other, nonce: "n"),
            draft("other nonce", nonce: "m"), draft("no nonce"), draft("a day later", nonce: "n", after: 86_400),
        ] {
            guard case .appended = try database.store.write(write) else {
                Issue.record("taken for a repeat: \(write)")
                return
            }
        }
    }

    @Test("only the author edits and deletes, and a number is never used again")
    func ownership() throws {
        let database = try Database()
        guard case .appended(let message) = try database.store.write(draft("one")) else {
            Issue.record("not appended")
            return
        }
        let later = start + .seconds(5)
        #expect(try database.store.write(.edit(message.number, rights("ben"), text: "x", at: later)) == .notYours)
        #expect(try database.store.write(.delete(message.number, rights("ben"))) == .notYours)
        #expect(try database.store.write(.delete(99, rights("ana"))) == .notYours)
        guard
            case .edited(let edited) = try database.store.write(
                .edit(message.number, rights("ana"), text: "uno", at: later))
        else {
            Issue.record("not edited")
            return
        }
        #expect((edited.text, edited.editedAt) == ("uno", later))
        #expect(edited.mark == message.mark && edited.mark == AuthorMark.of("ana"))
        // Whoever is in the channel no more changes nothing there, and who made another channel nothing here.
        #expect(
            try database.store.write(.edit(message.number, rights("ana", in: []), text: "x", at: later)) == .notYours)
        #expect(try database.store.write(.delete(message.number, rights("ana", in: [other]))) == .notYours)
        #expect(
            try database.store.write(.delete(message.number, rights("ben", in: [general, other], owned: [other])))
                == .notYours)
        #expect(edited.sentAt == message.sentAt)
        #expect(
            try database.store.write(.delete(message.number, rights("ana")))
                == .deleted(message.number, channel: general))
        #expect(try texts(database) == [])
        guard case .appended(let next) = try database.store.write(draft("two")) else {
            Issue.record("not appended")
            return
        }
        #expect(next.number > message.number)
        let owner = rights("ben", owned: [general])
        #expect(try database.store.write(.edit(next.number, owner, text: "x", at: later)) == .notYours)
        #expect(try database.store.write(.delete(next.number, owner)) == .deleted(next.number, channel: general))
    }

    static let searches: [(String, [String])] = [
        ("tern", ["Arctic terns fly far", "tern"]), ("arctic FLY", ["Arctic terns fly far"]),
        ("fly tern", ["Arctic terns fly far"]),
        ("крачк", ["Полярная крачка"]), ("creme", ["crème brûlée"]), ("\"", []), ("*", []), ("tern OR x", []),
        ("a\"b", ["say a\"b"]), ("NEAR(", []), ("   ", []), ("'; DROP TABLE messages; --", []), ("gone", []),
        ("new", ["new words"]),
    ]

    @Test("are found by their words, or the beginnings of words", arguments: searches)
    func search(words: String, found: [String]) throws {
        let database = try Database()
        for text in [
            "Arctic terns fly far", "tern", "Полярная крачка", "crème brûlée", "say a\"b", "gone", "old words",
        ] {
            _ = try database.store.write(draft(text))
        }
        _ = try database.store.write(draft("tern", in: other))
        let all = try database.reader.history(HistoryQuery(channel: general))
        let gone = try #require(all.first { $0.text == "gone" })
        let old = try #require(all.first { $0.text == "old words" })
        _ = try database.store.write(.delete(gone.number, rights("ana")))
        _ = try database.store.write(.edit(old.number, rights("ana"), text: "new words", at: start))
        #expect(try texts(database, words: words) == found)
        #expect(try texts(database, .after(0), words: words) == found)
    }

    @Test("are let go of when they are older than the operator keeps them")
    func retention() throws {
        let database = try Database()
        for index in 0..<10 { _ = try database.store.write(draft("\(index)", after: index)) }
        #expect(try database.tidy(keepingSince: start + .seconds(6)) == 1)
        #expect(try texts(database) == ["6", "7", "8", "9"])
        #expect(try texts(database, words: "5") == [])
    }

    @Test("and people and channels are there after a restart; a database of the first layout is brought up to date")
    func restart() throws {
        let folder = Folder()
        do {
            let connection = try Connection(path: folder.database)
            try connection.execute(
                """
                CREATE TABLE rooms (token TEXT PRIMARY KEY, owner_key_hash BLOB NOT NULL, ttl INTEGER,
                    max_participants INTEGER NOT NULL, one_time INTEGER NOT NULL, pin_hash BLOB,
                    created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, end_reason TEXT, ended_at INTEGER
                ) STRICT, WITHOUT ROWID;
                PRAGMA user_version = 1;
                """)
        }
        var people = People(random: RandomStream(testSeed: 3))
        let made = people.create(ana, now: start)
        let person = try #require(made).record
        let channel = ChannelRecord(name: other, kind: .voice, owner: person.id, isUnlisted: true, createdAt: start)
        do {
            let store = try Store(path: folder.database)
            try store.add(person)
            try store.persist(.made(channel))
            try store.persist(.made(channel))
            _ = try store.write(draft("still here"))
            #expect(throws: StoreError.self) { try store.add(person) }
        }
        let store = try Store(path: folder.database)
        #expect(try store.allPeople() == [person])
        #expect(try store.allChannels() == [channel])
        let found = try Reader(path: folder.database).history(HistoryQuery(channel: general, words: "still"))
        #expect(found.map(\.text) == ["still here"])
    }

    @Test("a thousand in one transaction are all there, in order")
    func many() throws {
        let database = try Database()
        try database.store.transaction { (store) throws(StoreError) in
            for index in 0..<1000 { _ = try database.store.write(draft("\(index)", nonce: "\(index)")) }
        }
        #expect(try texts(database, limit: 2000) == (0..<1000).map(String.init))
    }

    @Test("a message of a channel that is closed is seen by nobody at once, and deleted some rows at a time")
    func closing() throws {
        let database = try Database()
        try database.store.transaction { (store) throws(StoreError) in
            for index in 0..<500 { _ = try database.store.write(draft("word \(index)")) }
            _ = try database.store.write(draft("word elsewhere", in: other))
        }
        let size = try database.store.size()
        try database.store.persist(.closed(general))
        #expect(try texts(database) == [])
        #expect(try texts(database, words: "word") == [])
        // Three slices of 200, and the channel's own row.
        #expect(try database.tidy() == 4)
        #expect(try database.store.size() < size)
        #expect(try database.reader.history(HistoryQuery(channel: other, words: "word")).count == 1)
        // The name may be used again, and begins empty.
        _ = try database.store.write(draft("anew"))
        #expect(try texts(database) == ["anew"])
    }

    @Test("the oldest make room when the database holds more than it may")
    func space() throws {
        let database = try Database()
        let long = String(repeating: "a long message ", count: 60)
        try database.store.transaction { (store) throws(StoreError) in
            for index in 0..<2000 { _ = try database.store.write(draft("\(index) \(long)")) }
        }
        let size = try database.store.size()
        #expect(try database.tidy(space: size) == 0)
        #expect(try database.tidy(space: size / 2) > 0)
        #expect(try database.store.size() <= size / 2)
        #expect(try texts(database, limit: 1).first?.hasPrefix("1999 ") == true)
    }

    @Test("pictures that fill the database make room themselves, and cost nobody a message")
    func spaceOfPictures() throws {
        let database = try Database()
        _ = try database.store.write(draft("hello"))
        for index in 0..<40 {
            try database.store.add(
                ImageRecord(
                    id: "\(index)", owner: "ana", type: "image/png", createdAt: start,
                    bytes: Array(repeating: 7, count: 50_000)), within: 10_000_000)
        }
        let size = try database.store.size()
        #expect(try database.tidy(space: size / 2) > 0)
        #expect(try database.store.size() <= size / 2)
        #expect(try texts(database) == ["hello"])
        #expect(try database.reader.image("0") == nil)
        #expect(try database.reader.image("39") != nil)
    }

    @Test("a new name of a channel is one row, however much was written there")
    func renaming() throws {
        let database = try Database()
        try database.store.transaction { (store) throws(StoreError) in
            for index in 0..<1000 { _ = try database.store.write(draft("word \(index)")) }
        }
        let new = try #require(Name("new"))
        try database.store.persist(.renamed(general, to: new))
        #expect(try texts(database) == [])
        let found = try database.reader.history(HistoryQuery(channel: new, words: "word", limit: 2))
        #expect(found.map(\.text) == ["word 998", "word 999"])
        #expect(found.map(\.channel) == [new, new])
    }

    @Test("a reader waits for no writer, and a question that takes too long is given up")
    func reading() throws {
        let database = try Database()
        _ = try database.store.write(draft("before"))
        var seen: [String]?
        try database.store.transaction { (store) throws(StoreError) in
            _ = try database.store.write(draft("not yet"))
            seen = try? texts(database)
        }
        // While the transaction was open, who read saw what was before it.
        #expect(seen == ["before"])
        #expect(try texts(database) == ["before", "not yet"])
        #expect(throws: StoreError.self) {
            try database.store.connection.within(.milliseconds(20)) { () throws(StoreError) in
                try database.store.connection.execute(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
            }
        }
        // Afterwards nothing is given up any more.
        #expect(try texts(database) == ["before", "not yet"])
    }
}
