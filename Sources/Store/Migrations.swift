// SPDX-License-Identifier: Apache-2.0

/// How the tables came to be: the script at index n brings a database from layout n to n + 1 (`PRAGMA user_version`).
///
/// A script that was ever released is never changed; what must be different is another script. Times are
/// milliseconds since 1970, durations seconds.
enum Migrations {
    static let scripts: [StaticString] = [
        """
        CREATE TABLE rooms (
            token TEXT PRIMARY KEY,
            owner_key_hash BLOB NOT NULL,
            ttl INTEGER,
            max_participants INTEGER NOT NULL,
            one_time INTEGER NOT NULL,
            pin_hash BLOB,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            end_reason TEXT,
            ended_at INTEGER
        ) STRICT, WITHOUT ROWID;
        PRAGMA user_version = 1;
        """,
        """
        CREATE TABLE people (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            secret_hash BLOB NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE channels (
            name TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            owner TEXT,
            unlisted INTEGER NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE messages (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            channel TEXT NOT NULL,
            author_key TEXT NOT NULL,
            author TEXT NOT NULL,
            text TEXT NOT NULL,
            nonce TEXT,
            sent_at INTEGER NOT NULL,
            edited_at INTEGER
        ) STRICT;
        CREATE INDEX messages_by_channel ON messages (channel, number);
        CREATE INDEX messages_by_nonce ON messages (channel, author_key, nonce) WHERE nonce IS NOT NULL;
        CREATE INDEX messages_by_age ON messages (sent_at);
        PRAGMA user_version = 2;
        """,
        """
        CREATE TABLE chats (
            id TEXT PRIMARY KEY,
            first TEXT NOT NULL,
            second TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE calls (
            number INTEGER PRIMARY KEY,
            chat TEXT NOT NULL,
            caller TEXT NOT NULL,
            callee TEXT NOT NULL,
            video INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            answered_at INTEGER,
            ended_at INTEGER NOT NULL,
            outcome TEXT NOT NULL
        ) STRICT;
        CREATE INDEX calls_by_caller ON calls (caller, number);
        CREATE INDEX calls_by_callee ON calls (callee, number);
        PRAGMA user_version = 3;
        """,
        """
        CREATE TABLE bans (
            channel TEXT NOT NULL,
            person TEXT NOT NULL,
            name TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (channel, person)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE images (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            owner TEXT NOT NULL,
            type TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            size INTEGER NOT NULL,
            bytes BLOB NOT NULL
        ) STRICT;
        PRAGMA user_version = 4;
        """,
        // A message names its channel by a number, so that a new name of the channel is one row. A channel that was closed
        // leaves its number in gone_channels until its messages have been deleted, some at a time.
        """
        CREATE TABLE channel_numbers (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE gone_channels (number INTEGER PRIMARY KEY) STRICT;
        INSERT INTO channel_numbers (name) SELECT DISTINCT channel FROM messages;
        CREATE TABLE numbered_messages (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            channel INTEGER NOT NULL,
            author_key TEXT NOT NULL,
            author TEXT NOT NULL,
            text TEXT NOT NULL,
            nonce TEXT,
            sent_at INTEGER NOT NULL,
            edited_at INTEGER
        ) STRICT;
        INSERT INTO numbered_messages
            SELECT old.number, channel.number, old.author_key, old.author, old.text, old.nonce, old.sent_at, old.edited_at
            FROM messages AS old JOIN channel_numbers AS channel ON channel.name = old.channel ORDER BY old.number;
        DELETE FROM sqlite_sequence WHERE name = 'numbered_messages';
        INSERT INTO sqlite_sequence (name, seq) SELECT 'numbered_messages', seq FROM sqlite_sequence WHERE name = 'messages';
        DROP TABLE messages;
        ALTER TABLE numbered_messages RENAME TO messages;
        CREATE INDEX messages_by_channel ON messages (channel, number);
        CREATE INDEX messages_by_nonce ON messages (channel, author_key, nonce) WHERE nonce IS NOT NULL;
        CREATE INDEX messages_by_age ON messages (sent_at);
        CREATE VIEW message_texts AS SELECT number, 'c' || channel AS channel, text FROM messages;
        CREATE INDEX images_by_age ON images (created_at);
        CREATE INDEX calls_by_age ON calls (ended_at);
        PRAGMA user_version = 5;
        """,
        """
        CREATE TABLE banned_people (
            person TEXT PRIMARY KEY,
            reason TEXT,
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        PRAGMA user_version = 6;
        """,
        // An unlisted channel is entered with a key; those that are there get one, which their owners are told.
        """
        ALTER TABLE channels ADD COLUMN key TEXT;
        UPDATE channels SET key = lower(hex(randomblob(16))) WHERE unlisted = 1;
        PRAGMA user_version = 7;
        """,
        // What all pictures take is counted as they come and go, not when somebody wants to know.
        """
        CREATE TABLE image_bytes (number INTEGER PRIMARY KEY CHECK (number = 1), bytes INTEGER NOT NULL) STRICT;
        INSERT INTO image_bytes SELECT 1, coalesce(sum(size), 0) FROM images;
        CREATE TRIGGER image_bytes_insert AFTER INSERT ON images BEGIN
            UPDATE image_bytes SET bytes = bytes + new.size;
        END;
        CREATE TRIGGER image_bytes_delete AFTER DELETE ON images BEGIN
            UPDATE image_bytes SET bytes = bytes - old.size;
        END;
        PRAGMA user_version = 8;
        """,
    ]

    /// Brings the database to the newest layout; each step happens whole or not at all.
    static func run(on connection: borrowing Connection) throws(StoreError) {
        let statement = try connection.prepare("PRAGMA user_version")
        let found = Int(try statement.first { (row) throws(StoreError) in row.integer(0) } ?? 0)
        guard found <= scripts.count else {
            throw StoreError(
                .tooNew(found: found, known: scripts.count), while: "opening",
                detail: "its layout is number \(found), and this Sterna knows \(scripts.count)")
        }
        for script in scripts.dropFirst(found) {
            try connection.transaction { () throws(StoreError) in try connection.execute(script) }
        }
    }
}
