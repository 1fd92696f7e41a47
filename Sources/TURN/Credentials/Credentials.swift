// SPDX-License-Identifier: Apache-2.0
package import Crypto
package import Wire

/// Who may allocate: users with passwords, secrets of the TURN REST form and access tokens, all at once.
package struct Credentials: Sendable {
    package let realm: String
    /// Between the time and the name in a TURN REST user name (`rest-api-separator`).
    package let separator: UInt8
    /// Users of the configuration.
    let users: UserTable
    /// Users of a database; tried after the others, and a name may have a password in each.
    package var directory: UserTable
    let secrets: [Secret]
    /// Whose access tokens are accepted; nil: nobody's.
    package var thirdParty: ThirdParty?
    /// Whether the database has not been read yet: whoever is unknown may turn out to be known in a moment.
    package var isIncomplete = false
    let realmBytes: [UInt8]

    /// - Parameter users: Of two with the same name the later one counts.
    package init(realm: String, users: [User] = [], secrets: [Secret] = [], separator: UInt8 = UInt8(ascii: ":")) {
        self.realm = realm
        self.realmBytes = [UInt8](realm.utf8)
        self.separator = separator
        self.secrets = secrets
        directory = UserTable(realm: realm)
        var table = UserTable(realm: realm)
        for user in users {
            table.append(name: [UInt8](user.name.utf8), md5: user.key?.array, sha256: user.sha256Key?.array)
        }
        table.index()
        self.users = table
    }

    /// Somebody with a password of their own (`user=`).
    package struct User: Sendable {
        package let name: String
        /// The MD5 key of RFC 8489 §9.2.2; nil where only the SHA-256 key is known.
        package let key: Digest?
        /// The SHA-256 key of RFC 8489 §18.5.1.2; nil where only the MD5 key is known.
        package let sha256Key: Digest?

        package init(name: String, password: String, realm: String) {
            self.name = name
            key = LongTermKey.derive(username: name, realm: realm, password: password, .md5)
            sha256Key = LongTermKey.derive(username: name, realm: realm, password: password, .sha256)
        }

        /// A user whose key was made elsewhere (`user=name:0x…`): 16 bytes of MD5 or 32 of SHA-256, else nil.
        package init?(name: String, key: [UInt8]) {
            guard key.count == 16 || key.count == 32 else { return nil }
            self.name = name
            self.key = key.count == 16 ? Digest(key.span) : nil
            sha256Key = key.count == 32 ? Digest(key.span) : nil
        }
    }

    /// A secret that passwords are made from: `base64(HMAC-SHA1(secret, user name))` (`static-auth-secret`).
    package struct Secret: Sendable {
        package let bytes: [UInt8]
        /// When the secret stops being good, where it is being replaced.
        package let notAfter: UnixTime?
        /// Whether it is this server's own and nobody else's: what is made with it belongs to somebody in a room.
        package let isOwn: Bool

        package init(_ text: String, notAfter: UnixTime? = nil, isOwn: Bool = false) {
            bytes = [UInt8](text.utf8)
            self.notAfter = notAfter
            self.isOwn = isOwn
        }
    }
}
