// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// A rate for each subscriber: an IPv4 address or an IPv6 /64.
struct AddressRates {
    /// Subscribers that are remembered at once; beyond that nobody new is let through.
    private static let limit = 65_536

    private let full: TokenBucket
    private var buckets: [IPAddress: TokenBucket] = [:]
    /// Before that nobody is looked for who may be forgotten: looking costs as much as there are subscribers.
    private var nextSweep = Instant(nanoseconds: 0)
    /// How often all subscribers were looked at.
    private(set) var sweeps = 0

    init(perMinute: Int) { self.init(perMinute, every: .seconds(60), burst: perMinute) }

    /// So many in a period, and so many at once after a time of silence.
    init(_ count: Int, every period: Duration, burst: Int) { full = TokenBucket(count, every: period, burst: burst) }

    /// Counts one more; nil when it may go on, else how long to wait.
    mutating func take(_ address: IPAddress, now: Instant) -> Duration? {
        let subscriber = address.subscriber
        if buckets.count >= Self.limit, buckets[subscriber] == nil {
            if now >= nextSweep {
                nextSweep = now + .seconds(1)
                sweeps += 1
                buckets = buckets.filter { !$0.value.isFull(now: now) }
            }
            guard buckets.count < Self.limit else { return .seconds(60) }
        }
        var bucket = buckets[subscriber] ?? full
        let taken = bucket.take(now: now)
        buckets[subscriber] = bucket
        return taken ? nil : bucket.nextAt - now
    }
}
