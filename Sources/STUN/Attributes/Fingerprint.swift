// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import Wire

// FINGERPRINT (RFC 8489 §14.7): the CRC-32 of all before it, masked so that it differs from other protocols' CRCs.

private let mask: UInt32 = 0x5354_554E

extension Message {
    /// Whether FINGERPRINT fits the message; nil when there is none.
    package func fingerprintFits(in bytes: Span<UInt8>) -> Bool? {
        guard let place = place(of: .fingerprint) else { return nil }
        let checksum = CRC32.checksum(bytes.extracting(0..<place.lowerBound - 4))
        return bytes.integer(at: place.lowerBound) == checksum ^ mask
    }
}

extension Writer {
    /// Appends FINGERPRINT; nothing may follow.
    package mutating func appendFingerprint() {
        let start = message.upperBound
        guard let offset = reserve(.fingerprint, count: 4) else { return }
        store(CRC32.checksum(bytes.span.extracting(0..<start)) ^ mask, at: offset)
    }
}
