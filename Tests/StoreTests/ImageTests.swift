// SPDX-License-Identifier: Apache-2.0
import Signaling
import Store
import Testing
import Wire

@Suite("Pictures on disk")
struct ImageTests {
    private func image(_ id: String, by owner: String = "ana", bytes: Int = 100, at seconds: Int64 = 0) -> ImageRecord {
        ImageRecord(
            id: id, owner: owner, type: "image/png", createdAt: UnixTime(seconds: 1_790_000_000 + seconds),
            bytes: Array(repeating: 7, count: bytes))
    }

    @Test("come back as they were, and go when their owner, age or the lack of room says so")
    func lives() throws {
        let database = try Database()
        for id in ["a", "b", "c"] { try database.store.add(image(id), within: 1000) }
        #expect(try database.reader.image("b") == image("b"))
        #expect(try database.reader.image("x") == nil)
        #expect(try !database.store.deleteImage("b", of: "ben"))
        #expect(try database.store.deleteImage("b", of: "ana"))
        #expect(try database.reader.image("b") == nil)
        // 100 and 100 are there; 850 more leave room for one of them.
        try database.store.add(image("d", bytes: 850, at: 60), within: 1000)
        #expect(try database.reader.image("a") == nil)
        #expect(try database.reader.image("c") != nil && database.reader.image("d") != nil)
        try database.tidy(keepingSince: UnixTime(seconds: 1_790_000_001))
        #expect(try database.reader.image("c") == nil)
        #expect(try database.reader.image("d") != nil)
    }
}

@Suite("Channels on disk")
struct ChannelChangeTests {
    @Test("keep their messages and bans under a new name, and lose both when they close")
    func changes() throws {
        let database = try Database()
        let yard = try #require(Name("yard"))
        let garden = try #require(Name("garden"))
        let ana = try #require(Name("Ana"))
        let now = UnixTime(seconds: 1_790_000_000)
        let record = ChannelRecord(name: yard, kind: .text, owner: "ana", createdAt: now)
        try database.store.persist(.made(record))
        _ = try database.store.write(
            .append(MessageDraft(channel: yard, authorKey: "a", author: ana, text: "hello", nonce: nil, sentAt: now)))
        try database.store.persist(.banned(ChannelBan(channel: yard, person: "ben", name: ana, at: now)))
        try database.store.persist(.renamed(yard, to: garden))
        #expect(try database.store.allChannels().map(\.name) == [garden])
        #expect(try database.store.allBans().map(\.channel) == [garden])
        #expect(try database.reader.history(HistoryQuery(channel: garden)).map(\.text) == ["hello"])
        try database.store.persist(.forgiven(person: "ben", in: garden))
        #expect(try database.store.allBans().isEmpty)
        try database.store.persist(.closed(garden))
        #expect(try database.store.allChannels().isEmpty)
        #expect(try database.reader.history(HistoryQuery(channel: garden)).isEmpty)
    }
}
