// SPDX-License-Identifier: Apache-2.0
package import Crypto
package import Wire

/// A key that an authorization server seals access tokens with, named by its identifier (RFC 7635 §4).
package struct TokenKey: Sendable {
    /// What clients send as USERNAME.
    package let identifier: String
    package let algorithm: AEAD
    let key: [UInt8]
    /// Tokens sealed with the key are good in this time only; keys overlap while one replaces another.
    package let validity: Range<UnixTime>

    /// - Parameter key: At least as many bytes as the algorithm's key has; what is over is not used.
    /// - Returns: Nil for a key that is too short.
    package init?(identifier: String, algorithm: AEAD, key: [UInt8], validity: Range<UnixTime>) {
        guard key.count >= algorithm.keySize else { return nil }
        self.identifier = identifier
        self.algorithm = algorithm
        self.key = Array(key.prefix(algorithm.keySize))
        self.validity = validity
    }
}

/// A self-contained access token, opened (RFC 7635 §6.2).
///
/// ```
/// ACCESS-TOKEN: nonce_length (16) │ nonce │ AEAD( key_length (16) │ mac_key │ timestamp (64) │ lifetime (32) )
/// ```
package struct AccessToken: Sendable {
    /// What the client computes MESSAGE-INTEGRITY with.
    package let macKey: [UInt8]
    package let expires: UnixTime

    /// How far the clocks of the authorization server and of this host may be apart.
    private static let skew: Duration = .seconds(5)

    /// Opens the value of an ACCESS-TOKEN attribute.
    ///
    /// - Parameters:
    ///   - server: The server name that the token was sealed for (`server-name`): AEAD's associated data.
    ///   - now: The wall clock.
    /// - Returns: Nil when the token is malformed, sealed with another key or for another server, expired, or from
    ///   more than five seconds ahead; which of them is not told apart, because the client must not learn it.
    package init?(opening value: [UInt8], with key: TokenKey, server: String, now: UnixTime) {
        guard key.validity.contains(now), let size = value.span.integer(UInt16.self, at: 0),
            value.count >= 2 + Int(size) + AEAD.tagSize
        else { return nil }
        let nonce = Array(value[2..<2 + Int(size)])
        let sealed = Array(value[(2 + Int(size))...])
        guard
            let block = key.algorithm.open(sealed, key: key.key, nonce: nonce, associated: [UInt8](server.utf8)),
            let keySize = block.span.integer(UInt16.self, at: 0), keySize > 0,
            let stamp = block.span.integer(UInt64.self, at: 2 + Int(keySize)),
            let lifetime = block.span.integer(UInt32.self, at: 10 + Int(keySize))
        else { return nil }
        // 48 bits of seconds since 1970, then 16 bits of 1/64000 s.
        let issued = UnixTime(seconds: Int64(stamp >> 16))
        expires = issued + .seconds(Int64(lifetime)) + Self.skew
        macKey = Array(block[2..<2 + Int(keySize)])
        guard issued < now + Self.skew, now < expires else { return nil }
    }
}
