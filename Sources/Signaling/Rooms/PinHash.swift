// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Wire

/// A room's pin as it is kept: SHA-256 over a random salt and the pin's UTF-8.
package struct PinHash: Hashable, Sendable {
    static let saltSize = 16

    /// The salt followed by the digest: 48 bytes.
    package let bytes: [UInt8]

    init(_ pin: String, salt: [UInt8]) { bytes = salt + HashFunction.sha256.digest(salt + Array(pin.utf8)).array }

    /// Takes what ``bytes`` once gave; nil for any other length.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.saltSize + HashFunction.sha256.digestSize else { return nil }
        self.bytes = bytes
    }

    /// Whether `pin` is the one, found out in constant time.
    func admits(_ pin: String) -> Bool {
        let other = Self(pin, salt: Array(bytes.prefix(Self.saltSize)))
        return ConstantTime.equal(bytes.span, other.bytes.span)
    }
}
