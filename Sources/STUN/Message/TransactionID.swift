// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// A 96-bit transaction identifier (RFC 8489 §5).
@frozen
package struct TransactionID: Hashable, Sendable {
    package let high: UInt32
    package let low: UInt64

    @inlinable
    package init(high: UInt32, low: UInt64) { (self.high, self.low) = (high, low) }

    /// The twelve bytes at `offset`, or nil when they are not all there.
    @inlinable
    package init?(_ bytes: Span<UInt8>, at offset: Int) {
        guard let high: UInt32 = bytes.integer(at: offset), let low: UInt64 = bytes.integer(at: offset + 4) else {
            return nil
        }
        self.init(high: high, low: low)
    }

    /// The magic cookie followed by the identifier: what an IPv6 address is masked with (RFC 8489 §14.2).
    @inlinable
    package var mask: UInt128 { UInt128(Header.magicCookie) << 96 | UInt128(high) << 64 | UInt128(low) }
}
