// SPDX-License-Identifier: Apache-2.0

/// A rate with a burst: so many things a second on average, and so many at once after a pause.
@frozen
package struct TokenBucket: Hashable, Sendable {
    /// Nanoseconds that one thing costs.
    private let cost: UInt64
    /// Nanoseconds that a full bucket is worth.
    private let capacity: UInt64
    /// When the bucket would be full if nothing more were taken.
    private var fullAt: Instant

    /// A full bucket of `burst` things that fills at `count` things in `period`; both counts are at least one.
    package init(_ count: Int, every period: Duration, burst: Int) {
        cost = period.wholeNanoseconds.magnitude / UInt64(max(1, count))
        capacity = cost * UInt64(max(1, burst))
        fullAt = Instant(nanoseconds: 0)
    }

    /// Takes one thing out, or nothing and false when the bucket is empty.
    package mutating func take(now: Instant) -> Bool {
        let start = max(fullAt, now).nanoseconds
        guard start - now.nanoseconds <= capacity - cost else { return false }
        fullAt = Instant(nanoseconds: start) + .nanoseconds(Int64(clamping: cost))
        return true
    }

    /// When the next thing could be taken; `now` or earlier when one can be.
    package var nextAt: Instant { Instant(nanoseconds: fullAt.nanoseconds - min(fullAt.nanoseconds, capacity - cost)) }

    /// Whether the bucket is full, and so no different from a new one.
    package func isFull(now: Instant) -> Bool { fullAt <= now }
}
