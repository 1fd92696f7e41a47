// SPDX-License-Identifier: Apache-2.0
internal import Addresses
internal import Crypto
internal import Wire

/// How many unauthenticated answers each subscriber may get: what keeps a relay from being a reflector.
///
/// A fixed number of buckets, chosen by a seeded hash: memory does not grow with the number of sources, and two
/// subscribers share a bucket seldom and unforeseeably. Clients on this host itself are not limited.
struct StrangerLimit: ~Copyable {
    /// When all answers given would have gone out at the allowed rate, in milliseconds of the monotonic clock, cut to
    /// 32 bits.
    private var levels: [UInt32]
    private let seed: UInt64

    private static var buckets: Int { 1 << 15 }

    init(random: inout RandomStream) {
        levels = [UInt32](repeating: 0, count: Self.buckets)
        seed = random.next() | 1
    }

    /// Whether another answer may go to `address`; counts it if so.
    /// - Parameters:
    ///   - perSecond: Answers a second in the long run; zero: without limit.
    ///   - burst: Answers at once after a time of silence.
    mutating func admit(_ address: IPAddress, perSecond: UInt32, burst: UInt32, now: Instant) -> Bool {
        guard perSecond > 0, !address.isLoopback else { return true }
        let key: UInt64 =
            switch address.subscriber {
            case .v4(let bits): UInt64(bits)
            case .v6(let bits): UInt64(truncatingIfNeeded: bits >> 64)
            }
        let (high, low) = (key ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15 ^ seed << 1)
        let index = Int(truncatingIfNeeded: (high ^ low) >> 20) & (Self.buckets - 1)
        let milliseconds = UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000)
        let window = UInt32(clamping: UInt64(burst) * 1000 / UInt64(perSecond))
        var ahead = levels[index] &- milliseconds
        // What is further ahead than it can be is long past and wrapped around.
        if ahead > window { ahead = 0 }
        let cost = max(1, 1000 / perSecond)
        guard ahead <= window - min(window, cost) else { return false }
        levels[index] = milliseconds &+ ahead &+ cost
        return true
    }
}
