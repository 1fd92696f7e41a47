// SPDX-License-Identifier: Apache-2.0
internal import Crypto
package import Wire

/// Nonces that no server remembers: a time and a MAC over it and the client's address and port (RFC 8489 §9.2.4).
///
/// ```
/// obMatJos2  FFFF  TTT  MMMMMMMM     24 characters of base64
/// cookie     security features, 24 bits    time, 18 bits of seconds    MAC, 48 bits
/// ```
/// The MAC covers the cookie, the features and the whole time, of which the 18 bits are the lower end.
package struct NonceKey: Sendable {
    private let key: [UInt8]

    /// Characters in a nonce.
    package static let count = 24

    /// - Parameter key: A secret of 32 bytes, shared by all workers.
    package init(_ key: [UInt8]) { self.key = key }

    /// The nonce that `client` is to use from now on.
    package func nonce(for client: Endpoint, features: SecurityFeatures, at time: UnixTime) -> [24 of UInt8] {
        make(for: client, features: features, seconds: time.seconds)
    }

    package enum Verdict: Hashable, Sendable {
        case fresh(SecurityFeatures)
        /// Expired, another client's, or never made here.
        case stale
    }

    /// Judges the nonce that `client` gave.
    /// - Parameter lifetime: Zero: no nonce expires before three days.
    package func judge(_ nonce: Span<UInt8>, from client: Endpoint, lifetime: Duration, at time: UnixTime) -> Verdict {
        guard nonce.count == Self.count, let features = Base64Digits.number(nonce, at: 9, digits: 4),
            let low = Base64Digits.number(nonce, at: 13, digits: 3)
        else { return .stale }
        // The latest time that ends in these 18 bits and is not in the future; clocks of one fleet may differ a little.
        let ahead = time.seconds &+ 60
        let age = (ahead &- Int64(low)) & 0x3FFFF
        let seconds = ahead - age
        let expected = make(
            for: client, features: SecurityFeatures(rawValue: UInt32(truncatingIfNeeded: features)), seconds: seconds)
        guard ConstantTime.equal(expected.span, nonce) else { return .stale }
        let limit = lifetime.components.seconds
        guard limit == 0 || age <= limit + 60 else { return .stale }
        return .fresh(SecurityFeatures(rawValue: UInt32(truncatingIfNeeded: features)))
    }

    private func make(for client: Endpoint, features: SecurityFeatures, seconds: Int64) -> [24 of UInt8] {
        var text = [24 of UInt8](repeating: 0)
        var cookie = "obMatJos2".utf8.makeIterator()
        for index in 0..<9 { text[index] = cookie.next() ?? 0 }
        Base64Digits.write(UInt64(features.rawValue), into: &text, at: 9, digits: 4)
        Base64Digits.write(UInt64(bitPattern: seconds) & 0x3FFFF, into: &text, at: 13, digits: 3)

        var input = [43 of UInt8](repeating: 0)
        var bytes = input.mutableSpan
        switch client.address {
        case .v4(let bits):
            bytes[0] = 4
            bytes.store(bits, at: 1)
        case .v6(let bits):
            bytes[0] = 6
            bytes.store(bits, at: 1)
        }
        bytes.store(client.port, at: 17)
        bytes.store(seconds, at: 19)
        for index in 0..<16 { bytes[27 + index] = text[index] }
        let mac = HMAC.authenticate(input.span, key: key.span, .sha256)
        Base64Digits.write(mac.prefix64 >> 16, into: &text, at: 16, digits: 8)
        return text
    }
}

/// What a server says about itself in the first bits of a nonce (RFC 8489 §9.2.1).
package struct SecurityFeatures: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let passwordAlgorithms = Self(rawValue: 1 << 23)
    package static let usernameAnonymity = Self(rawValue: 1 << 22)
}
