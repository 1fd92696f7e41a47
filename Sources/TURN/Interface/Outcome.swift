// SPDX-License-Identifier: Apache-2.0
package import Wire

/// What one packet led to. The two hot cases come straight back, so that relaying touches no queue.
@frozen
package enum Outcome: Hashable, Sendable {
    /// Send a part of the received bytes from the allocation's relay socket to a peer.
    case send(Departure)
    /// Send a part of the received bytes, with a header in front, to a client.
    case deliver(Delivery)
    /// Nothing is to be done; the reason is for a counter.
    case dropped(DropReason)
    /// Whatever is to be done stands in ``Relay/nextOutput()``.
    case queued
    /// Another worker has what the request needs, ``Relay/wanted``: it is to be asked with ``Relay/lend(_:for:now:)``, what
    /// it gives to be restored here, and the request to be given to ``Relay/resume(_:on:now:)`` in any case.
    case elsewhere(worker: UInt8)
    /// The message asks for a peer's connection that another worker has: the stream is to go on there, with this message
    /// as the next. Where it cannot, the message is to be given to ``Relay/resume(_:on:now:)``.
    case belongs(toWorker: UInt8)
    /// The message asks for what nobody in a room has told of yet. What may be on its way to this worker is to be given to
    /// ``Relay/handle(_:now:)`` as ``Input/scope(_:)``, and the message to ``Relay/resume(_:on:now:)``.
    case untold
    /// The operator's database has to be read first, and over a stream nothing is sent again: the message is to be given
    /// to ``Relay/receive(_:on:now:)`` once more after the next reload.
    case postponed
}

/// Payload on its way to a peer.
@frozen
package struct Departure: Hashable, Sendable {
    /// Leaves from this allocation's relay socket of the peer's family.
    package let allocation: AllocationID
    package let peer: Endpoint
    /// The place of the payload in the bytes that were received; may be empty.
    package let payload: Range<Int>
    /// The client asked that the datagram is not fragmented on its way (RFC 8656 §11.1).
    package let dontFragment: Bool

    @inlinable
    init(allocation: AllocationID, peer: Endpoint, payload: Range<Int>, dontFragment: Bool = false) {
        self.allocation = allocation
        self.peer = peer
        self.payload = payload
        self.dontFragment = dontFragment
    }
}

/// Payload on its way to a client.
@frozen
package struct Delivery: Hashable, Sendable {
    /// The allocation of the client that gets it.
    package let allocation: AllocationID
    package let flow: Flow
    package let framing: Framing
    /// The place of the payload in the bytes that were received; may be empty.
    package let payload: Range<Int>
    /// Zero bytes to append behind the payload, 0…3.
    package let padding: Int

    @inlinable
    init(allocation: AllocationID, flow: Flow, framing: Framing, payload: Range<Int>, padding: Int) {
        self.allocation = allocation
        self.flow = flow
        self.framing = framing
        self.payload = payload
        self.padding = padding
    }
}

/// What stands in front of a payload on its way to a client.
@frozen
package enum Framing: Hashable, Sendable {
    /// The four bytes of a ChannelData header as a big-endian number: channel, then length (RFC 8656 §12.4).
    case channel(header: UInt32)
    /// A Data indication up to where its payload begins: a range of ``Relay/replyBytes``, at most 64 bytes,
    /// valid until the next call.
    case indication(header: Range<Int>)

    /// Bytes in the header; a driver keeps at least 64 free in front of what it receives.
    @inlinable
    package var headerSize: Int {
        switch self {
        case .channel: 4
        case .indication(let header): header.count
        }
    }
}
