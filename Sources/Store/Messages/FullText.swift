// SPDX-License-Identifier: Apache-2.0

/// The index of the words in messages, where SQLite was built with FTS5.
enum FullText {
    /// Makes the index if it can be had, and takes its triggers away if not.
    /// - Returns: Whether there is an index.
    static func prepare(on connection: borrowing Connection) throws(StoreError) -> Bool {
        let modules = try connection.prepare("SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'")
        let isBuiltIn = try modules.first { (row) throws(StoreError) in row.integer(0) > 0 } ?? false
        guard isBuiltIn else {
            try connection.execute(
                """
                DROP TRIGGER IF EXISTS message_words_insert;
                DROP TRIGGER IF EXISTS message_words_delete;
                DROP TRIGGER IF EXISTS message_words_update;
                """)
            return false
        }
        let triggers = try connection.prepare(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name = 'message_words_insert'")
        let isThere = try triggers.first { (row) throws(StoreError) in row.integer(0) > 0 } ?? false
        if !isThere {
            try connection.transaction { () throws(StoreError) in try connection.execute(make) }
        }
        return true
    }

    private static let make: StaticString = """
        CREATE VIRTUAL TABLE IF NOT EXISTS message_words USING fts5(
            text, content = 'messages', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2');
        CREATE TRIGGER message_words_insert AFTER INSERT ON messages BEGIN
            INSERT INTO message_words (rowid, text) VALUES (new.number, new.text);
        END;
        CREATE TRIGGER message_words_delete AFTER DELETE ON messages BEGIN
            INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', old.number, old.text);
        END;
        CREATE TRIGGER message_words_update AFTER UPDATE OF text ON messages BEGIN
            INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', old.number, old.text);
            INSERT INTO message_words (rowid, text) VALUES (new.number, new.text);
        END;
        INSERT INTO message_words (message_words) VALUES ('rebuild');
        """

    /// A query for all of the words, each as the beginning of a word; nil without a word.
    static func query(_ words: String) -> String? {
        let parts = words.split(whereSeparator: \.isWhitespace)
            // Quotation marks make a string of anything; a string of punctuation alone matches nothing.
            .map { "\"" + String($0).replacing("\"", with: "\"\"") + "\"*" }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }
}
