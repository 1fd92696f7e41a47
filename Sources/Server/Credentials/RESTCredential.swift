// SPDX-License-Identifier: Apache-2.0

internal import Crypto
package import Wire

/// A user name and password of the TURN REST form: the name says until when, a shared secret makes the password
/// (draft-uberti-behave-turn-rest-00 §2.2).
package struct RESTCredential: Hashable, Sendable {
    /// `unixtime:name`.
    package let username: String
    /// `base64(HMAC-SHA1(secret, username))`.
    package let password: String

    /// - Parameters:
    ///   - name: Whose it is; tells sessions apart in logs and quotas.
    ///   - expiry: When it stops being good; whole seconds count.
    ///   - separator: Between time and name, as `rest-api-separator` sets it.
    package init(name: String, expiry: UnixTime, secret: [UInt8], separator: UInt8 = UInt8(ascii: ":")) {
        username = "\(expiry.seconds)\(UnicodeScalar(separator))\(name)"
        password = Base64.encode(HMAC.authenticate([UInt8](username.utf8), key: secret, .sha1).array)
    }
}
