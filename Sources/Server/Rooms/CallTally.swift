// SPDX-License-Identifier: Apache-2.0

internal import Signaling
internal import Wire

/// How calls came about, as pages have told since the start.
struct CallTally: Hashable, Sendable {
    private(set) var tried: UInt64 = 0
    private(set) var connected: UInt64 = 0
    private(set) var firstAttempt: UInt64 = 0
    private(set) var relayed: UInt64 = 0
    private(set) var frames = Durations()

    mutating func count(_ report: CallReport) {
        tried &+= 1
        guard report.isConnected else { return }
        connected &+= 1
        if report.isFirstAttempt { firstAttempt &+= 1 }
        if report.isRelayed { relayed &+= 1 }
        if let frame = report.firstFrame { frames.count(frame) }
    }

    /// Durations, counted by how long they are.
    struct Durations: Hashable, Sendable {
        /// Milliseconds that a bucket counts up to; what is longer is counted in the sum alone.
        static let bounds: [Int64] = [250, 500, 1000, 2000, 5000, 10_000]

        /// How many were no longer than each bound.
        private(set) var buckets = [UInt64](repeating: 0, count: bounds.count)
        private(set) var count: UInt64 = 0
        private(set) var sum = Duration.zero

        mutating func count(_ duration: Duration) {
            count &+= 1
            sum += duration
            for (index, bound) in Self.bounds.enumerated() where duration <= .milliseconds(bound) {
                buckets[index] &+= 1
            }
        }
    }
}
