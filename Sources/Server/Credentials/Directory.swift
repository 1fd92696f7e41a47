// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Store
internal import TURN
internal import Wire

/// What the operator keeps in a database beside the configuration, for one realm and the realms of other sites.
struct Directory: Sendable {
    var users: UserTable
    var secrets: [Credentials.Secret] = []
    var tokenKeys: [TokenKey] = []
    var allowedPeers: [TURN.AddressRange] = []
    var deniedPeers: [TURN.AddressRange] = []
    /// `max-bps`, `user-quota` and `total-quota` of the realm; nil where the database says nothing.
    var bytesPerSecond: Int?
    var userQuota: Int?
    var totalQuota: Int?
    /// Sites whose pages are asked for another realm.
    var sites: [UserDatabase.Site] = []
    /// What the database has for the realms of other sites.
    var others: [String: Directory] = [:]
    /// Rows that cannot be used, and what else the operator should know.
    var notices: [String] = []

    /// Nothing, for `realm`.
    init(of realm: String) { users = UserTable(realm: realm) }

    /// All that a database has for `realm`, for the realms of its sites and for `others`.
    ///
    /// Peers that one of the realms denies are denied to all: the relay has one list.
    init(of realm: String, and others: Set<String>, in database: borrowing UserDatabase) throws(StoreError) {
        try self.init(of: realm, in: database)
        for site in try database.sites() where site.realm != realm {
            if Realms.isOrigin(site.origin) {
                sites.append(site)
            } else {
                notices.append("“\(site.origin)” in turn_origin_to_realm is no origin, as https://www.example.org")
            }
        }
        for other in others.union(sites.map(\.realm)).subtracting([realm]) {
            let share = try Directory(of: other, in: database)
            let known = deniedPeers
            deniedPeers += share.deniedPeers.filter { !known.contains($0) }
            notices += share.notices.map { "realm \(other): \($0)" }
            self.others[other] = share
        }
        if users.count == 0, self.others.isEmpty, let strangers = try database.strangers(to: realm) {
            notices.append(
                "its \(strangers.count) users are of other realms, as “\(strangers.realm)”; add realm= with the right one, because keys are made with it"
            )
        }
    }

    /// What a database has for `realm` alone.
    private init(of realm: String, in database: borrowing UserDatabase) throws(StoreError) {
        self.init(of: realm)
        guard database.isUserDatabase else {
            notices.append("it has no table “turnusers_lt”, which coturn's databases have; is it the right file?")
            return
        }
        try readUsers(database, realm)
        for secret in try database.secrets(of: realm) where !secret.text.isEmpty {
            secrets.append(Credentials.Secret(secret.text, notAfter: secret.notAfter.map { UnixTime(seconds: $0) }))
        }
        for key in try database.tokenKeys(of: realm) {
            if let usable = TokenKey(key) {
                tokenKeys.append(usable)
            } else {
                notices.append("the OAuth key “\(key.identifier)” is not base64, too short, or of an unknown algorithm")
            }
        }
        allowedPeers = ranges(try database.allowedPeers(of: realm), "allowed_peer_ip")
        deniedPeers = ranges(try database.deniedPeers(of: realm), "denied_peer_ip")
        let options = try database.options(of: realm)
        bytesPerSecond = number("max-bps", options)
        userQuota = number("user-quota", options)
        totalQuota = number("total-quota", options)
    }

    private mutating func readUsers(_ database: borrowing UserDatabase, _ realm: String) throws(StoreError) {
        var unusable = 0
        var table = users
        try database.forEachUser(of: realm) { (user) throws(StoreError) in
            let key = [UInt8](hexadecimal: user.key)
            let isUsed = table.append(
                name: user.name, md5: key?.count == 16 ? key : nil,
                sha256: key?.count == 32 ? key : [UInt8](hexadecimal: user.sha256Key))
            if !isUsed { unusable += 1 }
        }
        table.index()
        users = table
        if unusable > 0 {
            notices.append("\(unusable) users have a key that is not 32 or 64 hexadecimal digits, and cannot log in")
        }
    }

    private mutating func ranges(_ texts: [String], _ table: String) -> [TURN.AddressRange] {
        texts.compactMap { text in
            if let range = Configuration.AddressRange(text),
                let rule = TURN.AddressRange(range.first, range.last, origin: "userdb, \(table)")
            {
                return rule
            }
            notices.append("“\(text)” in \(table) is neither an address nor a range of them")
            return nil
        }
    }

    private mutating func number(_ name: String, _ options: [String: String]) -> Int? {
        guard let text = options[name] else { return nil }
        if let number = Int(text), number >= 0 { return number }
        notices.append("\(name) of the realm is “\(text)” and not a number")
        return nil
    }
}

extension UserDatabase {
    /// All that it has for `realm` and for the realms of other sites.
    borrowing func directory(of realm: String, and others: Set<String>) throws(StoreError) -> Directory {
        try Directory(of: realm, and: others, in: self)
    }
}

extension TokenKey {
    init?(_ key: UserDatabase.TokenKey) {
        guard let algorithm = OAuthKey.Algorithm(named: key.algorithm), let bytes = Base64.decode(key.base64),
            let checked = OAuthKey(
                identifier: key.identifier, algorithm: algorithm, key: bytes, timestamp: key.timestamp,
                lifetime: key.lifetime)
        else { return nil }
        self.init(checked)
    }
}

extension [UInt8] {
    /// The bytes that hexadecimal digits stand for; nil when there are none, or something else among them.
    init?(hexadecimal digits: [UInt8]) {
        guard !digits.isEmpty, digits.count.isMultiple(of: 2) else { return nil }
        self = []
        reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.nibble(digits[index]), let low = Self.nibble(digits[index + 1]) else { return nil }
            append(high << 4 | low)
        }
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
