// SPDX-License-Identifier: Apache-2.0

/// What one process writes down for a later one: fields with a tag each, in any order, repeated where there are several.
///
/// ```
/// tag (8) │ length (32) │ as many bytes
/// ```
/// Who reads skips the tags that it does not know, so that older and newer programs read each other.
package struct Record: Hashable, Sendable {
    package private(set) var fields: [Field] = []

    package struct Field: Hashable, Sendable {
        package let tag: UInt8
        package let value: [UInt8]
    }

    package init() {}

    /// Nil when a field ends behind the bytes.
    package init?(parsing bytes: Span<UInt8>) {
        var offset = 0
        while offset < bytes.count {
            guard let length = bytes.integer(UInt32.self, at: offset + 1) else { return nil }
            let start = offset + 5
            guard Int(length) <= bytes.count - start else { return nil }
            fields.append(Field(tag: bytes[offset], value: bytes.array(start..<start + Int(length))))
            offset = start + Int(length)
        }
    }

    /// The bytes that ``init(parsing:)`` reads.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(fields.reduce(0) { $0 + 5 + $1.value.count })
        for field in fields {
            bytes.append(field.tag)
            bytes.append(bigEndian: UInt32(clamping: field.value.count))
            bytes.append(contentsOf: field.value)
        }
        return bytes
    }
}

// MARK: - Writing

extension Record {
    package mutating func add(_ tag: UInt8, _ value: [UInt8]) { fields.append(Field(tag: tag, value: value)) }

    package mutating func add(_ tag: UInt8, _ text: String) { add(tag, [UInt8](text.utf8)) }

    package mutating func add(_ tag: UInt8, _ number: UInt64) {
        var value: [UInt8] = []
        value.append(bigEndian: number)
        add(tag, value)
    }

    package mutating func add(_ tag: UInt8, _ number: Int64) { add(tag, UInt64(bitPattern: number)) }

    package mutating func add(_ tag: UInt8, _ endpoint: Endpoint) {
        var value: [UInt8] = []
        switch endpoint.address {
        case .v4(let bits): value.append(bigEndian: bits)
        case .v6(let bits): value.append(bigEndian: bits)
        }
        value.append(bigEndian: endpoint.port)
        add(tag, value)
    }

    package mutating func add(_ tag: UInt8, _ record: Record) { add(tag, record.bytes) }
}

// MARK: - Reading

extension Record {
    /// The first field with a tag.
    package func bytes(_ tag: UInt8) -> [UInt8]? { fields.first { $0.tag == tag }?.value }

    package func text(_ tag: UInt8) -> String? { bytes(tag).map { String(decoding: $0, as: UTF8.self) } }

    /// Nil also when the field is no number of 64 bits.
    package func number(_ tag: UInt8) -> UInt64? { bytes(tag).flatMap { $0.count == 8 ? $0.span.integer(at: 0) : nil } }

    package func signedNumber(_ tag: UInt8) -> Int64? { number(tag).map { Int64(bitPattern: $0) } }

    /// Nil also when the field is no endpoint of either family.
    package func endpoint(_ tag: UInt8) -> Endpoint? {
        guard let value = bytes(tag) else { return nil }
        switch value.count {
        case 6:
            guard let bits: UInt32 = value.span.integer(at: 0), let port: UInt16 = value.span.integer(at: 4) else {
                return nil
            }
            return Endpoint(.v4(bits), port)
        case 18:
            guard let bits: UInt128 = value.span.integer(at: 0), let port: UInt16 = value.span.integer(at: 16) else {
                return nil
            }
            return Endpoint(.v6(bits), port)
        default: return nil
        }
    }

    /// Every record under a tag, in order; those that are none are left out.
    package func records(_ tag: UInt8) -> [Record] {
        fields.filter { $0.tag == tag }.compactMap { Record(parsing: $0.value.span) }
    }
}
