// SPDX-License-Identifier: Apache-2.0

package import Wire

/// What one client address has at a DTLS server: a session, and at times the handshake of the one to follow it.
///
/// A ClientHello from an address that has a session may be the client's after a restart, or anybody's with that address
/// forged. So the session stays until the new handshake is complete (RFC 6347 §4.2.8), and only ``CookieGate`` begins one.
package struct Association: ~Copyable {
    package enum Change: Hashable, Sendable {
        case none
        /// The handshake is complete: messages pass.
        case opened
        /// A new session has taken the place of the old one; nothing of the old one will come any more.
        case replaced
        /// It is over: the peer said goodbye, broke the protocol (with the reason), or was too slow to shake hands.
        case ended(Failure?)
    }

    package struct Progress: Sendable {
        /// What the peer said, in the plaintext buffer.
        package var messages = Pieces()
        /// What must be sent to the peer, in the answer buffer.
        package var datagrams = Pieces()
        package var change = Change.none
    }

    /// How long a handshake may take.
    package static let patience: Duration = .seconds(10)

    /// The ALPN name of the session that messages pass in (RFC 7443); nil when the client offered none.
    package private(set) var negotiatedProtocol: String?
    /// The version and the cipher of that session.
    package private(set) var cipher = ""

    private var current: Attempt?
    private var candidate: Attempt?

    /// A session and the ClientHello that it began with.
    private struct Attempt: ~Copyable {
        var session: DatagramSession
        let random: ClientHello.Random
        let begun: Instant
    }

    package init() {}

    /// The most that a message grows by when it is encrypted, in bytes: with any cipher that an operator may name.
    package static let overhead = 128

    /// Whether a handshake is under way, beside a session or not.
    package var isShakingHands: Bool { candidate != nil }

    /// Whether messages can be sent.
    package var isOpen: Bool { current != nil }

    /// Whether a ClientHello with this random has begun one of the sessions.
    package func knows(_ random: ClientHello.Random) -> Bool {
        if Self.did(candidate, beginWith: random) { return true }
        return Self.did(current, beginWith: random)
    }

    private static func did(_ attempt: borrowing Attempt?, beginWith random: ClientHello.Random) -> Bool {
        switch attempt {
        case nil: false
        case let attempt?: attempt.random == random
        }
    }

    /// Gives the handshake up that is under way; the session beside it stays.
    package mutating func abandonHandshake() { candidate = nil }

    /// Takes note that the gate has admitted a ClientHello; that datagram is to be given to `receive` next.
    package mutating func admit(_ random: ClientHello.Random, to context: Context, now: Instant) {
        // The same hello again, repeated by the network or by somebody else, begins nothing.
        if knows(random) { return }
        candidate = Attempt(session: DatagramSession(serving: context), random: random, begun: now)
    }

    /// Takes a datagram from the client's address. Both buffers have ``DatagramSession/room``.
    package mutating func receive(
        _ datagram: Span<UInt8>, plaintext: inout MutableSpan<UInt8>, answer: inout MutableSpan<UInt8>
    ) -> Progress {
        var progress = Progress()
        let epoch = Record(parsing: datagram, at: 0)?.epoch
        // Records of a handshake that has not changed keys yet are no business of a session that has.
        if candidate == nil || epoch != 0,
            let outcome = current?.session.receive(datagram, plaintext: &plaintext, answer: &answer)
        {
            progress.messages = outcome.messages
            progress.datagrams = outcome.datagrams
            if !outcome.messages.isEmpty || !outcome.datagrams.isEmpty { return settle(progress) }
        }
        if let outcome = candidate?.session.receive(datagram, plaintext: &plaintext, answer: &answer) {
            progress.messages = outcome.messages
            progress.datagrams = outcome.datagrams
        }
        return settle(progress)
    }

    /// Sends last flights again, and gives up what takes too long. To be called at ``deadline(now:)``.
    package mutating func handleTimeout(now: Instant, answer: inout MutableSpan<UInt8>) -> Progress {
        var progress = Progress()
        if let begun = candidate?.begun, now >= begun + Self.patience {
            candidate = nil
            if current == nil { progress.change = .ended(.handshakeTooLong) }
            return progress
        }
        if let datagrams = candidate?.session.retransmit(into: &answer) { progress.datagrams = datagrams }
        return settle(progress)
    }

    /// When ``handleTimeout(now:answer:)`` has something to do.
    package func deadline(now: Instant) -> Instant? {
        switch candidate {
        case nil: nil
        case let attempt?: min(attempt.session.deadline(now: now) ?? now + Self.patience, attempt.begun + Self.patience)
        }
    }

    /// Encrypts one message for the client; the bytes of its datagram, or zero when it cannot be sent.
    package mutating func send(_ message: Span<UInt8>, into datagram: inout MutableSpan<UInt8>) -> Int {
        current?.session.send(message, into: &datagram) ?? 0
    }

    /// Says goodbye; the bytes of the datagram that tells the client.
    package mutating func finish(into datagram: inout MutableSpan<UInt8>) -> Int {
        current?.session.finish(into: &datagram) ?? 0
    }

    /// Draws the conclusions from the states of both sessions.
    private mutating func settle(_ progress: consuming Progress) -> Progress {
        switch candidate?.session.state {
        case .open:
            progress.change = current == nil ? .opened : .replaced
            negotiatedProtocol = candidate?.session.negotiatedProtocol
            cipher = candidate?.session.cipher ?? ""
            current = candidate.take()
        case .finished, .failed:
            let failure: Failure? = if case .failed(let failure) = candidate?.session.state { failure } else { nil }
            candidate = nil
            if current == nil { progress.change = .ended(failure) }
        case .handshaking, nil:
            break
        }
        switch current?.session.state {
        case .finished, .failed:
            let failure: Failure? = if case .failed(let failure) = current?.session.state { failure } else { nil }
            current = nil
            if candidate == nil { progress.change = .ended(failure) }
        case .handshaking, .open, nil:
            break
        }
        return progress
    }
}
