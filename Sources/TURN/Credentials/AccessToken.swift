// SPDX-License-Identifier: Apache-2.0
package import Crypto
internal import STUN
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
    /// What the client computes its integrity attribute with: 20 bytes for SHA-1, 32 for SHA-256.
    package let macKey: Digest
    package let expires: UnixTime

    /// How far the clocks of the authorization server and of this host may be apart (RFC 7635 §7).
    package static let skew: Duration = .seconds(5)

    /// Why a token is not accepted: for the operator's log; the client learns only that it is not.
    package enum Problem: Error, Hashable {
        /// Cut short, or the key in it is longer than any integrity attribute's digest.
        case malformed
        /// The key's own time is over, or has not begun.
        case keyOutOfTime
        /// Sealed with another key or for another server, or touched on its way.
        case notAuthentic
        /// Ran out this long ago.
        case expired(Duration)
        /// Made this far ahead of this host's clock.
        case ahead(Duration)
    }

    /// Opens the value of an ACCESS-TOKEN attribute.
    ///
    /// - Parameters:
    ///   - server: The server name that the token was sealed for (`server-name`): AEAD's associated data.
    ///   - now: The wall clock; a token may be from five seconds ahead of it, and is good for five longer than it says.
    package init(opening value: [UInt8], with key: TokenKey, server: [UInt8], now: UnixTime) throws(Problem) {
        guard key.validity.contains(now) else { throw .keyOutOfTime }
        guard let size = value.span.integer(UInt16.self, at: 0), value.count >= 2 + Int(size) + AEAD.tagSize else {
            throw .malformed
        }
        let nonce = Array(value[2..<2 + Int(size)])
        let sealed = Array(value[(2 + Int(size))...])
        guard let block = key.algorithm.open(sealed, key: key.key, nonce: nonce, associated: server) else {
            throw .notAuthentic
        }
        guard let keySize = block.span.integer(UInt16.self, at: 0), (1...32).contains(keySize),
            let stamp = block.span.integer(UInt64.self, at: 2 + Int(keySize)),
            let lifetime = block.span.integer(UInt32.self, at: 10 + Int(keySize))
        else { throw .malformed }
        // 48 bits of seconds since 1970, then 16 bits of 1/64000 s.
        let issued = UnixTime(seconds: Int64(stamp >> 16))
        expires = issued + .seconds(Int64(lifetime)) + Self.skew
        macKey = Digest(block.span.extracting(2..<2 + Int(keySize)))
        guard issued < now + Self.skew else { throw .ahead(issued - now) }
        guard now < expires else { throw .expired(now - expires + Self.skew) }
    }
    /// What an integrity attribute may be made with: the key, and, as coturn and its clients do with SHA-1, the first 16
    /// bytes of a longer one.
    func keys(for integrity: Integrity) -> [Digest] {
        guard integrity == .sha1, macKey.count > 16 else { return [macKey] }
        return [macKey, Digest(macKey.bytes.span.extracting(0..<16))]
    }
}
