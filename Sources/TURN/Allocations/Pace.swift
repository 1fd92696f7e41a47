// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// How far a stream of bytes has run ahead of the rate it is allowed (a token bucket of a second).
struct Pace: Hashable {
    /// When all that was let through would have passed at exactly the allowed rate.
    private var level: UInt64 = 0

    /// A picture that others are made from comes at once, and is many times as long as those.
    static let burst: UInt64 = 1_000_000_000

    /// Whether `count` bytes may pass now at `bytesPerSecond`; counts them if so.
    ///
    /// - Parameter burst: How far ahead it may be, in nanoseconds.
    @inline(__always)
    mutating func admit(
        _ count: Int, bytesPerSecond: UInt64, burst: UInt64 = Pace.burst, now: Instant
    ) -> Bool {
        guard bytesPerSecond > 0 else { return true }
        let start = max(level, now.nanoseconds)
        guard start - now.nanoseconds <= burst else { return false }
        level = start &+ UInt64(truncatingIfNeeded: count) &* 1_000_000_000 / bytesPerSecond
        return true
    }

    /// Counts `count` bytes that have come already; when more may come, or nil when at once.
    mutating func charge(_ count: Int, bytesPerSecond: UInt64, now: Instant) -> Instant? {
        guard bytesPerSecond > 0 else { return nil }
        level = max(level, now.nanoseconds) &+ UInt64(truncatingIfNeeded: count) &* 1_000_000_000 / bytesPerSecond
        return level - now.nanoseconds > Self.burst ? Instant(nanoseconds: level - Self.burst) : nil
    }
}
