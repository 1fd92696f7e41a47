// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import TURN

/// Counts the allocations of all workers: of each user, and altogether.
final class AllocationQuotas: Sendable {
    private struct Counts {
        var users: [String: Int] = [:]
        var total = 0
        /// What a user may hold, and all together; zero is no limit.
        var limits = (user: 0, total: 0)
    }

    private let counts = Mutex(Counts())
    /// Those of other realms, which outlive a reload that does not name them.
    private let realms = Mutex<[String: AllocationQuotas]>([:])
    /// Those with credentials that this server made, whatever the realm.
    let minted: MintedQuotas

    private let memory: MemoryBudget

    init(minted: MintedQuotas = MintedQuotas(), memory: MemoryBudget = MemoryBudget()) {
        (self.minted, self.memory) = (minted, memory)
    }

    /// What the relay asks. Counted without limits too, so that a limit set later knows what is held.
    var quotas: Quotas { Quotas(take: { self.take($0, $1) }, give: { self.give($0) }, keep: { self.keep($0) }) }

    /// Applies from the next allocation on; who holds more keeps it. Zero is no limit.
    func limit(user: Int, total: Int) { counts.withLock { $0.limits = (user, total) } }

    /// The counters of another realm: nobody's allocations there count here.
    func ofRealm(_ name: String) -> AllocationQuotas {
        realms.withLock { realms in
            if let known = realms[name] { return known }
            let quotas = AllocationQuotas(minted: minted, memory: memory)
            realms[name] = quotas
            return quotas
        }
    }

    private func take(_ claim: Quotas.Claim, _ companions: Int) -> Quotas.Limit? {
        guard !memory.isShort else { return .memory }
        return counts.withLock { counts in
            let own = counts.users[claim.account] ?? 0
            if counts.limits.total > 0, counts.total >= counts.limits.total { return .total }
            if counts.limits.user > 0, own >= counts.limits.user { return .user }
            if let limit = minted.take(claim, companions) { return limit }
            counts.users[claim.account] = own + 1
            counts.total += 1
            return nil
        }
    }

    private func keep(_ claim: Quotas.Claim) {
        minted.keep(claim)
        counts.withLock { counts in
            counts.users[claim.account, default: 0] += 1
            counts.total += 1
        }
    }

    private func give(_ claim: Quotas.Claim) {
        minted.give(claim)
        counts.withLock { counts in
            guard let own = counts.users[claim.account] else { return }
            counts.users[claim.account] = own > 1 ? own - 1 : nil
            counts.total -= 1
        }
    }
}
