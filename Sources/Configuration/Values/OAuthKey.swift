// SPDX-License-Identifier: Apache-2.0

package import Wire

/// A key shared with an authorization server (RFC 7635 §4.1), with the fields that coturn's table `oauth_key` has.
package struct OAuthKey: Hashable, Sendable {
    package enum Algorithm: String, CaseIterable, Hashable, Sendable {
        case a256GCM = "A256GCM"
        case a128GCM = "A128GCM"

        /// Bytes that a key must have.
        package var keySize: Int { self == .a256GCM ? 32 : 16 }

        /// The algorithm that coturn or RFC 7635 (`AEAD_AES_256_GCM`) names so; an empty name is the stronger one.
        package init?(named name: some StringProtocol) {
            switch name.uppercased().replacing("_", with: "-") {
            case "", "A256GCM", "AEAD-AES-256-GCM": self = .a256GCM
            case "A128GCM", "AEAD-AES-128-GCM": self = .a128GCM
            default: return nil
            }
        }
    }

    /// The `kid`, which clients send as USERNAME.
    package let identifier: String
    package let algorithm: Algorithm
    package let key: [UInt8]
    /// From when it is good; nil: from ever.
    package let begins: UnixTime?
    /// Until when; nil: for ever.
    package let ends: UnixTime?

    /// - Parameters:
    ///   - timestamp: Seconds since 1970; zero for no beginning.
    ///   - lifetime: Seconds from then; zero for no end.
    /// - Returns: Nil for a key that is shorter than its algorithm wants.
    package init?(identifier: String, algorithm: Algorithm, key: [UInt8], timestamp: Int64, lifetime: Int64) {
        guard !identifier.isEmpty, key.count >= algorithm.keySize, timestamp >= 0, lifetime >= 0 else { return nil }
        self.identifier = identifier
        self.algorithm = algorithm
        self.key = key
        begins = timestamp == 0 ? nil : UnixTime(seconds: timestamp)
        ends = lifetime == 0 ? nil : UnixTime(seconds: timestamp) + .seconds(lifetime)
    }
}

extension ValueType where Value == OAuthKey {
    static let oauthKey = Self(
        name: "kid:algorithm:key",
        expected:
            "kid:A256GCM:KEY or kid:A128GCM:KEY with 32 or 16 bytes in base64, and perhaps :TIMESTAMP:LIFETIME in seconds",
        parse: { text, _ in
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { String($0.trimmed) }
            guard parts.count == 3 || parts.count == 5, let algorithm = OAuthKey.Algorithm(named: parts[1]),
                let key = Base64.decode(parts[2])
            else { return nil }
            let times = parts.dropFirst(3).compactMap { Int64($0) }
            guard times.count == parts.count - 3, times.isEmpty || times[0] > 0 || times[1] == 0 else { return nil }
            return OAuthKey(
                identifier: parts[0], algorithm: algorithm, key: key, timestamp: times.first ?? 0,
                lifetime: times.last ?? 0)
        },
        write: { key in "\(key.identifier):\(key.algorithm.rawValue):…" },
        isText: true)
}
