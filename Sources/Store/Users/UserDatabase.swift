// SPDX-License-Identifier: Apache-2.0

/// The database of users and secrets in coturn's own layout (`turnadmin`, `userdb`), with two tables of Sterna's beside.
///
/// coturn has one key for each user and no end for a secret. Sterna keeps what it knows beyond that in `sterna_user` and
/// `sterna_secret`, which coturn does not look at; a row there counts only while coturn's row beside it is still the one
/// that it was written with. Synchronous: it belongs to the one thread that opened it.
package struct UserDatabase: ~Copyable {
    private let connection: Connection
    /// Those that are there: a database may be made by hand, or by a coturn that has fewer.
    private let tables: Set<String>

    /// Opens what is there, to be read only: neither coturn nor an operator at work is ever kept waiting.
    package init(reading path: String) throws(StoreError) {
        let connection = try Connection(path: path, .read)
        tables = try Self.tables(of: connection)
        self.connection = connection
    }

    /// Opens the file to be changed, and makes it and its tables where they are missing.
    package init(changing path: String) throws(StoreError) {
        let connection = try Connection(path: path)
        try connection.transaction { () throws(StoreError) in try connection.execute(Self.layout) }
        tables = try Self.tables(of: connection)
        self.connection = connection
    }

    /// A number that grows whenever somebody else has changed the database.
    package func version() throws(StoreError) -> Int64 {
        let statement = try connection.prepare("PRAGMA data_version")
        return try statement.first { (row) throws(StoreError) in row.integer(0) } ?? 0
    }

    private static func tables(of connection: borrowing Connection) throws(StoreError) -> Set<String> {
        Set(
            try connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
                .all { (row) throws(StoreError) in row.text(0) })
    }

    /// Whether it has a table of users, as every database of coturn's does.
    package var isUserDatabase: Bool { tables.contains("turnusers_lt") }

    private var hasOwnTables: Bool { tables.isSuperset(of: ["sterna_user", "sterna_secret"]) }

    /// Coturn's tables as its own schema has them, then ours.
    private static let layout: StaticString = """
        CREATE TABLE IF NOT EXISTS turnusers_lt (
            realm varchar(127) default '', name varchar(512), hmackey char(128), PRIMARY KEY (realm, name));
        CREATE TABLE IF NOT EXISTS turn_secret (
            realm varchar(127) default '', value varchar(256), PRIMARY KEY (realm, value));
        CREATE TABLE IF NOT EXISTS allowed_peer_ip (
            realm varchar(127) default '', ip_range varchar(256), PRIMARY KEY (realm, ip_range));
        CREATE TABLE IF NOT EXISTS denied_peer_ip (
            realm varchar(127) default '', ip_range varchar(256), PRIMARY KEY (realm, ip_range));
        CREATE TABLE IF NOT EXISTS turn_origin_to_realm (
            origin varchar(127), realm varchar(127), PRIMARY KEY (origin));
        CREATE TABLE IF NOT EXISTS turn_realm_option (
            realm varchar(127) default '', opt varchar(32), value varchar(128), PRIMARY KEY (realm, opt));
        CREATE TABLE IF NOT EXISTS oauth_key (
            kid varchar(128), ikm_key varchar(256), timestamp bigint default 0, lifetime integer default 0,
            as_rs_alg varchar(64) default '', realm varchar(127), PRIMARY KEY (kid));
        CREATE TABLE IF NOT EXISTS admin_user (
            name varchar(32), realm varchar(127), password varchar(127), PRIMARY KEY (name));
        CREATE TABLE IF NOT EXISTS sterna_user (
            realm TEXT NOT NULL, name TEXT NOT NULL, hmackey TEXT NOT NULL, sha256key TEXT NOT NULL,
            PRIMARY KEY (realm, name)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS sterna_secret (
            realm TEXT NOT NULL, value TEXT NOT NULL, not_after INTEGER,
            PRIMARY KEY (realm, value)) WITHOUT ROWID;
        """
}

// MARK: - Reading

extension UserDatabase {
    /// A user's keys in hexadecimal, as they are written.
    package struct User {
        package let name: [UInt8]
        /// MD5 or SHA-256 of `name:realm:password`, told apart by their length.
        package let key: [UInt8]
        /// The SHA-256 key that Sterna keeps beside an MD5 key; empty where there is none.
        package let sha256Key: [UInt8]
    }

    /// A secret of TURN REST credentials.
    package struct Secret: Hashable, Sendable {
        package let text: String
        /// Seconds since 1970; nil where it has no end.
        package let notAfter: Int64?
    }

    /// A site, and the realm that its pages are asked for.
    package struct Site: Hashable, Sendable {
        package let origin: String
        package let realm: String

        package init(origin: String, realm: String) { (self.origin, self.realm) = (origin, realm) }
    }

    /// A key shared with an authorization server (RFC 7635), as coturn has it.
    package struct TokenKey: Hashable, Sendable {
        package let identifier: String
        package let base64: String
        package let timestamp: Int64
        package let lifetime: Int64
        package let algorithm: String
    }

    /// Calls `body` with each user of a realm.
    package func forEachUser(of realm: String, _ body: (User) throws(StoreError) -> Void) throws(StoreError) {
        guard isUserDatabase else { return }
        let sql: StaticString =
            hasOwnTables
            ? """
            SELECT u.name, u.hmackey, s.sha256key FROM turnusers_lt u LEFT JOIN sterna_user s
            ON s.realm = u.realm AND s.name = u.name AND s.hmackey = u.hmackey WHERE u.realm = ? ORDER BY u.name
            """ : "SELECT name, hmackey, NULL FROM turnusers_lt WHERE realm = ? ORDER BY name"
        try connection.prepare(sql).each([.text(realm)]) { (row) throws(StoreError) in
            try body(User(name: row.blob(0), key: row.blob(1), sha256Key: row.blob(2)))
        }
    }

    /// How many users other realms than this have, and one of those realms.
    package func strangers(to realm: String) throws(StoreError) -> (count: Int, realm: String)? {
        guard isUserDatabase else { return nil }
        let statement = try connection.prepare(
            "SELECT count(*), max(realm) FROM turnusers_lt WHERE realm <> ? HAVING count(*) > 0")
        return try statement.first([.text(realm)]) { (row) throws(StoreError) in (Int(row.integer(0)), row.text(1)) }
    }

    /// The secrets of a realm, those that have ended included.
    package func secrets(of realm: String) throws(StoreError) -> [Secret] {
        guard tables.contains("turn_secret") else { return [] }
        let sql: StaticString =
            hasOwnTables
            ? """
            SELECT t.value, s.not_after FROM turn_secret t LEFT JOIN sterna_secret s
            ON s.realm = t.realm AND s.value = t.value WHERE t.realm = ? ORDER BY t.rowid
            """ : "SELECT value, NULL FROM turn_secret WHERE realm = ? ORDER BY rowid"
        return try connection.prepare(sql).all([.text(realm)]) { (row) throws(StoreError) in
            Secret(text: row.text(0), notAfter: row.isNull(1) ? nil : row.integer(1))
        }
    }

    /// The keys of access tokens for a realm and for all.
    package func tokenKeys(of realm: String) throws(StoreError) -> [TokenKey] {
        guard tables.contains("oauth_key") else { return [] }
        let statement = try connection.prepare(
            """
            SELECT kid, ikm_key, timestamp, lifetime, as_rs_alg FROM oauth_key
            WHERE realm IS NULL OR realm IN ('', ?) ORDER BY kid
            """)
        return try statement.all([.text(realm)]) { (row) throws(StoreError) in
            TokenKey(
                identifier: row.text(0), base64: row.text(1), timestamp: row.integer(2), lifetime: row.integer(3),
                algorithm: row.text(4))
        }
    }

    /// The peers that a realm, and all, may reach.
    package func allowedPeers(of realm: String) throws(StoreError) -> [String] {
        guard tables.contains("allowed_peer_ip") else { return [] }
        return try texts("SELECT ip_range FROM allowed_peer_ip WHERE realm IN ('', ?) ORDER BY rowid", realm)
    }

    /// The peers that a realm, and all, may not reach.
    package func deniedPeers(of realm: String) throws(StoreError) -> [String] {
        guard tables.contains("denied_peer_ip") else { return [] }
        return try texts("SELECT ip_range FROM denied_peer_ip WHERE realm IN ('', ?) ORDER BY rowid", realm)
    }

    /// The sites whose pages are asked for a realm of their own.
    package func sites() throws(StoreError) -> [Site] {
        guard tables.contains("turn_origin_to_realm") else { return [] }
        let statement = try connection.prepare("SELECT origin, realm FROM turn_origin_to_realm ORDER BY origin")
        return try statement.all { (row) throws(StoreError) in Site(origin: row.text(0), realm: row.text(1)) }
    }

    /// What a realm has of `max-bps`, `total-quota` and `user-quota`.
    package func options(of realm: String) throws(StoreError) -> [String: String] {
        guard tables.contains("turn_realm_option") else { return [:] }
        let statement = try connection.prepare("SELECT opt, value FROM turn_realm_option WHERE realm = ?")
        let pairs = try statement.all([.text(realm)]) { (row) throws(StoreError) in (row.text(0), row.text(1)) }
        return Dictionary(pairs) { first, _ in first }
    }

    private func texts(_ sql: StaticString, _ realm: String) throws(StoreError) -> [String] {
        try connection.prepare(sql).all([.text(realm)]) { (row) throws(StoreError) in row.text(0) }
    }
}

// MARK: - Changing

extension UserDatabase {
    /// Writes a user, new or with a new password; the keys in lower-case hexadecimal.
    ///
    /// - Returns: Whether the user was there before.
    @discardableResult
    package func put(_ name: String, of realm: String, md5: String, sha256: String) throws(StoreError) -> Bool {
        try connection.transaction { () throws(StoreError) in
            let known = try connection.prepare("SELECT 1 FROM turnusers_lt WHERE realm = ? AND name = ?")
                .first([.text(realm), .text(name)]) { (_) throws(StoreError) in true }
            try connection.prepare("INSERT OR REPLACE INTO turnusers_lt (realm, name, hmackey) VALUES (?, ?, ?)")
                .run([.text(realm), .text(name), .text(md5)])
            try connection.prepare("INSERT OR REPLACE INTO sterna_user VALUES (?, ?, ?, ?)")
                .run([.text(realm), .text(name), .text(md5), .text(sha256)])
            return known ?? false
        }
    }

    /// Deletes a user; false when there was none of this name.
    package func delete(_ name: String, of realm: String) throws(StoreError) -> Bool {
        try connection.transaction { () throws(StoreError) in
            try connection.prepare("DELETE FROM sterna_user WHERE realm = ? AND name = ?")
                .run([.text(realm), .text(name)])
            try connection.prepare("DELETE FROM turnusers_lt WHERE realm = ? AND name = ?")
                .run([.text(realm), .text(name)])
            return connection.changes > 0
        }
    }

    /// Writes a secret, or another end for one that is there.
    ///
    /// - Parameter notAfter: Seconds since 1970; nil for no end.
    package func put(secret: String, of realm: String, notAfter: Int64?) throws(StoreError) {
        try connection.transaction { () throws(StoreError) in
            try connection.prepare("INSERT OR IGNORE INTO turn_secret (realm, value) VALUES (?, ?)")
                .run([.text(realm), .text(secret)])
            try connection.prepare("INSERT OR REPLACE INTO sterna_secret VALUES (?, ?, ?)")
                .run([.text(realm), .text(secret), notAfter.map { .integer($0) } ?? .null])
        }
    }

    /// Deletes a secret; false when there was none.
    package func delete(secret: String, of realm: String) throws(StoreError) -> Bool {
        try connection.transaction { () throws(StoreError) in
            try connection.prepare("DELETE FROM sterna_secret WHERE realm = ? AND value = ?")
                .run([.text(realm), .text(secret)])
            try connection.prepare("DELETE FROM turn_secret WHERE realm = ? AND value = ?")
                .run([.text(realm), .text(secret)])
            return connection.changes > 0
        }
    }
}
