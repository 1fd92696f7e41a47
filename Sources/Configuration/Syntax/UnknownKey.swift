// SPDX-License-Identifier: Apache-2.0

/// A key of a file that nobody knows.
///
/// coturn warns and starts, and so does Sterna, unless the key nearly names one of who may log in or which peers may be
/// reached: its author believes that it is in force.
struct UnknownKey: Hashable {
    /// As it was written.
    let key: String
    /// What was meant, where that can be guessed.
    let meant: String?
    /// Whether nothing is served with it.
    let isGrave: Bool

    init(_ key: String) {
        self.key = key
        guard !Self.isComment(key) else {
            (meant, isGrave) = (nil, false)
            return
        }
        let plain = Self.withoutDashes(key)
        if plain != key[...], let known = Self.known(plain) {
            (meant, isGrave) = (known, Self.guards.contains(known))
            return
        }
        if let advice = Self.misremembered[key] {
            (meant, isGrave) = (advice, false)
            return
        }
        // Of two that are equally near, the graver one.
        let near = nearest(to: key, among: Self.guards + Setting.all.map(\.key))
        let guarded = near.flatMap { Self.guards.contains($0) ? $0 : nil } ?? Self.guardOfSameWords(as: key)
        (meant, isGrave) = (guarded ?? near, guarded != nil)
    }

    /// What is wrong and what would be right.
    var explanation: String {
        if Self.isComment(key) { return "a comment begins with #; the line does nothing, in coturn either" }
        let plain = Self.withoutDashes(key)
        let isDashed = plain != key[...] && meant != nil
        guard !isGrave else {
            return
                "unknown setting “\(key)”; did you mean “\(meant ?? "")”? It would say who may log in or which peers "
                + "may be reached, so nothing is served until the line is corrected or removed"
        }
        if isDashed {
            return
                "“\(key)” does nothing, in coturn either: in a file keys have no dashes before them; write “\(meant ?? "")”"
        }
        guard let meant else {
            return
                "unknown setting “\(key)” does nothing, in coturn either; remove it (sterna config --default lists those that exist)"
        }
        return Self.misremembered[key] == nil
            ? "unknown setting “\(key)” does nothing, in coturn either; did you mean “\(meant)”?"
            : "unknown setting “\(key)” does nothing, in coturn either; write \(meant)"
    }

    /// Whether it begins what other programs take for a comment.
    private static func isComment(_ key: String) -> Bool {
        key.hasPrefix(";") || key.hasPrefix("//") || key.hasPrefix("!")
    }

    /// What is said of a key on the command line, where nothing unknown is passed over.
    var complaint: String {
        guard let meant else { return "unknown setting “\(key)”; sterna config --default lists those that exist" }
        return "unknown setting “\(key)”; did you mean “\(meant)”?"
    }

    /// Keys without which the server would let more people in, or to more peers, than its author believes.
    private static let guards = [
        "realm", "origin-to-realm", "user", "use-auth-secret", "static-auth-secret", "userdb", "oauth", "oauth-key",
        "lt-cred-mech", "no-auth", "psql-userdb", "mysql-userdb", "mongo-userdb", "redis-userdb", "secure-stun",
        "denied-peer-ip", "allowed-peer-ip", "allow-loopback-peers", "no-multicast-peers", "no-loopback-peers",
        "server-relay", "room-creation", "room-key", "trusted-proxy",
    ]

    /// A guard that has all words of a key, or whose words the key has all: `auth-secret`, `denied-peer-ips-v6`.
    private static func guardOfSameWords(as key: String) -> String? {
        let words = Set(key.lowercased().split { $0 == "-" || $0 == "_" })
        guard words.count > 1 else { return nil }
        return guards.first { candidate in
            let own = Set(candidate.split(separator: "-"))
            return own.count > 1 && (own.isSuperset(of: words) || words.isSuperset(of: own))
        }
    }

    private static func withoutDashes(_ key: String) -> Substring { key.drop { $0 == "-" || $0 == "–" || $0 == "—" } }

    private static func known(_ plain: Substring) -> String? {
        if let setting = Setting.byKey[String(plain)] { return setting.key }
        guard let letter = plain.first, plain.count == 1 else { return nil }
        return ShortFlags.key(letter).flatMap { Setting.byKey[$0]?.key }
    }

    /// What is about in guides and in files, and was never a key of coturn's.
    private static let misremembered = [
        "udp-port-range": "min-port= and max-port=", "relay-port-range": "min-port= and max-port=",
        "port-range": "min-port= and max-port=", "tcp-relay-ip": "relay-ip=", "relay-ipv6": "relay-ip=",
        "relay-address": "relay-ip=", "listen-ip": "listening-ip=", "listening-address": "listening-ip=",
        "listening-ipv6": "listening-ip=", "listen-port": "listening-port=", "port": "listening-port=",
        "tls-port": "tls-listening-port=", "external-ipv6": "external-ip=", "public-ip": "external-ip=",
        "prometheus-ip": "prometheus-address=", "io-thread-count": "workers=", "relay-thread-count": "workers=",
        "max-allocate-per-user": "user-quota=", "max-allocations": "total-quota=", "log-level": "log-min-level=",
        "include": "the lines of that file into this one", "certificate": "cert=", "private-key": "pkey=",
        "key": "pkey=", "tls-cert": "cert=", "tls-key": "pkey=", "private-key-password": "pkey-pwd=",
    ]
}
