// SPDX-License-Identifier: Apache-2.0
import Signaling
import Store
import Testing
import Wire

@Suite("Calls on disk")
struct CallLogTests {
    let start = UnixTime(milliseconds: 1_790_000_000_123)

    func call(_ caller: String, _ callee: String, _ outcome: CallRecord.Outcome, after seconds: Int) -> CallRecord {
        let time = start + .seconds(seconds)
        return CallRecord(
            chat: "chat", caller: caller, callee: callee, video: outcome == .answered, startedAt: time,
            answeredAt: outcome == .answered ? time + .seconds(1) : nil, endedAt: time + .seconds(9), outcome: outcome)
    }

    @Test("a person's log holds what they made and what rang for them, newest first")
    func log() throws {
        let database = try Database()
        let outcomes: [CallRecord.Outcome] = [.answered, .rejected, .cancelled, .offline, .busy, .lost, .noAnswer]
        let records = outcomes.enumerated().map { call("ana", "ben", $0.element, after: $0.offset) }
        for record in records { try database.store.add(record) }
        let back = call("ben", "ana", .answered, after: 60)
        try database.store.add(back)
        try database.store.add(call("cem", "dan", .answered, after: 61))
        #expect(try database.reader.calls(of: "ana") == [back] + records.reversed())
        #expect(try database.reader.calls(of: "ben", limit: 2) == [back, records[6]])
        #expect(try database.reader.calls(of: "nobody") == [])
    }

    @Test("chats are there after a restart")
    func chats() throws {
        let folder = Folder()
        let chats = [
            ChatRecord(id: "b", members: ["ana", "ben"], createdAt: start),
            ChatRecord(id: "a", members: ["cem", "ana"], createdAt: start + .seconds(1)),
        ]
        do {
            let store = try Store(path: folder.database)
            for chat in chats + chats { try store.persist(chat) }
        }
        let store = try Store(path: folder.database)
        #expect(try store.allChats() == chats)
    }
}
