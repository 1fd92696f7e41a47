// SPDX-License-Identifier: Apache-2.0
package import Crypto
internal import Wire

/// Which of the two integrity attributes (RFC 8489 §14.5, §14.6).
@frozen
package enum Integrity: Hashable, Sendable {
    case sha1, sha256

    package var type: AttributeType {
        switch self {
        case .sha1: .messageIntegrity
        case .sha256: .messageIntegritySHA256
        }
    }

    package var function: HashFunction {
        switch self {
        case .sha1: .sha1
        case .sha256: .sha256
        }
    }
}

extension Message {
    /// Whether the message's attribute of this kind is the MAC that `key` makes; false when there is none.
    ///
    /// TURN allows no truncated MESSAGE-INTEGRITY-SHA256: the whole digest is demanded. Takes the same time whatever
    /// the value is.
    package func isAuthentic(_ integrity: Integrity, key: Digest, in bytes: Span<UInt8>) -> Bool {
        guard let place = place(of: integrity.type), place.count == integrity.function.digestSize else { return false }
        let mac = Self.mac(integrity, before: place.lowerBound - 4, key: key, in: bytes)
        return mac.equals(bytes, at: place.lowerBound)
    }

    /// The MAC of a message whose integrity attribute begins at `offset`, the header's length counting that attribute
    /// and nothing behind it.
    static func mac(_ integrity: Integrity, before offset: Int, key: Digest, in bytes: Span<UInt8>) -> Digest {
        let length = UInt16(truncatingIfNeeded: offset + 4 + integrity.function.digestSize - Header.size)
        let lengthBytes: [2 of UInt8] = [UInt8(length >> 8), UInt8(truncatingIfNeeded: length)]
        var hmac = HMAC(integrity.function, key: key.bytes.span.extracting(0..<key.count))
        hmac.update(bytes.extracting(0..<2))
        hmac.update(lengthBytes.span)
        hmac.update(bytes.extracting(4..<offset))
        return hmac.finish()
    }
}

extension Writer {
    /// Appends the integrity attribute that `key` makes for all that was written so far.
    package mutating func append(_ integrity: Integrity, key: Digest) {
        let start = message.upperBound
        guard let offset = reserve(integrity.type, count: integrity.function.digestSize) else { return }
        let mac = Message.mac(integrity, before: start, key: key, in: bytes.span)
        for index in 0..<mac.count { store(mac.bytes[index], at: offset + index) }
    }
}
