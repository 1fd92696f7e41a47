// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// How far a stream of bytes has run ahead of the rate it is allowed (a token bucket of a quarter of a second).
struct Pace: Hashable {
    /// When all that was let through would have passed at exactly the allowed rate.
    private var level: UInt64 = 0

    private static let burst: UInt64 = 250_000_000

    /// Whether `count` bytes may pass now at `bytesPerSecond`; counts them if so.
    @inline(__always)
    mutating func admit(_ count: Int, bytesPerSecond: UInt64, now: Instant) -> Bool {
        guard bytesPerSecond > 0 else { return true }
        let start = max(level, now.nanoseconds)
        guard start - now.nanoseconds <= Self.burst else { return false }
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
