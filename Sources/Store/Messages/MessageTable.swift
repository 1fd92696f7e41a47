// SPDX-License-Identifier: Apache-2.0

package import Signaling
internal import Wire

/// The table `messages`, and how it is written.
struct MessageTable: ~Copyable {
    private let insert: Statement
    private let number: Statement
    private let byNonce: Statement
    private let byNumber: Statement
    private let update: Statement
    private let delete: Statement

    init(on connection: borrowing Connection) throws(StoreError) {
        try FullText.prepare(on: connection)
        let insert = try connection.prepare(
            """
            INSERT INTO messages (channel, author_key, author, text, nonce, sent_at)
            SELECT number, ?2, ?3, ?4, ?5, ?6 FROM channel_numbers WHERE name = ?1
            RETURNING number, author, text, sent_at, edited_at, author_key
            """)
        let number = try connection.prepare("INSERT INTO channel_numbers (name) VALUES (?) ON CONFLICT DO NOTHING")
        let byNonce = try connection.prepare(
            """
            SELECT number, author, text, sent_at, edited_at, author_key FROM messages
            WHERE channel = (SELECT number FROM channel_numbers WHERE name = ?)
                AND author_key = ? AND nonce = ? AND sent_at > ? ORDER BY number LIMIT 1
            """)
        let byNumber = try connection.prepare(
            """
            SELECT channel.name, author_key FROM messages JOIN channel_numbers AS channel ON channel.number = messages.channel
            WHERE messages.number = ?
            """)
        let update = try connection.prepare(
            """
            UPDATE messages SET text = ?, edited_at = ? WHERE number = ?
            RETURNING number, author, text, sent_at, edited_at, author_key
            """)
        let delete = try connection.prepare("DELETE FROM messages WHERE number = ?")
        self.insert = insert
        self.number = number
        self.byNonce = byNonce
        self.byNumber = byNumber
        self.update = update
        self.delete = delete
    }

    func append(_ draft: MessageDraft) throws(StoreError) -> MessageVerdict {
        let channel = draft.channel
        if let nonce = draft.nonce {
            let since = draft.sentAt + (.zero - MessageDraft.nonceLifetime)
            let first = try byNonce.first(
                [.text(channel.description), .text(draft.authorKey), .text(nonce), .integer(since.milliseconds)]
            ) { (row) throws(StoreError) in try Self.message(row, in: channel) }
            if let first { return .repeated(first) }
        }
        let values: [Statement.Value] = [
            .text(channel.description), .text(draft.authorKey), .text(draft.author.description), .text(draft.text),
            draft.nonce.map { .text($0) } ?? .null, .integer(draft.sentAt.milliseconds),
        ]
        var rows = try insert.all(values) { (row) throws(StoreError) in try Self.message(row, in: channel) }
        if rows.isEmpty {
            // The first message of the channel.
            try number.run([.text(channel.description)])
            rows = try insert.all(values) { (row) throws(StoreError) in try Self.message(row, in: channel) }
        }
        return rows.first.map { .appended($0) } ?? .failed
    }

    func edit(_ number: Int64, _ rights: MessageRights, _ text: String, at time: UnixTime) throws(StoreError)
        -> MessageVerdict
    {
        guard let (channel, author) = try place(of: number), rights.mayEdit(in: channel, by: author) else {
            return .notYours
        }
        let rows = try update.all([.text(text), .integer(time.milliseconds), .integer(number)]) {
            (row) throws(StoreError) in try Self.message(row, in: channel)
        }
        return rows.first.map { .edited($0) } ?? .notYours
    }

    func delete(_ number: Int64, _ rights: MessageRights) throws(StoreError) -> MessageVerdict {
        guard let (channel, author) = try place(of: number), rights.mayDelete(in: channel, by: author) else {
            return .notYours
        }
        try delete.run([.integer(number)])
        return .deleted(number, channel: channel)
    }

    /// The channel that a message is in and whose it is; nil where there is none, and where its channel is gone.
    private func place(of number: Int64) throws(StoreError) -> (channel: Name, author: String)? {
        try byNumber.first([.integer(number)]) { (row) throws(StoreError) in (try row.name(0), row.text(1)) }
    }

    /// Reads `number, author, text, sent_at, edited_at, author_key`.
    static func message(_ row: borrowing Statement, in channel: Name) throws(StoreError) -> ChannelMessage {
        ChannelMessage(
            number: row.integer(0), channel: channel, author: try row.name(1), mark: AuthorMark.of(row.text(5)),
            text: row.text(2),
            sentAt: UnixTime(milliseconds: row.integer(3)),
            editedAt: row.isNull(4) ? nil : UnixTime(milliseconds: row.integer(4)))
    }
}

extension Store {
    /// Does what the machine of the channels asks for (`Channels.Output.write`).
    ///
    /// On disk when it returns; inside ``transaction(_:)``, when that returns. An error means ``MessageVerdict/failed``.
    package func write(_ write: MessageWrite) throws(StoreError) -> MessageVerdict {
        switch write {
        case .append(let draft): try messages.append(draft)
        case .edit(let number, let rights, let text, let time): try messages.edit(number, rights, text, at: time)
        case .delete(let number, let rights): try messages.delete(number, rights)
        }
    }
}
