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

extension Store {
    /// The messages of a channel, oldest first.
    package func history(_ query: HistoryQuery) throws(StoreError) -> [ChannelMessage] {
        let (number, isBackward): (Int64, Bool) =
            switch query.side {
            case .newest: (.max, true)
            case .before(let number): (number, true)
            case .after(let number): (number, false)
            }
        var values: [Statement.Value] = [.text(query.channel.description), .integer(number)]
        if let words = query.words {
            guard let match = messages.hasFullText ? FullText.query(words) : words else { return [] }
            values.append(.text(match))
        }
        values.append(.integer(Int64(query.limit)))
        let statement = try connection.prepare(Self.select(isBackward, query.words != nil, messages.hasFullText))
        let found = try statement.all(values, as: MessageTable.message)
        return isBackward ? found.reversed() : found
    }

    private static func select(_ isBackward: Bool, _ isSearch: Bool, _ hasFullText: Bool) -> StaticString {
        switch (isSearch, hasFullText, isBackward) {
        case (false, _, true):
            """
            SELECT number, channel, author, text, sent_at, edited_at FROM messages
            WHERE channel = ? AND number < ? ORDER BY number DESC LIMIT ?
            """
        case (false, _, false):
            """
            SELECT number, channel, author, text, sent_at, edited_at FROM messages
            WHERE channel = ? AND number > ? ORDER BY number LIMIT ?
            """
        case (true, true, true):
            """
            SELECT number, channel, author, text, sent_at, edited_at FROM messages
            WHERE channel = ? AND number < ? AND number IN (SELECT rowid FROM message_words WHERE message_words MATCH ?)
            ORDER BY number DESC LIMIT ?
            """
        case (true, true, false):
            """
            SELECT number, channel, author, text, sent_at, edited_at FROM messages
            WHERE channel = ? AND number > ? AND number IN (SELECT rowid FROM message_words WHERE message_words MATCH ?)
            ORDER BY number LIMIT ?
            """
        case (true, false, true):
            """
            SELECT number, channel, author, text, sent_at, edited_at FROM messages
            WHERE channel = ? AND number < ? AND instr(lower(text), lower(?)) > 0 ORDER BY number DESC LIMIT ?
            """
        case (true, false, false):
            """
            SELECT number, channel, author, text, sent_at, edited_at FROM messages
            WHERE channel = ? AND number > ? AND instr(lower(text), lower(?)) > 0 ORDER BY number LIMIT ?
            """
        }
    }
}
