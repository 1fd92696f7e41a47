// SPDX-License-Identifier: Apache-2.0
package import Wire

/// The counters of allocations that all workers share; the relay asks before it allocates and gives back afterwards.
package struct Quotas: Sendable {
    /// Which limit is reached.
    package enum Limit: Hashable, Sendable {
        case user, total
        /// Of the process: it has nearly all the memory that it may take.
        case memory
        /// Of credentials that this server made: what a name, an address or a room may hold.
        case roomUser, roomAddress, room
    }

    /// What an allocation is counted under.
    package struct Claim: Hashable, Sendable {
        /// The user name without the time that TURN REST puts in front of it.
        package let account: String
        /// Where the credentials are this server's own: what they are counted under besides.
        package let minted: Minted?

        package init(account: String, minted: Minted? = nil) { (self.account, self.minted) = (account, minted) }
    }

    /// Whoever was given credentials by this server: an IPv4 address or IPv6 /64, and in which room.
    package struct Minted: Hashable, Sendable {
        package let address: IPAddress
        package let room: Scope

        package init(address: IPAddress, room: Scope) { (self.address, self.room) = (address, room) }
    }

    /// Counts one more allocation, or says which limit forbids it and counts nothing. Checking and taking are one step.
    ///
    /// `companions` is with how many others somebody in a room may have connections.
    package let take: @Sendable (_ claim: Claim, _ companions: Int) -> Limit?
    /// Counts one allocation less; called exactly once for each that was taken.
    package let give: @Sendable (_ claim: Claim) -> Void

    /// Counts one more allocation, whatever the limits say: it was there before a restart.
    package let keep: @Sendable (_ claim: Claim) -> Void

    package init(
        take: @escaping @Sendable (_ claim: Claim, _ companions: Int) -> Limit?,
        give: @escaping @Sendable (_ claim: Claim) -> Void, keep: @escaping @Sendable (_ claim: Claim) -> Void
    ) {
        (self.take, self.give, self.keep) = (take, give, keep)
    }

    package static let unlimited = Quotas(take: { _, _ in nil }, give: { _ in }, keep: { _ in })
}
