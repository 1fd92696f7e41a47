// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// Numbers as digits of base64, six bits each, the highest first.
enum Base64Digits {
    static func write(_ value: UInt64, into text: inout [24 of UInt8], at start: Int, digits: Int) {
        for index in 0..<digits {
            let sextet = UInt8(truncatingIfNeeded: value >> UInt64(6 * (digits - 1 - index)) & 0x3F)
            text[start + index] =
                switch sextet {
                case 0..<26: 0x41 + sextet
                case 26..<52: 0x61 + sextet - 26
                case 52..<62: 0x30 + sextet - 52
                case 62: 0x2B
                default: 0x2F
                }
        }
    }

    /// So many digits.
    static func text(_ value: UInt64, digits: Int) -> [UInt8] {
        var text = [24 of UInt8](repeating: 0)
        write(value, into: &text, at: 0, digits: digits)
        return text.span.array(0..<digits)
    }

    /// Nil when a character is no digit. The caller has seen that they are all there.
    static func number(_ text: Span<UInt8>, at start: Int, digits: Int) -> UInt64? {
        var value: UInt64 = 0
        for index in start..<start + digits {
            let sextet: UInt8
            switch text[index] {
            case 0x41...0x5A: sextet = text[index] - 0x41
            case 0x61...0x7A: sextet = text[index] - 0x61 + 26
            case 0x30...0x39: sextet = text[index] - 0x30 + 52
            case 0x2B: sextet = 62
            case 0x2F: sextet = 63
            default: return nil
            }
            value = value << 6 | UInt64(sextet)
        }
        return value
    }
}
