// SPDX-License-Identifier: Apache-2.0
package import Wire

// MAPPED-ADDRESS and XOR-MAPPED-ADDRESS (RFC 8489 §14.1, §14.2) and all that are encoded like them.

extension Message {
    /// The address in the first attribute of a type that is encoded like XOR-MAPPED-ADDRESS; nil when there is none.
    package func xorAddress(_ type: AttributeType, in bytes: Span<UInt8>) throws(DecodeError) -> Endpoint? {
        guard let place = place(of: type) else { return nil }
        return try Self.xorAddress(type, at: place, header.transaction, in: bytes)
    }

    /// Calls `visit` with the place of every attribute of this type that integrity covers, in order.
    ///
    /// For XOR-PEER-ADDRESS, the one attribute that may occur several times (RFC 8656 §10.1).
    package func forEach(
        _ type: AttributeType, in bytes: Span<UInt8>, _ visit: (Range<Int>) throws(DecodeError) -> Void
    ) throws(DecodeError) {
        var offset = Header.size
        while let number: UInt16 = bytes.integer(at: offset), let length: UInt16 = bytes.integer(at: offset + 2) {
            let found = AttributeType(rawValue: number)
            if found == .messageIntegrity || found == .messageIntegritySHA256 || found == .fingerprint { return }
            if found == type { try visit(offset + 4..<offset + 4 + Int(length)) }
            offset += 4 + (Int(length) + 3) & ~3
        }
    }

    /// Decodes the address at `place`, masked with `transaction`.
    package static func xorAddress(
        _ type: AttributeType, at place: Range<Int>, _ transaction: TransactionID, in bytes: Span<UInt8>
    ) throws(DecodeError) -> Endpoint {
        let plain = try address(type, at: place, in: bytes)
        return plain.masked(with: transaction)
    }

    /// Decodes the address at `place`, encoded like MAPPED-ADDRESS. The first byte is ignored.
    package static func address(
        _ type: AttributeType, at place: Range<Int>, in bytes: Span<UInt8>
    ) throws(DecodeError) -> Endpoint {
        let start = place.lowerBound
        guard let family: UInt8 = bytes.integer(at: start + 1), let port: UInt16 = bytes.integer(at: start + 2) else {
            throw .malformed(type)
        }
        switch (family, place.count) {
        case (0x01, 8):
            guard let bits: UInt32 = bytes.integer(at: start + 4) else { throw .malformed(type) }
            return Endpoint(.v4(bits), port)
        case (0x02, 20):
            guard let bits: UInt128 = bytes.integer(at: start + 4) else { throw .malformed(type) }
            return Endpoint(.v6(bits), port)
        default:
            throw .malformed(type)
        }
    }
}

extension Endpoint {
    /// The endpoint with port and address masked, or unmasked again (RFC 8489 §14.2).
    package func masked(with transaction: TransactionID) -> Endpoint {
        let port = port ^ UInt16(truncatingIfNeeded: Header.magicCookie >> 16)
        switch address {
        case .v4(let bits): return Endpoint(.v4(bits ^ Header.magicCookie), port)
        case .v6(let bits): return Endpoint(.v6(bits ^ transaction.mask), port)
        }
    }
}

extension Writer {
    /// Appends an address in clear.
    package mutating func append(_ type: AttributeType, address endpoint: Endpoint) {
        switch endpoint.address {
        case .v4(let bits):
            guard let offset = reserve(type, count: 8) else { return }
            store(UInt16(0x0001), at: offset)
            store(endpoint.port, at: offset + 2)
            store(bits, at: offset + 4)
        case .v6(let bits):
            guard let offset = reserve(type, count: 20) else { return }
            store(UInt16(0x0002), at: offset)
            store(endpoint.port, at: offset + 2)
            store(bits, at: offset + 4)
        }
    }

    /// Appends an address masked with the message's transaction.
    package mutating func append(_ type: AttributeType, xorAddress endpoint: Endpoint) {
        append(type, address: endpoint.masked(with: transaction))
    }
}
