// SPDX-License-Identifier: Apache-2.0

/// Tells at the first wrong byte that text is not UTF-8 (RFC 3629 §4), however it was cut into frames.
struct UTF8Validator {
    /// Continuation bytes still to come.
    private var left = 0
    /// What the next continuation byte may be: narrower after some first bytes, against overlong forms and surrogates.
    private var allowed: ClosedRange<UInt8> = 0x80...0xBF

    /// Whether the text may end here.
    var isComplete: Bool { left == 0 }

    /// Takes the next byte; false when no UTF-8 text goes on like this.
    mutating func take(_ byte: UInt8) -> Bool {
        if left > 0 {
            guard allowed.contains(byte) else { return false }
            left -= 1
            allowed = 0x80...0xBF
            return true
        }
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: expect(1)
        case 0xE0: expect(2, 0xA0...0xBF)
        case 0xED: expect(2, 0x80...0x9F)
        case 0xE1...0xEF: expect(2)
        case 0xF0: expect(3, 0x90...0xBF)
        case 0xF1...0xF3: expect(3)
        case 0xF4: expect(3, 0x80...0x8F)
        default: return false
        }
        return true
    }

    private mutating func expect(_ count: Int, _ first: ClosedRange<UInt8> = 0x80...0xBF) {
        left = count
        allowed = first
    }
}
