// SPDX-License-Identifier: Apache-2.0

/// The counters of allocations that all workers share; the relay asks before it allocates and gives back afterwards.
package struct Quotas: Sendable {
    /// Which limit is reached.
    package enum Limit: Hashable, Sendable { case user, total }

    /// Counts one more allocation for a user, or says which limit forbids it and counts nothing. Checking and taking
    /// are one step.
    package let take: @Sendable (_ user: String) -> Limit?
    /// Counts one allocation less; called exactly once for each that was taken.
    package let give: @Sendable (_ user: String) -> Void

    /// Counts one more allocation, whatever the limits say: it was there before a restart.
    package let keep: @Sendable (_ user: String) -> Void

    package init(
        take: @escaping @Sendable (_ user: String) -> Limit?, give: @escaping @Sendable (_ user: String) -> Void,
        keep: @escaping @Sendable (_ user: String) -> Void
    ) {
        (self.take, self.give, self.keep) = (take, give, keep)
    }

    package static let unlimited = Quotas(take: { _ in nil }, give: { _ in }, keep: { _ in })
}
