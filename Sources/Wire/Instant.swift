// SPDX-License-Identifier: Apache-2.0

/// A moment on the monotonic clock, handed in by the engine; protocol code never reads a clock.
@frozen
package struct Instant: Comparable, Hashable, Sendable {
    package let nanoseconds: UInt64

    @inlinable
    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    @inlinable
    package static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }

    /// The instant `delay` later; saturates at both ends of time.
    @inlinable
    package static func + (instant: Self, delay: Duration) -> Self {
        let nanoseconds = delay.wholeNanoseconds
        if nanoseconds >= 0 {
            let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(UInt64(nanoseconds))
            return Self(nanoseconds: overflow ? .max : sum)
        }
        let (difference, overflow) = instant.nanoseconds.subtractingReportingOverflow(nanoseconds.magnitude)
        return Self(nanoseconds: overflow ? 0 : difference)
    }

    /// How much later `a` is than `b`; negative when it is earlier.
    @inlinable
    package static func - (a: Self, b: Self) -> Duration {
        a >= b
            ? .nanoseconds(Int64(clamping: a.nanoseconds - b.nanoseconds))
            : .nanoseconds(-Int64(clamping: b.nanoseconds - a.nanoseconds))
    }
}

extension Duration {
    /// The duration in whole nanoseconds; saturates at ±292 years.
    @inlinable
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carried) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || carried ? (seconds < 0 ? .min : .max) : sum
    }
}

/// What both clocks say at once: the monotonic one for deadlines, the wall clock for what people and credentials mean.
@frozen
package struct Moment: Hashable, Sendable {
    package let instant: Instant
    package let time: UnixTime

    @inlinable
    package init(instant: Instant, time: UnixTime) {
        self.instant = instant
        self.time = time
    }

    /// Both clocks moved on by the same delay: what tests and simulations step with.
    package static func + (moment: Self, delay: Duration) -> Self {
        Self(instant: moment.instant + delay, time: moment.time + delay)
    }
}
