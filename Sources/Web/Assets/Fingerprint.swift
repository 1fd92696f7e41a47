// SPDX-License-Identifier: Apache-2.0

/// The 64-bit FNV-1a hash of some bytes: tells versions of our own files apart, and guards nothing.
struct Fingerprint: CustomStringConvertible {
    private var value: UInt64 = 0xcbf2_9ce4_8422_2325

    init(of bytes: [UInt8] = []) { add(bytes) }

    mutating func add(_ bytes: [UInt8]) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }

    /// Sixteen hexadecimal digits.
    var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
