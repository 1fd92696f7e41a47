// SPDX-License-Identifier: Apache-2.0

/// Bytes as text without look-alikes (no 0, O, I, l): what tokens in links are written in.
package enum Base58 {
    private static let alphabet = [UInt8]("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

    /// The number that the bytes spell, in base 58; a leading zero byte is a leading `1`.
    package static func encode(_ bytes: [UInt8]) -> String {
        var digits: [UInt8] = []
        for byte in bytes {
            var carry = Int(byte)
            for index in digits.indices {
                carry += Int(digits[index]) << 8
                digits[index] = UInt8(carry % 58)
                carry /= 58
            }
            while carry > 0 {
                digits.append(UInt8(carry % 58))
                carry /= 58
            }
        }
        let zeros = bytes.prefix { $0 == 0 }.count
        let text = repeatElement(alphabet[0], count: zeros) + digits.reversed().map { alphabet[Int($0)] }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether every character is one of the 58.
    package static func isWellFormed(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(alphabet.contains)
    }
}
