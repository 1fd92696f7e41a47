// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import Wire

/// The relay ports that one worker owns on one address, and which allocation has which.
struct PortPool {
    let address: IPAddress
    /// Ascending and disjoint.
    private let ranges: [ClosedRange<UInt16>]
    /// The slot that owns each port, and one; zero: free. Ranges one behind the other.
    private var owners: [UInt32]
    private(set) var used = 0

    /// How many ports there are, used or not.
    var count: Int { owners.count }

    init(address: IPAddress, ranges: [ClosedRange<UInt16>]) {
        self.address = address
        // Port 0 is no port; overlapping ranges count once.
        var disjoint: [ClosedRange<UInt16>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let floor = max(1, disjoint.last.map { Int($0.upperBound) + 1 } ?? 1)
            let low = max(Int(range.lowerBound), floor)
            if low <= Int(range.upperBound) { disjoint.append(UInt16(low)...range.upperBound) }
        }
        self.ranges = disjoint
        owners = [UInt32](repeating: 0, count: disjoint.reduce(0) { $0 + $1.count })
    }

    /// Who owns a port; nil when nobody does or it is not this worker's.
    func owner(of port: UInt16) -> UInt32? {
        guard let index = index(of: port), owners[index] != 0 else { return nil }
        return owners[index] - 1
    }

    /// Takes a random free port for `slot`, all equally likely while few are taken; nil when there is none.
    ///
    /// With `even`, only an even one; with `pair`, an even one whose successor is free too (which is not taken yet).
    mutating func take(for slot: UInt32, even: Bool, pair: Bool, random: inout RandomStream) -> UInt16? {
        guard used < owners.count else { return nil }
        func fits(_ index: Int) -> Bool {
            guard owners[index] == 0 else { return false }
            guard even || pair else { return true }
            guard port(at: index) % 2 == 0 else { return false }
            guard pair else { return true }
            return port(at: index) < .max && self.index(of: port(at: index) + 1).map { owners[$0] == 0 } ?? false
        }
        var chosen: Int?
        for _ in 0..<16 where chosen == nil {
            let index = Int(random.below(UInt64(owners.count)))
            if fits(index) { chosen = index }
        }
        if chosen == nil {
            let start = Int(random.below(UInt64(owners.count)))
            for offset in owners.indices {
                let index = (start + offset) % owners.count
                if fits(index) {
                    chosen = index
                    break
                }
            }
        }
        guard let chosen else { return nil }
        owners[chosen] = slot + 1
        used += 1
        return port(at: chosen)
    }

    /// Takes exactly this port, if it is this worker's and free.
    mutating func take(_ port: UInt16, for slot: UInt32) -> Bool {
        guard let index = index(of: port), owners[index] == 0 else { return false }
        owners[index] = slot + 1
        used += 1
        return true
    }

    /// Gives a port back; false for one that the pool does not have.
    @discardableResult
    mutating func give(_ port: UInt16) -> Bool {
        guard let index = index(of: port) else { return false }
        if owners[index] != 0 {
            owners[index] = 0
            used -= 1
        }
        return true
    }

    private func index(of port: UInt16) -> Int? {
        var offset = 0
        for range in ranges {
            if range.contains(port) { return offset + Int(port - range.lowerBound) }
            offset += range.count
        }
        return nil
    }

    private func port(at index: Int) -> UInt16 {
        var rest = index
        for range in ranges {
            if rest < range.count { return range.lowerBound + UInt16(truncatingIfNeeded: rest) }
            rest -= range.count
        }
        return 0
    }
}
