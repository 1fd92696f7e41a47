// SPDX-License-Identifier: Apache-2.0

package import Signaling
internal import Wire

/// Which part of a channel's past is asked for (`GET /api/history`).
package struct HistoryQuery: Hashable, Sendable {
    package enum Side: Hashable, Sendable {
        /// The newest of all.
        case newest
        /// The newest of those older than that number.
        case before(Int64)
        /// The oldest of those newer than that number.
        case after(Int64)
    }

    package let channel: Name
    package let side: Side
    /// Only messages that hold all of these words, or beginnings of words.
    package let words: String?
    /// At most so many messages.
    package let limit: Int

    package init(channel: Name, side: Side = .newest, words: String? = nil, limit: Int = 50) {
        (self.channel, self.side, self.words, self.limit) = (channel, side, words, limit)
    }
}

extension Reader {
    /// The messages of a channel, oldest first.
    ///
    /// - Throws: ``StoreError/Problem/tooMuchWork`` where the words stand in too much to be looked through.
    package func history(_ query: HistoryQuery) throws(StoreError) -> [ChannelMessage] {
        guard let channel = try number(of: query.channel) else { return [] }
        let (edge, isBackward): (Int64, Bool) =
            switch query.side {
            case .newest: (.max, true)
            case .before(let number): (number, true)
            case .after(let number): (number, false)
            }
        let match: Statement.Value
        switch query.words {
        case nil: match = .null
        case let words? where hasFullText:
            guard let text = FullText.query(words, inChannel: channel) else { return [] }
            match = .text(text)
        case let words?: match = .text(words)
        }
        let statement = try connection.prepare(Self.select(isBackward, query.words != nil, hasFullText))
        let found = try connection.within(Self.patience) { () throws(StoreError) in
            try statement.all([.integer(channel), .integer(edge), match, .integer(Int64(query.limit))]) {
                (row) throws(StoreError) in try MessageTable.message(row, in: query.channel)
            }
        }
        return isBackward ? found.reversed() : found
    }

    private func number(of channel: Name) throws(StoreError) -> Int64? {
        try connection.prepare("SELECT number FROM channel_numbers WHERE name = ?")
            .first([.text(channel.description)]) { (row) throws(StoreError) in row.integer(0) }
    }

    /// ?1 is the channel's number, ?2 where to begin, ?3 what to look for, ?4 how many rows.
    private static func select(_ isBackward: Bool, _ isSearch: Bool, _ hasFullText: Bool) -> StaticString {
        switch (isSearch, hasFullText, isBackward) {
        case (false, _, true):
            """
            SELECT number, author, text, sent_at, edited_at, author_key FROM messages
            WHERE channel = ?1 AND number < ?2 AND ?3 IS NULL ORDER BY number DESC LIMIT ?4
            """
        case (false, _, false):
            """
            SELECT number, author, text, sent_at, edited_at, author_key FROM messages
            WHERE channel = ?1 AND number > ?2 AND ?3 IS NULL ORDER BY number LIMIT ?4
            """
        case (true, true, true):
            """
            SELECT m.number, m.author, m.text, m.sent_at, m.edited_at
            FROM message_search CROSS JOIN messages AS m ON m.number = message_search.rowid
            WHERE message_search MATCH ?3 AND message_search.rowid < ?2 AND m.channel = ?1
            ORDER BY message_search.rowid DESC LIMIT ?4
            """
        case (true, true, false):
            """
            SELECT m.number, m.author, m.text, m.sent_at, m.edited_at
            FROM message_search CROSS JOIN messages AS m ON m.number = message_search.rowid
            WHERE message_search MATCH ?3 AND message_search.rowid > ?2 AND m.channel = ?1
            ORDER BY message_search.rowid LIMIT ?4
            """
        case (true, false, true):
            """
            SELECT number, author, text, sent_at, edited_at, author_key FROM messages
            WHERE channel = ?1 AND number < ?2 AND instr(lower(text), lower(?3)) > 0 ORDER BY number DESC LIMIT ?4
            """
        case (true, false, false):
            """
            SELECT number, author, text, sent_at, edited_at, author_key FROM messages
            WHERE channel = ?1 AND number > ?2 AND instr(lower(text), lower(?3)) > 0 ORDER BY number LIMIT ?4
            """
        }
    }
}
