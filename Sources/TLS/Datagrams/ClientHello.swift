// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// As much of a DTLS ClientHello as is needed to answer it without keeping anything (RFC 6347 §4.2.1).
///
/// All of it stands at the front of the message, so that of a ClientHello in fragments the first one is enough.
package struct ClientHello: Sendable {
    /// The client's random, which names its attempt.
    let random: Random
    /// Where the cookie lies in the datagram.
    let cookie: Range<Int>
    /// The record's sequence number, which the answer repeats.
    let recordSequence: UInt64
    /// Whether the datagram holds all of the message, and not its first fragment only.
    let isWhole: Bool

    /// 32 bytes.
    package struct Random: Hashable, Sendable {
        let high: UInt128
        let low: UInt128
    }

    /// Reads a datagram that is one ClientHello, or that begins with the first fragment of one; nil for all others.
    init?(parsing datagram: Span<UInt8>) {
        guard let fragment = HelloFragment(parsing: datagram, at: 0), fragment.offset == 0 else { return nil }
        isWhole = fragment.isWhole
        // What is whole stands alone.
        guard !isWhole || fragment.bytes.upperBound == datagram.count else { return nil }
        // client_version, random, session_id, cookie.
        let body = fragment.bytes.lowerBound
        guard let version = datagram.integer(UInt16.self, at: body), version >> 8 == 0xFE,
            let high = datagram.integer(UInt128.self, at: body + 2),
            let low = datagram.integer(UInt128.self, at: body + 18),
            let sessionID = datagram.integer(UInt8.self, at: body + 34), sessionID <= 32,
            let cookieLength = datagram.integer(UInt8.self, at: body + 35 + Int(sessionID))
        else { return nil }
        let cookieStart = body + 36 + Int(sessionID)
        // At least a cipher suite and a compression method follow, in this fragment or in a later one.
        let rest = isWhole ? 6 : 0
        guard cookieStart + Int(cookieLength) + rest <= fragment.bytes.upperBound else { return nil }
        random = Random(high: high, low: low)
        cookie = cookieStart..<cookieStart + Int(cookieLength)
        recordSequence = fragment.record.sequence
    }
}

/// A record that holds a ClientHello or one fragment of it (RFC 6347 §4.2.2), and nothing else.
struct HelloFragment {
    static let headerSize = 12

    let record: Record
    /// Bytes of the whole message.
    let length: Int
    /// The first flight's message is the 0th, the one with the cookie the 1st.
    let sequence: UInt16
    /// Where the fragment lies in the message, and in the datagram.
    let offset: Int
    let bytes: Range<Int>

    var isWhole: Bool { bytes.count == length }

    /// Reads the record at `start`.
    init?(parsing datagram: Span<UInt8>, at start: Int) {
        guard let record = Record(parsing: datagram, at: start), record.type == Record.handshake, record.epoch == 0
        else { return nil }
        // msg_type and length, message_seq, fragment_offset and fragment_length.
        let head = record.body.lowerBound
        guard let message = datagram.integer(UInt32.self, at: head), message >> 24 == 1,
            let sequence = datagram.integer(UInt16.self, at: head + 4), sequence <= 1,
            let place = datagram.integer(UInt64.self, at: head + 4)
        else { return nil }
        let (length, count) = (Int(message & 0xFF_FFFF), Int(place & 0xFF_FFFF))
        offset = Int(place >> 24 & 0xFF_FFFF)
        guard offset + count <= length, count == record.body.count - Self.headerSize else { return nil }
        (self.record, self.length, self.sequence) = (record, length, sequence)
        bytes = head + Self.headerSize..<record.body.upperBound
    }
}
