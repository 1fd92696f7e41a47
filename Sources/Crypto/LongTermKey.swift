// SPDX-License-Identifier: Apache-2.0

/// The key of STUN's long-term credential mechanism (RFC 8489 §9.2.2 and §18.5).
package enum LongTermKey {
    /// `MD5(username ":" realm ":" password)` or the same with SHA-256.
    ///
    /// Name and password are expected as OpaqueString (RFC 8265) leaves them.
    package static func derive(
        username: Span<UInt8>, realm: Span<UInt8>, password: Span<UInt8>, _ function: HashFunction
    ) -> Digest {
        let colon: [1 of UInt8] = [UInt8(ascii: ":")]
        var hashing = Hashing(function)
        hashing.update(username)
        hashing.update(colon.span)
        hashing.update(realm)
        hashing.update(colon.span)
        hashing.update(password)
        return hashing.finish()
    }

    /// As above, from text.
    package static func derive(username: String, realm: String, password: String, _ function: HashFunction) -> Digest {
        derive(
            username: [UInt8](username.utf8).span, realm: [UInt8](realm.utf8).span,
            password: [UInt8](password.utf8).span, function)
    }
}
