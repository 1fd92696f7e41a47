// SPDX-License-Identifier: Apache-2.0

/// The CRC-32 of ITU V.42, which FINGERPRINT is made of (RFC 8489 §14.7).
package struct CRC32 {
    private var register: UInt32 = .max

    package init() {}

    /// The checksum of all bytes so far.
    package var checksum: UInt32 { ~register }

    /// Adds `bytes` behind those already given.
    package mutating func update(_ bytes: Span<UInt8>) {
        let table = Self.table
        for index in bytes.indices {
            register = register >> 8 ^ table[Int(truncatingIfNeeded: (register ^ UInt32(bytes[index])) & 0xFF)]
        }
    }

    /// The checksum of `bytes`.
    package static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
        var crc = CRC32()
        crc.update(bytes)
        return crc.checksum
    }

    /// The remainder of each byte by the reflected polynomial.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
}
