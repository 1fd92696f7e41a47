// SPDX-License-Identifier: Apache-2.0
package import Wire

/// The life of an allocation, told when it ends (or, of a running one, when somebody asks).
package struct SessionSummary: Hashable, Sendable {
    package let allocation: AllocationID
    package let flow: Flow
    /// The user name as the client gave it; bytes that are no UTF-8 are replaced.
    package let user: String
    /// The relayed addresses as the client was told them; the second family only in dual allocations.
    package let relayed: [Endpoint]
    /// Whether they are of TCP (RFC 6062) and not of UDP. Then a piece of a stream counts as a packet.
    package let relaysTCP: Bool
    package let began: UnixTime
    package let duration: Duration
    package let toPeers: Traffic
    package let toClient: Traffic
    /// Packets that were dropped because the allocation or the server relays too much.
    package let overRate: UInt64
    /// Whom it may reach.
    package let scope: Scope
    /// Peers that were refused because they are not of its room, and why the last one was; empty where none was.
    package let peersOutOfScope: UInt64
    package let lastOutOfScope: String
    /// How long the allocation lives on unless it is refreshed.
    package let lifetime: Duration
    /// Nil while the allocation lives.
    package let reason: EndReason?
}

/// What went one way, payload bytes only.
@frozen
package struct Traffic: Hashable, Sendable {
    package internal(set) var packets: UInt64 = 0
    package internal(set) var bytes: UInt64 = 0

    @inlinable
    package init() {}

    @inlinable
    mutating func count(_ payload: Int) {
        packets &+= 1
        bytes &+= UInt64(truncatingIfNeeded: payload)
    }
}

/// Why an allocation is no more.
package enum EndReason: Hashable, Sendable {
    /// The client did not refresh it.
    case expired
    /// The client gave it up with a lifetime of zero.
    case released
    /// The client's stream was closed.
    case disconnected
    /// The operator or the room ended it.
    case kicked
    /// The host no longer has any of its relayed addresses.
    case addressGone
}
