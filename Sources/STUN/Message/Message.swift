// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// A STUN message taken apart: where its attributes lie in the bytes it was parsed from.
///
/// It holds no bytes. Of an attribute that occurs more than once the first counts (RFC 8489 §14), and what stands
/// behind MESSAGE-INTEGRITY counts for nothing, MESSAGE-INTEGRITY-SHA256 and FINGERPRINT excepted (RFC 8489 §14.5).
/// Parsing takes time proportional to the length and allocates nothing.
package struct Message: Sendable {
    package let header: Header
    /// First place of each type by ``AttributeType/slot``: a quarter of its value's offset, then its length; 0: absent.
    private var places = [128 of UInt32](repeating: 0)
    private var present: UInt128 = 0
    /// Required types outside the registry's first page, each once, the first few.
    private var foreign = [8 of UInt16](repeating: 0)
    private var foreignCount = 0

    /// Parses `bytes`, which must hold exactly one message.
    package init(parsing bytes: Span<UInt8>) throws(DecodeError) {
        header = try Header(parsing: bytes)
        var offset = Header.size
        var stage = Stage.open
        while offset < bytes.count {
            guard let number: UInt16 = bytes.integer(at: offset), let length: UInt16 = bytes.integer(at: offset + 2)
            else { throw .attributePastEnd }
            let type = AttributeType(rawValue: number)
            let value = offset + 4
            // Widened before the sum: 0xFFFD rounds up past 16 bits.
            let end = value + (Int(length) + 3) & ~3
            guard end <= bytes.count else { throw .attributePastEnd }
            if stage == .closed { throw .misplacedFingerprint }
            switch type {
            case .fingerprint:
                guard length == 4 else { throw .misplacedFingerprint }
                stage = .closed
                note(type, at: value, length)
            case .messageIntegrity where stage == .open:
                stage = .integrity
                note(type, at: value, length)
            case .messageIntegritySHA256 where stage <= .integrity:
                stage = .integritySHA256
                note(type, at: value, length)
            default:
                if stage == .open { note(type, at: value, length) }
            }
            offset = end
        }
    }

    /// How far a message has been closed off by the attributes that protect it.
    private enum Stage: Int, Comparable {
        case open, integrity, integritySHA256, closed

        static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    private mutating func note(_ type: AttributeType, at offset: Int, _ length: UInt16) {
        guard let slot = type.slot else {
            if type.isRequired { noteForeign(type.rawValue) }
            return
        }
        guard present >> UInt128(slot) & 1 == 0 else { return }
        present |= 1 << UInt128(slot)
        // Values begin at multiples of four below 65,556, so a quarter fits 16 bits.
        places[slot] = UInt32(truncatingIfNeeded: offset / 4) << 16 | UInt32(length)
    }

    private mutating func noteForeign(_ number: UInt16) {
        guard foreignCount < foreign.count else { return }
        for index in 0..<foreignCount where foreign[index] == number { return }
        foreign[foreignCount] = number
        foreignCount += 1
    }
}

extension Message {
    /// Where the value of the first attribute of this type lies, without padding; nil when there is none.
    package func place(of type: AttributeType) -> Range<Int>? {
        guard let slot = type.slot, present >> UInt128(slot) & 1 == 1 else { return nil }
        let offset = Int(places[slot] >> 16) * 4
        return offset..<offset + Int(places[slot] & 0xFFFF)
    }

    /// Whether there is an attribute of this type.
    package func has(_ type: AttributeType) -> Bool { place(of: type) != nil }

    /// A copy of the value of the first attribute of this type.
    package func value(of type: AttributeType, in bytes: Span<UInt8>) -> [UInt8]? {
        place(of: type).map { bytes.array($0) }
    }

    /// The required types that are not among `known`, each once; of many only some (RFC 8489 §6.3.1).
    ///
    /// Allocates only when there are any.
    package func unknownRequired(except known: AttributeSet) -> [AttributeType] {
        var unknown: [AttributeType] = []
        var candidates = present & UInt128(UInt64.max) & ~known.bits
        while candidates != 0, unknown.count < 8 {
            let slot = candidates.trailingZeroBitCount
            unknown.append(AttributeType(slot: slot))
            candidates &= candidates - 1
        }
        for index in 0..<foreignCount where unknown.count < 8 {
            unknown.append(AttributeType(rawValue: foreign[index]))
        }
        return unknown
    }

    /// Whether there is a required type that is not among `known`.
    package func hasUnknownRequired(except known: AttributeSet) -> Bool {
        foreignCount > 0 || present & UInt128(UInt64.max) & ~known.bits != 0
    }
}
