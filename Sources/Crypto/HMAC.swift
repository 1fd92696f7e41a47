// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// A keyed digest (RFC 2104) being taken of bytes that come in parts.
package struct HMAC: ~Copyable {
    private var hashing: Hashing
    private var outerKey: [64 of UInt8]

    /// Begins with a key of any length.
    package init(_ function: HashFunction, key: Span<UInt8>) {
        hashing = Hashing(function)
        // RFC 2104 §2: a key longer than a block is replaced by its digest; a shorter one is filled up with zeros.
        let digest = key.count > 64 ? function.digest(key) : nil
        var inner = [64 of UInt8](repeating: 0x36)
        outerKey = [64 of UInt8](repeating: 0x5C)
        for index in 0..<(digest?.count ?? key.count) {
            let byte = digest?.bytes[index] ?? key[index]
            inner[index] ^= byte
            outerKey[index] ^= byte
        }
        hashing.update(inner.span)
    }

    /// Adds `bytes` behind those already given.
    package mutating func update(_ bytes: Span<UInt8>) { hashing.update(bytes) }

    /// The MAC of all that was given.
    package consuming func finish() -> Digest {
        let inner = hashing.finish()
        hashing.update(outerKey.span)
        hashing.update(inner.bytes.span.extracting(0..<inner.count))
        return hashing.finish()
    }

    /// The MAC of `message`.
    package static func authenticate(_ message: Span<UInt8>, key: Span<UInt8>, _ function: HashFunction) -> Digest {
        var hmac = HMAC(function, key: key)
        hmac.update(message)
        return hmac.finish()
    }

    /// The MAC of `message`.
    package static func authenticate(_ message: [UInt8], key: [UInt8], _ function: HashFunction) -> Digest {
        authenticate(message.span, key: key.span, function)
    }
}
