// SPDX-License-Identifier: Apache-2.0
import Crypto
import Wire

/// The credentials that a case speaks with: `alice`, `bob`, `nobody`, `alice:wrong`, `nfd` or `rest NAME`.
struct Account {
    let name: [UInt8]
    let password: [UInt8]
    let key: [UInt8]
    /// SHA-256 of name and realm (RFC 8489 §14.4).
    let hash: [UInt8]

    init(_ text: String, realm: [UInt8]) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let name: String
        let password: String
        if text.hasPrefix("rest ") {
            name = String(text.dropFirst(5))
            password = Base64.encode(
                HMAC.authenticate([UInt8](name.utf8), key: [UInt8](World.secret.utf8), .sha1).array)
        } else if text == "nfd" {
            name = "Zoe\u{308}"
            password = "password of Zo\u{EB}"
        } else {
            name = parts.first ?? ""
            password = parts.count == 2 ? "another password" : "password of \(name)"
        }
        let nameBytes = [UInt8](name.utf8)
        let passwordBytes = [UInt8](password.utf8)
        self.name = nameBytes
        self.password = passwordBytes
        key = LongTermKey.derive(username: nameBytes.span, realm: realm.span, password: passwordBytes.span, .md5).array
        hash = HashFunction.sha256.digest(nameBytes + [0x3A] + realm).array
    }
}
