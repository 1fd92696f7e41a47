// SPDX-License-Identifier: Apache-2.0
package import Wire

/// Names a peer's TCP connection to a relayed address, as CONNECTION-ID does (RFC 6062 §6.2.1).
///
/// Drawn at random. Its remainder by the number of workers is the worker that has it, so that whoever is asked for one
/// knows whom it belongs to.
@frozen
package struct ConnectionID: Hashable, Sendable {
    package let rawValue: UInt32

    @inlinable
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The worker that has it.
    func worker(among workers: Int) -> UInt8 { UInt8(truncatingIfNeeded: Int(rawValue) % max(1, workers)) }
}

/// What becomes of a connection that came to a relayed address.
@frozen
package enum Arrival: Hashable, Sendable {
    /// The client is told of it and may take it: nothing is read from it until it is joined.
    case waiting(ConnectionID)
    /// It is closed; the reason is for a counter.
    case refused(DropReason)
}

/// Which way bytes go on a peer's connection.
@frozen
package enum Direction: Hashable, Sendable { case toPeer, toClient }

/// Whether a connection goes on after so many bytes.
@frozen
package enum Passage: Hashable, Sendable {
    case free
    /// More is not to be read that way before then: the allocation or the server relays as much as it may.
    case notBefore(Instant)
    /// The operator has come to refuse the peer.
    case over
}

/// Why no connection to a peer came about.
package enum ConnectFailure: Hashable, Sendable {
    /// The network or the peer refused it.
    case unreachable
    /// Descriptors or memory are lacking, or as many connections as there may be are there.
    case resources
}
