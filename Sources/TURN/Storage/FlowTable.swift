// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import Wire

/// From a flow to the slot of its allocation: open addressing with a hash that strangers cannot foresee.
///
/// The table holds hashes and slots only; whoever asks compares the flows themselves.
struct FlowTable: ~Copyable {
    /// The hash in the upper half, the slot and one in the lower; zero: empty.
    private var entries: [UInt64]
    private(set) var count = 0
    private let seed: (UInt64, UInt64, UInt64, UInt64)

    init(random: inout RandomStream) {
        entries = [UInt64](repeating: 0, count: 64)
        seed = (random.next(), random.next(), random.next(), random.next())
    }

    /// The hash that a flow is kept under.
    @inline(__always)
    func hash(_ flow: Flow) -> UInt32 {
        let client = Self.halves(flow.client.address)
        let server = Self.halves(flow.server.address)
        let rest = UInt64(flow.client.port) << 24 | UInt64(flow.server.port) << 8 | UInt64(flow.transport.rawValue)
        let mixed =
            Self.mix(client.0 ^ seed.0, client.1 ^ seed.1) ^ Self.mix(server.0 ^ seed.2, server.1 ^ seed.3)
        return UInt32(truncatingIfNeeded: Self.mix(mixed ^ seed.1, rest ^ seed.2) >> 16)
    }

    /// The slot among those kept under `hash` for which `matches` holds.
    @inline(__always)
    func slot(_ hash: UInt32, where matches: (UInt32) -> Bool) -> UInt32? {
        let mask = entries.count - 1
        var index = Int(hash) & mask
        while entries[index] != 0 {
            let entry = entries[index]
            if UInt32(truncatingIfNeeded: entry >> 32) == hash {
                let slot = UInt32(truncatingIfNeeded: entry) - 1
                if matches(slot) { return slot }
            }
            index = (index + 1) & mask
        }
        return nil
    }

    mutating func insert(_ hash: UInt32, _ slot: UInt32) {
        if count * 2 >= entries.count { grow() }
        place(UInt64(hash) << 32 | UInt64(slot + 1))
        count += 1
    }

    /// Takes a slot out, if it is there.
    mutating func remove(_ hash: UInt32, _ slot: UInt32) {
        let mask = entries.count - 1
        let sought = UInt64(hash) << 32 | UInt64(slot + 1)
        var hole = Int(hash) & mask
        while entries[hole] != sought {
            guard entries[hole] != 0 else { return }
            hole = (hole + 1) & mask
        }
        count -= 1
        // Entries behind the hole move up as far as their home allows, so that no search stops early.
        var next = (hole + 1) & mask
        while entries[next] != 0 {
            let home = Int(entries[next] >> 32) & mask
            if (next &- home) & mask >= (next &- hole) & mask {
                entries[hole] = entries[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        entries[hole] = 0
    }

    private mutating func place(_ entry: UInt64) {
        let mask = entries.count - 1
        var index = Int(entry >> 32) & mask
        while entries[index] != 0 { index = (index + 1) & mask }
        entries[index] = entry
    }

    private mutating func grow() {
        let old = entries
        entries = [UInt64](repeating: 0, count: old.count * 2)
        for entry in old where entry != 0 { place(entry) }
    }

    @inline(__always)
    private static func halves(_ address: IPAddress) -> (UInt64, UInt64) {
        switch address {
        case .v4(let bits): (1, UInt64(bits))
        case .v6(let bits): (UInt64(truncatingIfNeeded: bits >> 64), UInt64(truncatingIfNeeded: bits))
        }
    }

    /// Both halves of a 128-bit product, folded.
    @inline(__always)
    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (high, low) = a.multipliedFullWidth(by: b)
        return high ^ low
    }
}
