// SPDX-License-Identifier: Apache-2.0

/// The index of the words in messages, where SQLite was built with FTS5.
///
/// The channel is a word of the index too: what others write elsewhere is not looked through.
enum FullText {
    /// Makes the index if it can be had, and takes its triggers away if not.
    static func prepare(on connection: borrowing Connection) throws(StoreError) {
        guard try count(isBuiltIn, on: connection) > 0 else { return try connection.execute(removeTriggers) }
        guard try count(isThere, on: connection) == 0 else { return }
        try connection.transaction { () throws(StoreError) in try connection.execute(make) }
    }

    /// Whether there is an index to look into.
    static func isUsable(on connection: borrowing Connection) throws(StoreError) -> Bool {
        guard try count(isBuiltIn, on: connection) > 0 else { return false }
        return try count(isThere, on: connection) > 0
    }

    /// A query for all of the words in the channel of that number; nil without a word that can be looked for.
    ///
    /// A word of one letter stands for itself, a longer one for all that begin with it.
    static func query(_ words: String, inChannel number: Int64) -> String? {
        let parts = words.split(whereSeparator: \.isWhitespace).map { word in
            // Quotation marks make a string of anything; a string of punctuation alone matches nothing.
            "\"" + String(word).replacing("\"", with: "\"\"") + "\"" + (word.unicodeScalars.count > 1 ? "*" : "")
        }
        return parts.isEmpty ? nil : "channel : c\(number) AND text : (\(parts.joined(separator: " ")))"
    }

    private static let isBuiltIn: StaticString = "SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'"
    private static let isThere: StaticString =
        "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name = 'message_search_insert'"

    private static func count(_ sql: StaticString, on connection: borrowing Connection) throws(StoreError) -> Int64 {
        let statement = try connection.prepare(sql)
        return try statement.first { (row) throws(StoreError) in row.integer(0) } ?? 0
    }

    private static let removeTriggers: StaticString = """
        DROP TRIGGER IF EXISTS message_search_insert;
        DROP TRIGGER IF EXISTS message_search_delete;
        DROP TRIGGER IF EXISTS message_search_update;
        """

    private static let make: StaticString = """
        DROP TABLE IF EXISTS message_words;
        CREATE VIRTUAL TABLE IF NOT EXISTS message_search USING fts5(
            channel, text, content = 'message_texts', content_rowid = 'number',
            tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
        CREATE TRIGGER message_search_insert AFTER INSERT ON messages BEGIN
            INSERT INTO message_search (rowid, channel, text) VALUES (new.number, 'c' || new.channel, new.text);
        END;
        CREATE TRIGGER message_search_delete AFTER DELETE ON messages BEGIN
            INSERT INTO message_search (message_search, rowid, channel, text)
                VALUES ('delete', old.number, 'c' || old.channel, old.text);
        END;
        CREATE TRIGGER message_search_update AFTER UPDATE OF text ON messages BEGIN
            INSERT INTO message_search (message_search, rowid, channel, text)
                VALUES ('delete', old.number, 'c' || old.channel, old.text);
            INSERT INTO message_search (rowid, channel, text) VALUES (new.number, 'c' || new.channel, new.text);
        END;
        INSERT INTO message_search (message_search) VALUES ('rebuild');
        """
}
