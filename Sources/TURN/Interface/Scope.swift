// SPDX-License-Identifier: Apache-2.0
package import Wire

/// Whom an allocation may reach: everybody whom the peer policy allows, or the people in one room.
///
/// One number, because every packet to one of this server's own addresses compares two of them.
@frozen
package struct Scope: RawRepresentable, Hashable, Sendable {
    /// Never zero.
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = max(1, rawValue) }

    /// A room, by a number that no other room has.
    package init(room number: UInt64) { rawValue = max(3, number) }

    /// Of the operator's own users and secrets: every peer that the policy allows.
    package static let open = Self(rawValue: 1)
    /// Of credentials that this server made for somebody who is in no room: nobody.
    package static let nowhere = Self(rawValue: 2)

    /// Whether it is that of a room.
    package var isRoom: Bool { rawValue > 2 }

    /// Whether who has it may send to a relayed address that is of the other.
    @inlinable
    package func reaches(_ other: Self) -> Bool { self == .open || self == other && self != .nowhere }
}

/// What a relay is told of rooms: who is inside, and at which addresses each may be reached.
///
/// People go by the name in their TURN REST credentials, the part behind the time.
package enum ScopeChange: Hashable, Sendable {
    /// Somebody may reach the others in a room from now on. A guest has credentials and no seat.
    case joined(name: String, Scope, isGuest: Bool)
    /// Somebody told the others of addresses, beyond those told before.
    case signalled([IPAddress], name: String)
    /// Somebody is in no room any more: nobody reaches what they signalled, and they reach nobody.
    case left(name: String)
    /// A guest's credentials have run out; what was allocated with them stays in the room.
    case forgotten(name: String)
    /// A room is over: what was allocated in it ends.
    case ended(Scope)
}

/// The relayed addresses of all workers, which a relay asks about from its own thread.
package struct LiveAddresses: Sendable {
    /// Whose a *local* endpoint is just now; nil when it is no relayed address of UDP. Asked on the packet path.
    package let scope: @Sendable (Endpoint) -> Scope?
    /// The same of TCP.
    package let listener: @Sendable (Endpoint) -> Scope?
    /// How many relayed addresses of a room there are at one of the host's addresses; asked when a permission is.
    package let count: @Sendable (Scope, IPAddress) -> Int

    package init(
        scope: @escaping @Sendable (Endpoint) -> Scope?,
        listener: @escaping @Sendable (Endpoint) -> Scope? = { _ in nil },
        count: @escaping @Sendable (Scope, IPAddress) -> Int = { _, _ in 0 }
    ) {
        (self.scope, self.listener, self.count) = (scope, listener, count)
    }

    package static let none = Self(scope: { _ in nil })
}
