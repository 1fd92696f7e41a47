// SPDX-License-Identifier: Apache-2.0
package import Crypto
package import Wire

/// The STUN and TURN server of one worker thread (RFC 8489, RFC 8656), as a machine that performs no I/O.
///
/// Packets go in through ``receive(_:on:now:)`` and ``receive(count:from:at:now:)``, everything else through
/// ``handle(_:now:)``. After each of the three, act on the returned ``Outcome``, drain ``nextOutput()`` until it
/// returns nil, then sleep no longer than until ``deadline``, when `.tick` is due.
///
/// ```
/// client ──datagram or stream message──▶ receive(_:on:) ──.send──▶ peer
/// peer   ──datagram──▶ receive(count:from:at:) ──.deliver──▶ client
/// ```
package struct Relay: ~Copyable {
    /// What ``Output/reply(to:bytes:)`` and ``Framing/indication(header:)`` point into.
    package private(set) var replyBytes: [UInt8]

    /// - Parameters:
    ///   - random: Seeded for this worker alone: ports, tokens and hash seeds are drawn from it.
    ///   - isLive: Whether a *local* endpoint is a relayed port of any worker of this server just now. Asked on the
    ///     packet path, from this worker's thread, for peers that are this server's own relay addresses.
    package init(
        settings: Settings, random: consuming RandomStream, isLive: @escaping @Sendable (Endpoint) -> Bool
    ) {
        replyBytes = [UInt8](repeating: 0, count: 2048)
    }

    /// Takes one STUN or ChannelData message of a client: a whole datagram, or what ``STUN.Frame`` cut from a stream.
    ///
    /// Allocates nothing for ChannelData and Send indications.
    package mutating func receive(_ message: Span<UInt8>, on flow: Flow, now: Moment) -> Outcome { .queued }

    /// Takes a datagram that reached an allocation's relay socket; its bytes stay where they are.
    ///
    /// Allocates nothing. The local socket is that of `peer`'s family.
    package mutating func receive(
        count: Int, from peer: Endpoint, at allocation: AllocationID, now: Moment
    ) -> Outcome { .queued }

    /// Takes what is not a packet.
    package mutating func handle(_ input: Input, now: Moment) {}

    /// The next thing to do, oldest first.
    package mutating func nextOutput() -> Output? { nil }

    /// When `.tick` is due, unless something comes before; nil: never.
    package var deadline: Instant? { nil }

    /// Replaces the settings; allocations live on, peers are judged anew.
    package mutating func reload(_ settings: Settings) {}

    /// How many allocations there are.
    package var allocationCount: Int { 0 }

    /// Tells of every running allocation.
    package func sessions(now: Moment, _ visit: (SessionSummary) -> Void) {}
}
