// SPDX-License-Identifier: Apache-2.0
package import STUN
package import Wire

/// What a relay asks its driver to do besides passing payload on.
package enum Output: Hashable, Sendable {
    /// Send `bytes`, a range of ``Relay/replyBytes`` that is valid until the next input, to the client, from `flow.server`.
    case reply(to: Flow, bytes: Range<Int>)
    /// Bind a UDP socket to exactly this address and port and answer with ``Input/opened(_:at:)`` or
    /// ``Input/refused(_:at:because:)``, best before anything else.
    case open(AllocationID, at: Endpoint)
    /// Listen for TCP connections at exactly this address and port, and answer as for `open`. What arrives is given to
    /// ``Relay/accept(from:at:now:)``.
    case listen(AllocationID, at: Endpoint)
    /// Close the allocation's socket of this family, and all its connections there. Every `open` or `listen` that was
    /// answered with `opened` is closed once.
    case close(AllocationID, IPAddress.Family)
    /// Connect from the allocation's relayed address of the peer's family, and answer with ``Input/connected(_:)`` or
    /// ``Input/unconnected(_:because:)``. Nothing is read from the peer until the connection is joined.
    case connect(ConnectionID, of: AllocationID, to: Endpoint)
    /// What this flow's stream carries behind the message just taken goes to the peer as it is, and the other way round,
    /// with ``Relay/pass(_:_:over:now:)`` for every piece. When both are over, ``Input/closed(_:)`` says so.
    case join(ConnectionID, Flow)
    /// Close a peer's connection that nobody has taken.
    case disconnect(ConnectionID)
    /// A port of another worker's share was closed here: that worker may have it back, with ``Input/returned(_:)``.
    case giveBack(Endpoint)
    /// An allocation is no more: one line of the log.
    case ended(SessionSummary)
    /// A request was refused; for the log (at debug level) and the counters.
    case refused(Refused)
}

/// What a relay is told besides the packets.
package enum Input: Sendable {
    /// The socket that ``Output/open(_:at:)`` asked for is bound and its packets are being received.
    case opened(AllocationID, at: Endpoint)
    /// The socket could not be bound.
    case refused(AllocationID, at: Endpoint, because: OpenFailure)
    /// The client's stream or DTLS session is closed: what was allocated over it ends.
    case disconnected(Flow)
    /// The error queue of the allocation's relay socket told of a datagram that did not reach this peer; port zero where
    /// it is not known.
    case icmp(AllocationID, peer: Endpoint, ICMPError)
    /// A port that was lent to another worker is closed there.
    case returned(Endpoint)
    /// The peer has accepted the connection that ``Output/connect(_:of:to:)`` asked for.
    case connected(ConnectionID)
    /// It has not.
    case unconnected(ConnectionID, because: ConnectFailure)
    /// A peer's connection is over, joined or not.
    case closed(ConnectionID)
    /// The operator ends an allocation.
    case kick(AllocationID)
    /// Whoever has TURN REST credentials for this name, the part behind the time, has left: what was allocated with them
    /// ends, and until that time, when the last of them run out, they open nothing.
    case withdraw(name: String, until: UnixTime)
    /// Something happened in a room. Whose sockets are whose then, ``Relay/nextScoped()`` says.
    case scope(ScopeChange)
    /// The ``Relay/deadline`` has come.
    case tick
}

/// Why a relay socket could not be bound.
package enum OpenFailure: Hashable, Sendable {
    /// Another program has the port (EADDRINUSE); another one is tried.
    case portInUse
    /// The host has no such address (EADDRNOTAVAIL).
    case addressUnavailable
    /// Descriptors, memory or permission are lacking.
    case resources
}

/// A request that was answered with an error.
package struct Refused: Hashable, Sendable {
    package let flow: Flow
    package let method: STUN.Method
    package let code: ErrorCode
    /// What class of refusals it belongs to.
    package let cause: RefusalCause
    /// The peer address that the request named, where a peer was the reason.
    package let peer: Endpoint?
    /// Why, in words for the operator: the rule and where it was written.
    package let explanation: String
}
