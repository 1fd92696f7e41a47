// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Wire

/// Up to 32 bytes that a hash function made: a digest, a MAC or a key. Lives on the stack.
package struct Digest: Sendable {
    /// The bytes, and zeros behind them.
    package internal(set) var bytes: [32 of UInt8]
    /// How many of the bytes count.
    package let count: Int

    init(zeros count: Int) {
        bytes = [32 of UInt8](repeating: 0)
        self.count = count
    }

    /// The first 32 bytes of `source` at most.
    package init(_ source: Span<UInt8>) {
        self.init(zeros: min(source.count, 32))
        for index in 0..<count { bytes[index] = source[index] }
    }

    package var array: [UInt8] { bytes.span.array(0..<count) }

    /// Whether the bytes of `span` at `offset` are exactly this digest, found out in constant time.
    package func equals(_ span: Span<UInt8>, at offset: Int = 0) -> Bool {
        guard offset >= 0, count <= span.count - offset else { return false }
        return ConstantTime.equal(bytes.span.extracting(0..<count), span.extracting(offset..<offset + count))
    }

    /// The first eight bytes as a number.
    package var prefix64: UInt64 { bytes.span.integer(at: 0) ?? 0 }
}

extension Digest: Equatable {
    /// Compares in constant time.
    package static func == (a: Self, b: Self) -> Bool {
        a.count == b.count && ConstantTime.equal(a.bytes.span, b.bytes.span)
    }
}

/// Comparison of secrets: the time it takes does not tell where two values differ.
package enum ConstantTime {
    /// Whether both spans hold the same bytes; only their lengths may be learnt from the time.
    package static func equal(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        // Safe: both buffers are live and have as many bytes as are compared.
        return unsafe a.withUnsafeBufferPointer { left in
            unsafe b.withUnsafeBufferPointer { right in
                unsafe left.isEmpty || CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
            }
        }
    }

    /// Whether both texts have the same bytes.
    package static func equal(_ a: String, _ b: String) -> Bool { equal([UInt8](a.utf8).span, [UInt8](b.utf8).span) }
}
