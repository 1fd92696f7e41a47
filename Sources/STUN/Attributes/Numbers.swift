// SPDX-License-Identifier: Apache-2.0
package import Wire

// The attributes of RFC 8656 §18 whose value is a number or a flag.

extension Message {
    /// CHANNEL-NUMBER (RFC 8656 §18.1).
    package func channelNumber(in bytes: Span<UInt8>) throws(DecodeError) -> UInt16? {
        try integer(.channelNumber, size: 4, in: bytes)
    }

    /// LIFETIME in seconds (RFC 8656 §18.2).
    package func lifetime(in bytes: Span<UInt8>) throws(DecodeError) -> UInt32? {
        try integer(.lifetime, size: 4, in: bytes)
    }

    /// The IP protocol number in REQUESTED-TRANSPORT (RFC 8656 §18.8).
    package func requestedTransport(in bytes: Span<UInt8>) throws(DecodeError) -> UInt8? {
        try integer(.requestedTransport, size: 4, in: bytes)
    }

    /// REQUESTED- or ADDITIONAL-ADDRESS-FAMILY as it stands there: 1 for IPv4, 2 for IPv6 (RFC 8656 §18.6, §18.11).
    package func addressFamily(_ type: AttributeType, in bytes: Span<UInt8>) throws(DecodeError) -> UInt8? {
        try integer(type, size: 4, in: bytes)
    }

    /// Whether EVEN-PORT asks for the next port too; nil when it is absent (RFC 8656 §18.7).
    package func evenPort(in bytes: Span<UInt8>) throws(DecodeError) -> Bool? {
        let flags: UInt8? = try integer(.evenPort, size: 1, in: bytes)
        return flags.map { $0 & 0x80 != 0 }
    }

    /// RESERVATION-TOKEN (RFC 8656 §18.10).
    package func reservationToken(in bytes: Span<UInt8>) throws(DecodeError) -> UInt64? {
        try integer(.reservationToken, size: 8, in: bytes)
    }

    /// Whether DONT-FRAGMENT is there (RFC 8656 §18.9).
    package func dontFragment() throws(DecodeError) -> Bool {
        guard let place = place(of: .dontFragment) else { return false }
        guard place.isEmpty else { throw .malformed(.dontFragment) }
        return true
    }

    /// CONNECTION-ID (RFC 6062 §6.2.1).
    package func connectionID(in bytes: Span<UInt8>) throws(DecodeError) -> UInt32? {
        try integer(.connectionID, size: 4, in: bytes)
    }

    /// The number at the front of an attribute that is `size` bytes long; what stands behind it is ignored.
    func integer<T: FixedWidthInteger>(
        _ type: AttributeType, size: Int, in bytes: Span<UInt8>
    ) throws(DecodeError) -> T? {
        guard let place = place(of: type) else { return nil }
        guard place.count == size, let value: T = bytes.integer(at: place.lowerBound) else { throw .malformed(type) }
        return value
    }
}

extension Writer {
    /// Appends CHANNEL-NUMBER.
    package mutating func append(channelNumber: UInt16) {
        append(.channelNumber, integer: UInt32(channelNumber) << 16)
    }

    /// Appends LIFETIME in seconds.
    package mutating func append(lifetime seconds: UInt32) { append(.lifetime, integer: seconds) }

    /// Appends REQUESTED-TRANSPORT.
    package mutating func append(requestedTransport number: UInt8) {
        append(.requestedTransport, integer: UInt32(number) << 24)
    }

    /// Appends REQUESTED- or ADDITIONAL-ADDRESS-FAMILY.
    package mutating func append(_ type: AttributeType, family: IPAddress.Family) {
        append(type, integer: UInt32(family == .v4 ? 1 : 2) << 24)
    }

    /// Appends ADDRESS-ERROR-CODE (RFC 8656 §18.12).
    package mutating func append(addressError code: ErrorCode, for family: IPAddress.Family) {
        let reason = [UInt8](code.reason.description.utf8)
        guard let offset = reserve(.addressErrorCode, count: 4 + reason.count) else { return }
        store(UInt8(family == .v4 ? 1 : 2), at: offset)
        store((code.rawValue / 100) << 8 | code.rawValue % 100, at: offset + 2)
        for index in reason.indices { store(reason[index], at: offset + 4 + index) }
    }

    /// Appends ICMP (RFC 8656 §18.13).
    package mutating func append(icmpType: UInt8, code: UInt8, data: UInt32) {
        append(.icmp, integer: UInt64(icmpType) << 40 | UInt64(code) << 32 | UInt64(data))
    }
}
