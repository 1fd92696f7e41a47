// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// Writes STUN messages into a buffer of fixed size.
///
/// What does not fit is left out and ``overflowed`` says so; the length in the header is right after every attribute.
package struct Writer: ~Copyable {
    /// The buffer; the message being written is ``message``.
    package private(set) var bytes: [UInt8]
    /// The place of the message in ``bytes``.
    package private(set) var message: Range<Int> = 0..<0
    package private(set) var overflowed = false
    package private(set) var transaction = TransactionID(high: 0, low: 0)

    /// - Parameter capacity: Bytes in the buffer, at least a header.
    package init(capacity: Int) { bytes = [UInt8](repeating: 0, count: max(capacity, Header.size)) }

    /// Begins a message at the front of the buffer.
    package mutating func begin(
        _ kind: Kind, _ method: Method, _ transaction: TransactionID, cookie: UInt32 = Header.magicCookie
    ) {
        let header = Header(kind: kind, method: method, bodyLength: 0, transaction: transaction, cookie: cookie)
        self.transaction = transaction
        overflowed = false
        var buffer = bytes.mutableSpan
        buffer.store(header.messageType, at: 0)
        buffer.store(UInt16(0), at: 2)
        buffer.store(cookie, at: 4)
        buffer.store(transaction.high, at: 8)
        buffer.store(transaction.low, at: 12)
        message = 0..<Header.size
    }

    /// Writes an attribute's type and length and zeros in place of its value; the offset of the value, or nil when the
    /// buffer is full.
    package mutating func reserve(_ type: AttributeType, count: Int) -> Int? {
        let value = message.upperBound + 4
        let end = value + (count + 3) & ~3
        guard count >= 0, count <= 0xFFFF, end <= bytes.count, end - Header.size <= 0xFFFF else {
            overflowed = true
            return nil
        }
        var buffer = bytes.mutableSpan
        buffer.store(type.rawValue, at: value - 4)
        buffer.store(UInt16(count), at: value - 2)
        // Padding is zero: nothing of an earlier message leaves with this one.
        for index in value..<end { buffer[index] = 0 }
        message = message.lowerBound..<end
        setLength(to: end)
        return value
    }

    /// Appends an attribute with these bytes.
    package mutating func append(_ type: AttributeType, _ value: Span<UInt8>) {
        guard let offset = reserve(type, count: value.count) else { return }
        var buffer = bytes.mutableSpan
        for index in value.indices { buffer[offset + index] = value[index] }
    }

    /// Appends an attribute whose value is one integer.
    package mutating func append<T: FixedWidthInteger>(_ type: AttributeType, integer value: T) {
        guard let offset = reserve(type, count: T.bitWidth / 8) else { return }
        store(value, at: offset)
    }

    /// Writes the header of a DATA attribute whose value follows elsewhere and counts it in the message's length.
    ///
    /// The message ends where the value begins; `nil` when header or length do not fit.
    package mutating func beginData(count: Int) -> Range<Int>? {
        let value = message.upperBound + 4
        let length = value + (count + 3) & ~3 - Header.size
        guard count >= 0, count <= 0xFFFF, value <= bytes.count, length <= 0xFFFF else { return nil }
        var buffer = bytes.mutableSpan
        buffer.store(AttributeType.data.rawValue, at: value - 4)
        buffer.store(UInt16(count), at: value - 2)
        buffer.store(UInt16(length), at: 2)
        message = message.lowerBound..<value
        return message
    }

    /// Overwrites an integer within the message.
    mutating func store<T: FixedWidthInteger>(_ value: T, at offset: Int) {
        var buffer = bytes.mutableSpan
        buffer.store(value, at: offset)
    }

    /// Makes the header's length that of a message that ends at `end`.
    mutating func setLength(to end: Int) { store(UInt16(truncatingIfNeeded: end - Header.size), at: 2) }

    /// A copy of the message.
    package var array: [UInt8] { Array(bytes[message]) }
}
