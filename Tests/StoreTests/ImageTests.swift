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
        let store = try Store(path: nil)
        for id in ["a", "b", "c"] { try store.add(image(id), within: 1000) }
        #expect(try store.image("b") == image("b"))
        #expect(try store.image("x") == nil)
        #expect(try !store.deleteImage("b", of: "ben"))
        #expect(try store.deleteImage("b", of: "ana"))
        #expect(try store.image("b") == nil)
        // 100 and 100 are there; 850 more leave room for one of them.
        try store.add(image("d", bytes: 850, at: 60), within: 1000)
        #expect(try store.image("a") == nil)
        #expect(try store.image("c") != nil && store.image("d") != nil)
        try store.deleteImages(before: UnixTime(seconds: 1_790_000_001))
        #expect(try store.image("c") == nil)
        #expect(try store.image("d") != nil)
    }
}

@Suite("Channels on disk")
struct ChannelChangeTests {
    @Test("keep their messages and bans under a new name, and lose both when they close")
    func changes() throws {
        let store = try Store(path: nil)
        let yard = try #require(Name("yard"))
        let garden = try #require(Name("garden"))
        let ana = try #require(Name("Ana"))
        let now = UnixTime(seconds: 1_790_000_000)
        let record = ChannelRecord(name: yard, kind: .text, owner: "ana", createdAt: now)
        try store.persist(.made(record))
        _ = try store.write(
            .append(MessageDraft(channel: yard, authorKey: "a", author: ana, text: "hello", nonce: nil, sentAt: now)))
        try store.persist(.banned(ChannelBan(channel: yard, person: "ben", name: ana, at: now)))
        try store.persist(.renamed(yard, to: garden))
        #expect(try store.allChannels().map(\.name) == [garden])
        #expect(try store.allBans().map(\.channel) == [garden])
        #expect(try store.history(HistoryQuery(channel: garden)).map(\.text) == ["hello"])
        try store.persist(.forgiven(person: "ben", in: garden))
        #expect(try store.allBans().isEmpty)
        try store.persist(.closed(garden))
        #expect(try store.allChannels().isEmpty)
        #expect(try store.history(HistoryQuery(channel: garden)).isEmpty)
    }
}
