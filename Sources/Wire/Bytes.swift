// SPDX-License-Identifier: Apache-2.0

extension Span where Element == UInt8 {
    /// Reads a big-endian integer, or nil when it would cross the end of the span.
    ///
    /// The one place where Sterna loads an integer off the wire; every parser is built on it.
    @inlinable
    package func integer<T: FixedWidthInteger>(_: T.Type = T.self, at offset: Int) -> T? {
        let size = T.bitWidth / 8
        guard offset >= 0, offset <= count - size else { return nil }
        var value: T = 0
        for index in offset..<offset + size { value = value << 8 | T(truncatingIfNeeded: self[index]) }
        return value
    }

    /// Whether the bytes in `range` equal `other`; false when the range leaves the span.
    ///
    /// Not for secrets: it stops at the first difference (`Crypto` compares in constant time).
    @inlinable
    package func matches(_ other: Span<UInt8>, at offset: Int) -> Bool {
        guard offset >= 0, other.count <= count - offset else { return false }
        for index in other.indices where self[offset + index] != other[index] { return false }
        return true
    }

    /// A copy of the bytes in `range`, which is clamped to the span.
    package func array(_ range: Range<Int>) -> [UInt8] {
        let range = range.clamped(to: 0..<count)
        return [UInt8](capacity: range.count) { output in
            for index in range { output.append(self[index]) }
        }
    }

    /// A copy of all bytes.
    package var array: [UInt8] { array(0..<count) }
}

extension MutableSpan where Element == UInt8 {
    /// Writes an integer in network byte order, or nothing and false when it would cross the end.
    @inlinable
    @discardableResult
    package mutating func store<T: FixedWidthInteger>(_ value: T, at offset: Int) -> Bool {
        let size = T.bitWidth / 8
        guard offset >= 0, offset <= count - size else { return false }
        for index in 0..<size {
            self[offset + index] = UInt8(truncatingIfNeeded: value >> T((size - 1 - index) * 8))
        }
        return true
    }
}

extension OutputSpan where Element == UInt8 {
    /// Appends an integer in network byte order. Traps if the span is full: callers size it first.
    @inlinable
    package mutating func append<T: FixedWidthInteger>(bigEndian value: T) {
        var shift = T.bitWidth
        while shift > 0 {
            shift -= 8
            append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }
}

extension [UInt8] {
    /// Appends an integer in network byte order.
    @inlinable
    package mutating func append<T: FixedWidthInteger>(bigEndian value: T) {
        var shift = T.bitWidth
        while shift > 0 {
            shift -= 8
            append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }
}
