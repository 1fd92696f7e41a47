// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// The header of a DTLS 1.2 record (RFC 6347 §4.1): 13 bytes.
struct Record {
    static let headerSize = 13
    static let handshake: UInt8 = 22

    let type: UInt8
    let epoch: UInt16
    /// The sequence number within the epoch, 48 bits.
    let sequence: UInt64
    /// Where the fragment lies in the datagram.
    let body: Range<Int>

    /// Reads the record at `offset`; nil when none is whole there.
    init?(parsing datagram: Span<UInt8>, at offset: Int) {
        guard let type = datagram.integer(UInt8.self, at: offset),
            let version = datagram.integer(UInt16.self, at: offset + 1),
            let number = datagram.integer(UInt64.self, at: offset + 3),
            let length = datagram.integer(UInt16.self, at: offset + 11)
        else { return nil }
        let start = offset + Self.headerSize
        // 0xFEFF is DTLS 1.0, which first flights of 1.2 still bear; 0xFEFD is 1.2.
        guard (20...23).contains(type), version == 0xFEFF || version == 0xFEFD, Int(length) <= datagram.count - start
        else { return nil }
        self.type = type
        epoch = UInt16(truncatingIfNeeded: number >> 48)
        sequence = number & 0xFFFF_FFFF_FFFF
        body = start..<start + Int(length)
    }
}

/// What is let through to a server's handshake.
enum RecordLimits {
    /// Records in one datagram; a whole flight of a client is six.
    static let records = 16
    /// Bytes of a handshake message of a client, which shows no certificate.
    static let message = 4096

    /// Whether the datagram is whole records, not too many, and none of them makes libssl keep room for a message that is
    /// longer than a client's are.
    static func admit(_ datagram: Span<UInt8>) -> Bool {
        var offset = 0
        var count = 0
        while offset < datagram.count {
            guard let record = Record(parsing: datagram, at: offset), count < records else { return false }
            if record.type == Record.handshake, record.epoch == 0, !admitMessages(in: record.body, of: datagram) {
                return false
            }
            offset = record.body.upperBound
            count += 1
        }
        return true
    }

    /// The shortest record that a cipher with the longest nonce and tag makes: 8 bytes and 16.
    static let protectedRecord = 24

    /// Whether every encrypted record has room for its nonce and tag.
    ///
    /// libssl 3.0.19 breaks a session off, fatally and with an internal error, over a record that is shorter:
    /// one datagram with a forged sender would be enough.
    static func admitProtected(_ datagram: Span<UInt8>, atLeast shortest: Int) -> Bool {
        var offset = 0
        while let record = Record(parsing: datagram, at: offset) {
            guard record.epoch == 0 || record.body.count >= shortest else { return false }
            offset = record.body.upperBound
        }
        return true
    }

    /// Walks the messages of one record: msg_type, length in 24 bits, message_seq, fragment_offset and fragment_length in 24
    /// bits each, fragment (RFC 6347 §4.2.2).
    private static func admitMessages(in body: Range<Int>, of datagram: Span<UInt8>) -> Bool {
        var offset = body.lowerBound
        while offset < body.upperBound {
            guard offset + 12 <= body.upperBound, let head = datagram.integer(UInt32.self, at: offset),
                let fragment = datagram.integer(UInt32.self, at: offset + 8), Int(head & 0xFF_FFFF) <= message
            else { return false }
            offset += 12 + Int(fragment & 0xFF_FFFF)
        }
        return true
    }
}
