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

    func texts(_ store: borrowing Store, _ side: HistoryQuery.Side = .newest, words: String? = nil, limit: Int = 50)
        throws -> [String]
    {
        try store.history(HistoryQuery(channel: general, side: side, words: words, limit: limit)).map(\.text)
    }

    @Test("come back oldest first, from either side, and only from their channel")
    func history() throws {
        let store = try Store(path: nil)
        var numbers: [Int64] = []
        for index in 0..<10 {
            guard case .appended(let message) = try store.write(draft("\(index)", after: index)) else {
                Issue.record("not appended")
                return
            }
            numbers.append(message.number)
            _ = try store.write(draft("elsewhere", in: other))
        }
        #expect(numbers == numbers.sorted())
        let ids = numbers.map(ChannelMessage.id)
        #expect(ids == ids.sorted())
        #expect(ids.map(ChannelMessage.number(ofID:)) == numbers)
        #expect(try texts(store) == (0..<10).map(String.init))
        #expect(try texts(store, limit: 3) == ["7", "8", "9"])
        #expect(try texts(store, .before(numbers[7]), limit: 3) == ["4", "5", "6"])
        #expect(try texts(store, .after(numbers[1]), limit: 3) == ["2", "3", "4"])
        #expect(try texts(store, .after(numbers[9])) == [])
    }

    @Test("the same nonce of the same author in a channel within a day makes no second message")
    func nonces() throws {
        let store = try Store(path: nil)
        let first = try store.write(draft("one", nonce: "n"))
        guard case .appended(let message) = first else {
            Issue.record("not appended")
            return
        }
        #expect(try store.write(draft("two", nonce: "n", after: 86_399)) == .repeated(message))
        for write in [
            draft("other author", by: "ben", nonce: "n"), draft("other channel", in: other, nonce: "n"),
            draft("other nonce", nonce: "m"), draft("no nonce"), draft("a day later", nonce: "n", after: 86_400),
        ] {
            guard case .appended = try store.write(write) else {
                Issue.record("taken for a repeat: \(write)")
                return
            }
        }
    }

    @Test("only the author edits and deletes, and a number is never used again")
    func ownership() throws {
        let store = try Store(path: nil)
        guard case .appended(let message) = try store.write(draft("one")) else {
            Issue.record("not appended")
            return
        }
        let later = start + .seconds(5)
        #expect(try store.write(.edit(message.number, authorKey: "ben", text: "x", at: later)) == .notYours)
        #expect(try store.write(.delete(message.number, authorKey: "ben")) == .notYours)
        #expect(try store.write(.delete(99, authorKey: "ana")) == .notYours)
        guard
            case .edited(let edited) = try store.write(.edit(message.number, authorKey: "ana", text: "uno", at: later))
        else {
            Issue.record("not edited")
            return
        }
        #expect((edited.text, edited.editedAt) == ("uno", later))
        #expect(edited.sentAt == message.sentAt)
        #expect(
            try store.write(.delete(message.number, authorKey: "ana")) == .deleted(message.number, channel: general))
        #expect(try texts(store) == [])
        guard case .appended(let next) = try store.write(draft("two")) else {
            Issue.record("not appended")
            return
        }
        #expect(next.number > message.number)
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
        let store = try Store(path: nil)
        for text in [
            "Arctic terns fly far", "tern", "Полярная крачка", "crème brûlée", "say a\"b", "gone", "old words",
        ] {
            _ = try store.write(draft(text))
        }
        _ = try store.write(draft("tern", in: other))
        let all = try store.history(HistoryQuery(channel: general))
        let gone = try #require(all.first { $0.text == "gone" })
        let old = try #require(all.first { $0.text == "old words" })
        _ = try store.write(.delete(gone.number, authorKey: "ana"))
        _ = try store.write(.edit(old.number, authorKey: "ana", text: "new words", at: start))
        #expect(try texts(store, words: words) == found)
        #expect(try texts(store, .after(0), words: words) == found)
    }

    @Test("are let go of when they are older than the operator keeps them")
    func retention() throws {
        let store = try Store(path: nil)
        for index in 0..<10 { _ = try store.write(draft("\(index)", after: index)) }
        #expect(try store.deleteMessages(before: start + .seconds(6)) == 6)
        #expect(try texts(store) == ["6", "7", "8", "9"])
        #expect(try texts(store, words: "5") == [])
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
        #expect(try texts(store, words: "still") == ["still here"])
    }

    @Test("a thousand in one transaction are all there, in order")
    func many() throws {
        let folder = Folder()
        let store = try Store(path: folder.database)
        try store.transaction { (store) throws(StoreError) in
            for index in 0..<1000 { _ = try store.write(draft("\(index)", nonce: "\(index)")) }
        }
        #expect(try texts(store, limit: 2000) == (0..<1000).map(String.init))
    }
}
