// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// As much of a DTLS ClientHello as is needed to answer it without keeping anything (RFC 6347 §4.2.1).
package struct ClientHello: Sendable {
    /// The client's random, which names its attempt.
    let random: Random
    /// Where the cookie lies in the datagram.
    let cookie: Range<Int>
    /// The record's sequence number, which the answer repeats.
    let recordSequence: UInt64

    /// 32 bytes.
    package struct Random: Hashable, Sendable {
        let high: UInt128
        let low: UInt128
    }

    /// Reads a datagram that is one ClientHello in one piece, as every client's first is; nil for all others.
    init?(parsing datagram: Span<UInt8>) {
        guard let record = Record(parsing: datagram, at: 0), record.type == Record.handshake, record.epoch == 0,
            record.body.upperBound == datagram.count
        else { return nil }
        // msg_type and length, message_seq, fragment_offset, fragment_length (RFC 6347 §4.2.2): 12 bytes.
        let start = record.body.lowerBound
        guard let head = datagram.integer(UInt32.self, at: start), head >> 24 == 1,
            let sequence = datagram.integer(UInt16.self, at: start + 4), sequence <= 1,
            let fragment = datagram.integer(UInt64.self, at: start + 4),
            fragment & 0xFFFF_FFFF_FFFF == UInt64(head & 0xFF_FFFF),
            Int(head & 0xFF_FFFF) == record.body.count - 12
        else { return nil }
        // client_version, random, session_id, cookie.
        let body = start + 12
        guard let version = datagram.integer(UInt16.self, at: body), version >> 8 == 0xFE,
            let high = datagram.integer(UInt128.self, at: body + 2),
            let low = datagram.integer(UInt128.self, at: body + 18),
            let sessionID = datagram.integer(UInt8.self, at: body + 34), sessionID <= 32,
            let cookieLength = datagram.integer(UInt8.self, at: body + 35 + Int(sessionID))
        else { return nil }
        let cookieStart = body + 36 + Int(sessionID)
        // At least a cipher suite and a compression method follow.
        guard cookieStart + Int(cookieLength) + 6 <= datagram.count else { return nil }
        random = Random(high: high, low: low)
        cookie = cookieStart..<cookieStart + Int(cookieLength)
        recordSequence = record.sequence
    }
}
