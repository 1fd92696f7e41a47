// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import TURN

/// Counts the allocations of all workers: of each user, and altogether.
final class AllocationQuotas: Sendable {
    private struct Counts {
        var users: [String: Int] = [:]
        var total = 0
    }

    private let counts = Mutex(Counts())
    private let user: Int
    private let total: Int

    private init(user: Int, total: Int) { (self.user, self.total) = (user, total) }

    /// The limits as the relay asks for them; zero is no limit.
    static func quotas(user: Int, total: Int) -> Quotas {
        guard user > 0 || total > 0 else { return .unlimited }
        let shared = AllocationQuotas(user: user, total: total)
        return Quotas(take: { shared.take($0) }, give: { shared.give($0) })
    }

    private func take(_ name: String) -> Quotas.Limit? {
        counts.withLock { counts in
            let own = counts.users[name] ?? 0
            if total > 0, counts.total >= total { return .total }
            if user > 0, own >= user { return .user }
            counts.users[name] = own + 1
            counts.total += 1
            return nil
        }
    }

    private func give(_ name: String) {
        counts.withLock { counts in
            guard let own = counts.users[name] else { return }
            counts.users[name] = own > 1 ? own - 1 : nil
            counts.total -= 1
        }
    }
}
