// SPDX-License-Identifier: Apache-2.0

package import Signaling
internal import Wire

/// The tables `chats` and `calls`.
struct CallTable: ~Copyable {
    private let insertChat: Statement
    private let selectChats: Statement
    private let deleteChat: Statement
    private let insertCall: Statement

    init(on connection: borrowing Connection) throws(StoreError) {
        let insertChat = try connection.prepare("INSERT INTO chats VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
        let selectChats = try connection.prepare("SELECT * FROM chats ORDER BY rowid")
        let insertCall = try connection.prepare("INSERT INTO calls VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)")
        let deleteChat = try connection.prepare("DELETE FROM chats WHERE id = ?")
        self.insertChat = insertChat
        self.deleteChat = deleteChat
        self.selectChats = selectChats
        self.insertCall = insertCall
    }

    func add(_ chat: ChatRecord) throws(StoreError) {
        guard chat.members.count == 2 else { return }
        try insertChat.run([
            .text(chat.id), .text(chat.members[0]), .text(chat.members[1]), .integer(chat.createdAt.milliseconds),
        ])
    }

    func delete(_ chat: String) throws(StoreError) { try deleteChat.run([.text(chat)]) }

    func chats() throws(StoreError) -> [ChatRecord] {
        try selectChats.all { (row) throws(StoreError) in
            ChatRecord(
                id: row.text(0), members: [row.text(1), row.text(2)],
                createdAt: UnixTime(milliseconds: row.integer(3)))
        }
    }

    func add(_ call: CallRecord) throws(StoreError) {
        try insertCall.run([
            .text(call.chat), .text(call.caller), .text(call.callee), .integer(call.video ? 1 : 0),
            .integer(call.startedAt.milliseconds), call.answeredAt.map { .integer($0.milliseconds) } ?? .null,
            .integer(call.endedAt.milliseconds), .text(call.outcome.rawValue),
        ])
    }

    /// ?1 is a person, ?2 how many rows. Each side has an index in the order of the calls.
    static let select: StaticString = """
        SELECT chat, caller, callee, video, started_at, answered_at, ended_at, outcome FROM (
            SELECT * FROM (SELECT * FROM calls WHERE caller = ?1 ORDER BY number DESC LIMIT ?2)
            UNION
            SELECT * FROM (SELECT * FROM calls WHERE callee = ?1 ORDER BY number DESC LIMIT ?2)
        ) ORDER BY number DESC LIMIT ?2
        """

    /// Reads a row of ``select``.
    static func call(_ row: borrowing Statement) throws(StoreError) -> CallRecord {
        guard let outcome = CallRecord.Outcome(rawValue: row.text(7)) else {
            throw StoreError(.corrupt, while: "reading the calls", detail: "there is no outcome “\(row.text(7))”")
        }
        return CallRecord(
            chat: row.text(0), caller: row.text(1), callee: row.text(2), video: row.integer(3) != 0,
            startedAt: UnixTime(milliseconds: row.integer(4)),
            answeredAt: row.isNull(5) ? nil : UnixTime(milliseconds: row.integer(5)),
            endedAt: UnixTime(milliseconds: row.integer(6)), outcome: outcome)
    }
}

extension Store {
    /// Writes a chat that was just made (`Calls.Output.persist`).
    package func persist(_ chat: ChatRecord) throws(StoreError) { try calls.add(chat) }

    /// Deletes a chat (`Calls.Output.forget`).
    package func forgetChat(_ id: String) throws(StoreError) { try calls.delete(id) }

    /// Every chat, oldest first: what the machine is given at start (`Calls.Input.restored`).
    package func allChats() throws(StoreError) -> [ChatRecord] { try calls.chats() }

    /// Writes a call that is over (`Calls.Output.record`).
    package func add(_ call: CallRecord) throws(StoreError) { try calls.add(call) }
}
