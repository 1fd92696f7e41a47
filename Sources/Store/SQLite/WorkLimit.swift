// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// How long one thread may go on with what it does, from now on.
struct WorkLimit {
    private let processorTime: Int64
    private let clockTime: Int64

    /// - Parameter work: Processor time of the calling thread. By the clock it is ten times as much.
    init(_ work: Duration) {
        let (seconds, attoseconds) = work.components
        let nanoseconds = seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000
        processorTime = Self.now(CLOCK_THREAD_CPUTIME_ID) &+ nanoseconds
        clockTime = Self.now(CLOCK_MONOTONIC) &+ 10 &* nanoseconds
    }

    var isReached: Bool {
        Self.now(CLOCK_THREAD_CPUTIME_ID) >= processorTime || Self.now(CLOCK_MONOTONIC) >= clockTime
    }

    /// Nanoseconds of one of the kernel's clocks.
    private static func now(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        // Safe: the kernel fills what it is given.
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
