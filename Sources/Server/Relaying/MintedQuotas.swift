// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import TURN
internal import Wire

/// Counts the allocations of all workers that were made with this server's own credentials: of each name, and over names
/// of each address and of each room.
final class MintedQuotas: Sendable {
    private struct Counts {
        var names: [String: Int] = [:]
        var addresses: [IPAddress: Int] = [:]
        var rooms: [Scope: Int] = [:]
        /// Zero is no limit.
        var limits = (user: 0, address: 0, room: 0)
    }

    private let counts = Mutex(Counts())

    /// Applies from the next allocation on; who holds more keeps it.
    func limit(user: Int, address: Int, room: Int) { counts.withLock { $0.limits = (user, address, room) } }

    /// Counts one more, or says which limit forbids it.
    ///
    /// A name may hold its quota once for each of its companions: in a mesh everybody has a connection with each.
    func take(_ claim: Quotas.Claim, _ companions: Int) -> Quotas.Limit? {
        guard let minted = claim.minted else { return nil }
        return counts.withLock { counts in
            let limits = counts.limits
            func isReached(_ limit: Int, _ held: Int?) -> Bool { limit > 0 && held ?? 0 >= limit }
            if isReached(limits.user * max(1, companions), counts.names[claim.account]) { return .roomUser }
            if isReached(limits.address, counts.addresses[minted.address]) { return .roomAddress }
            if minted.room.isRoom, isReached(limits.room, counts.rooms[minted.room]) { return .room }
            Self.add(1, claim.account, minted, to: &counts)
            return nil
        }
    }

    /// Counts one more, whatever the limits say.
    func keep(_ claim: Quotas.Claim) { add(1, claim) }

    func give(_ claim: Quotas.Claim) { add(-1, claim) }

    private func add(_ difference: Int, _ claim: Quotas.Claim) {
        guard let minted = claim.minted else { return }
        counts.withLock { Self.add(difference, claim.account, minted, to: &$0) }
    }

    private static func add(_ difference: Int, _ name: String, _ minted: Quotas.Minted, to counts: inout Counts) {
        counts.names.add(difference, name)
        counts.addresses.add(difference, minted.address)
        if minted.room.isRoom { counts.rooms.add(difference, minted.room) }
    }
}

extension Dictionary where Value == Int {
    /// Counts; nothing is kept of what has come to zero.
    fileprivate mutating func add(_ difference: Int, _ key: Key) {
        let sum = (self[key] ?? 0) + difference
        self[key] = sum > 0 ? sum : nil
    }
}
