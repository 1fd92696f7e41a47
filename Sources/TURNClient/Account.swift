// SPDX-License-Identifier: Apache-2.0

internal import Crypto
package import Wire

/// A name and a password for the long-term credential mechanism (RFC 8489 §9.2).
package struct Account: Hashable, Sendable {
    package let name: String
    package let password: String
    /// Whether SHA-256 is used where the server offers it; browsers never do.
    package let takesSHA256: Bool

    /// Both are expected as OpaqueString (RFC 8265) leaves them.
    package init(name: String, password: String, takesSHA256: Bool = true) {
        self.name = name
        self.password = password
        self.takesSHA256 = takesSHA256
    }

    /// An account of the TURN REST form: the name says until when it is good, a shared secret makes the password
    /// (draft-uberti-behave-turn-rest-00 §2.2).
    ///
    /// - Parameter separator: Between time and name, an ASCII character.
    package init(
        for name: String, until expiry: UnixTime, secret: String, separator: UInt8 = UInt8(ascii: ":"),
        takesSHA256: Bool = false
    ) {
        let user = "\(expiry.seconds)\(UnicodeScalar(separator))\(name)"
        let mac = HMAC.authenticate([UInt8](user.utf8), key: [UInt8](secret.utf8), .sha1)
        self.init(name: user, password: Base64.encode(mac.array), takesSHA256: takesSHA256)
    }
}
