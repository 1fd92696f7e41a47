// SPDX-License-Identifier: Apache-2.0

/// Divides the relay ports among the workers, so that none asks another which are free.
enum PortShares {
    /// As many shares as there are workers, or fewer when there are fewer pairs of ports; none without ports.
    ///
    /// Ports are dealt in pairs that begin even, because EVEN-PORT may ask for one (RFC 8656 §7.2).
    static func split(_ ranges: [ClosedRange<UInt16>], among workers: Int) -> [[ClosedRange<UInt16>]] {
        let pairs = ranges.reduce(0) { $0 + pairCount($1) }
        let workers = min(max(1, workers), 254, pairs)
        guard workers > 0 else { return [] }
        return (0..<workers).map { worker in
            slice(ranges, pairs: pairs * worker / workers..<pairs * (worker + 1) / workers)
        }
    }

    /// How many pairs of an even port and its successor a range touches: a lone port at either end counts as one.
    private static func pairCount(_ range: ClosedRange<UInt16>) -> Int {
        Int(range.upperBound) / 2 - Int(range.lowerBound) / 2 + 1
    }

    /// The ports of the pairs with these numbers, counted through all ranges.
    private static func slice(_ ranges: [ClosedRange<UInt16>], pairs: Range<Int>) -> [ClosedRange<UInt16>] {
        var passed = 0
        var slices: [ClosedRange<UInt16>] = []
        for range in ranges {
            let count = pairCount(range)
            let mine = pairs.clamped(to: passed..<passed + count)
            if !mine.isEmpty {
                let first = (Int(range.lowerBound) / 2 + mine.lowerBound - passed) * 2
                let last = (Int(range.lowerBound) / 2 + mine.upperBound - passed) * 2 - 1
                let low = max(first, Int(range.lowerBound))
                let high = min(last, Int(range.upperBound))
                if low <= high, let low = UInt16(exactly: low), let high = UInt16(exactly: high) {
                    slices.append(low...high)
                }
            }
            passed += count
        }
        return slices
    }
}
