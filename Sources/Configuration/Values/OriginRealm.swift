// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// A site, and the realm that its pages are asked for.
package struct OriginRealm: Hashable, Sendable {
    /// `https://host[:port]`, lower case.
    package let origin: String
    package let realm: String
}

/// What the users of a realm may hold, each and all together; 0 for no limit.
package struct RealmQuota: Hashable, Sendable {
    package let realm: String
    package let user: Int
    package let total: Int
}

extension ValueType where Value == OriginRealm {
    static let originRealm = Self(
        name: "origin realm", expected: "an origin and a realm, as in https://www.example.org example.org",
        parse: { text, origin in
            guard let blank = text.firstIndex(of: " "),
                let site = ValueType<String>.webOrigin.parse(String(text[..<blank]), origin),
                let realm = OpaqueString(text[text.index(after: blank)...].trimmed)?.description
            else { return nil }
            return OriginRealm(origin: site, realm: realm)
        },
        write: { "\($0.origin) \($0.realm)" }, isText: true)
}

extension ValueType where Value == RealmQuota {
    static let realmQuota = Self(
        name: "realm user total", expected: "a realm and two numbers, as in example.org 10 200",
        parse: { text, _ in
            let words = text.split(separator: " ")
            guard words.count >= 3, let total = Int(words[words.count - 1]), let user = Int(words[words.count - 2]),
                user >= 0, total >= 0,
                let realm = OpaqueString(words.dropLast(2).joined(separator: " "))?.description
            else { return nil }
            return RealmQuota(realm: realm, user: user, total: total)
        },
        write: { "\($0.realm) \($0.user) \($0.total)" }, isText: true)
}
