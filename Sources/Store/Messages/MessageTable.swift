// SPDX-License-Identifier: Apache-2.0

package import Signaling
package import Wire

/// The table `messages`, and how it is written.
struct MessageTable: ~Copyable {
    private let insert: Statement
    private let byNonce: Statement
    private let byNumber: Statement
    private let update: Statement
    private let delete: Statement
    private let deleteOld: Statement
    let hasFullText: Bool

    init(on connection: borrowing Connection) throws(StoreError) {
        let hasFullText = try FullText.prepare(on: connection)
        let insert = try connection.prepare(
            """
            INSERT INTO messages (channel, author_key, author, text, nonce, sent_at) VALUES (?, ?, ?, ?, ?, ?)
            RETURNING number, channel, author, text, sent_at, edited_at
            """)
        let byNonce = try connection.prepare(
            """
            SELECT number, channel, author, text, sent_at, edited_at FROM messages
            WHERE channel = ? AND author_key = ? AND nonce = ? AND sent_at > ? ORDER BY number LIMIT 1
            """)
        let byNumber = try connection.prepare("SELECT channel FROM messages WHERE number = ? AND author_key = ?")
        let update = try connection.prepare(
            """
            UPDATE messages SET text = ?, edited_at = ? WHERE number = ? AND author_key = ?
            RETURNING number, channel, author, text, sent_at, edited_at
            """)
        let delete = try connection.prepare("DELETE FROM messages WHERE number = ?")
        let deleteOld = try connection.prepare("DELETE FROM messages WHERE sent_at < ? RETURNING number")
        self.hasFullText = hasFullText
        self.insert = insert
        self.byNonce = byNonce
        self.byNumber = byNumber
        self.update = update
        self.delete = delete
        self.deleteOld = deleteOld
    }

    func append(_ draft: MessageDraft) throws(StoreError) -> MessageVerdict {
        if let nonce = draft.nonce {
            let since = draft.sentAt + (.zero - MessageDraft.nonceLifetime)
            let first = try byNonce.first(
                [
                    .text(draft.channel.description), .text(draft.authorKey), .text(nonce),
                    .integer(since.milliseconds),
                ], as: Self.message)
            if let first { return .repeated(first) }
        }
        let rows = try insert.all(
            [
                .text(draft.channel.description), .text(draft.authorKey), .text(draft.author.description),
                .text(draft.text), draft.nonce.map { .text($0) } ?? .null, .integer(draft.sentAt.milliseconds),
            ], as: Self.message)
        return rows.first.map { .appended($0) } ?? .failed
    }

    func edit(_ number: Int64, _ authorKey: String, _ text: String, at time: UnixTime) throws(StoreError)
        -> MessageVerdict
    {
        let rows = try update.all(
            [.text(text), .integer(time.milliseconds), .integer(number), .text(authorKey)], as: Self.message)
        return rows.first.map { .edited($0) } ?? .notYours
    }

    func delete(_ number: Int64, _ authorKey: String) throws(StoreError) -> MessageVerdict {
        let channel = try byNumber.first([.integer(number), .text(authorKey)]) { (row) throws(StoreError) in
            try row.name(0)
        }
        guard let channel else { return .notYours }
        try delete.run([.integer(number)])
        return .deleted(number, channel: channel)
    }

    func deleteAll(before time: UnixTime) throws(StoreError) -> Int {
        try deleteOld.all([.integer(time.milliseconds)]) { (_) throws(StoreError) in () }.count
    }

    /// Reads `number, channel, author, text, sent_at, edited_at`.
    static func message(_ row: borrowing Statement) throws(StoreError) -> ChannelMessage {
        ChannelMessage(
            number: row.integer(0), channel: try row.name(1), author: try row.name(2), text: row.text(3),
            sentAt: UnixTime(milliseconds: row.integer(4)),
            editedAt: row.isNull(5) ? nil : UnixTime(milliseconds: row.integer(5)))
    }
}

extension Store {
    /// Does what the machine of the channels asks for (`Channels.Output.write`).
    ///
    /// On disk when it returns; inside ``transaction(_:)``, when that returns. An error means ``MessageVerdict/failed``.
    package func write(_ write: MessageWrite) throws(StoreError) -> MessageVerdict {
        switch write {
        case .append(let draft): try messages.append(draft)
        case .edit(let number, let authorKey, let text, let time):
            try messages.edit(number, authorKey, text, at: time)
        case .delete(let number, let authorKey): try messages.delete(number, authorKey)
        }
    }

    /// Deletes what is older than the operator wants to keep.
    /// - Returns: How many messages that were.
    package func deleteMessages(before time: UnixTime) throws(StoreError) -> Int {
        try messages.deleteAll(before: time)
    }
}
