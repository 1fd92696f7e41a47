// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// A user with a long-term credential; name and password are as OpaqueString leaves them (RFC 8489 §14.3).
package struct User: Hashable, Sendable {
    package enum Credential: Hashable, Sendable {
        case password(String)
        /// MD5 (16 bytes) or SHA-256 (32 bytes) of `name:realm:password` (RFC 8489 §9.2.2 and §18.5.1.2).
        case key([UInt8])
    }

    package let name: String
    package let credential: Credential
}

extension ValueType where Value == User {
    static let user = Self(
        name: "name:password", expected: "name:password, or name:0x and the 32 or 64 hexadecimal digits of a key",
        parse: { text, _ in
            guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else { return nil }
            let secret = text[text.index(after: colon)...]
            guard let name = OpaqueString(text[..<colon])?.description, name.utf8.count <= 508 else { return nil }
            guard secret.hasPrefix("0x") else {
                return OpaqueString(secret).map { User(name: name, credential: .password($0.description)) }
            }
            guard let key = Hex.decode(secret.dropFirst(2)), [16, 32].contains(key.count) else { return nil }
            return User(name: name, credential: .key(key))
        },
        write: { user in "\(user.name):…" },
        isText: true)
}
