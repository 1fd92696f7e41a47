// SPDX-License-Identifier: Apache-2.0

package import Wire

/// One DTLS 1.2 session without a socket (RFC 6347): datagrams in, messages out, and back.
///
/// libssl reads the system's clock for its retransmission timer and cannot be told another, so this one deadline is not
/// simulated: ``deadline(now:)`` says when libssl will want ``retransmit(into:)``, and a call too early does nothing.
package struct DatagramSession: ~Copyable {
    package enum State: Hashable, Sendable {
        case handshaking
        case open
        /// The peer said goodbye; sending still works.
        case finished
        case failed(Failure)
    }

    /// What came of a datagram.
    package struct Progress: Sendable {
        /// What the peer said, each message as long as it was sent, in the plaintext buffer.
        package var messages = Pieces()
        /// What must be sent to the peer, in the answer buffer.
        package var datagrams = Pieces()
    }

    package private(set) var state = State.handshaking
    private var conversation: Conversation
    private let isServer: Bool
    private var awaitsHello: Bool
    /// Bytes received before the handshake was complete.
    private var received = 0
    /// Bytes of an encrypted record at least; of a Finished it is more with any cipher.
    private var shortestRecord = RecordLimits.protectedRecord

    /// Room that each buffer needs: a datagram of any size, and a record of any size behind it.
    package static let room = 65_536
    /// Bytes of ciphertext in a handshake datagram: what passes everywhere that IPv6 passes.
    package static let mtu = 1200
    private static let record = 16_384

    /// The server's side. Its first datagram must be the ClientHello that ``CookieGate`` has admitted.
    package init(serving context: Context) {
        precondition(context.carrier == .datagrams, "a context for datagrams")
        conversation = Conversation(context, asServer: true, mtu: UInt32(Self.mtu))
        isServer = true
        awaitsHello = true
    }

    /// The client's side; it begins with ``start(into:)``.
    ///
    /// - Parameter host: The name or address that the server's certificate must be good for.
    package init(connecting context: Context, to host: String) {
        precondition(context.carrier == .datagrams, "a context for datagrams")
        conversation = Conversation(context, asServer: false, mtu: UInt32(Self.mtu))
        isServer = false
        awaitsHello = false
        if !conversation.expect(host) { state = .failed(.untrusted("“\(host)” is no name for a server")) }
    }

    /// Takes a datagram from the peer. Both buffers have ``room``; what does not fit is lost, as datagrams are.
    package mutating func receive(
        _ datagram: Span<UInt8>, plaintext: inout MutableSpan<UInt8>, answer: inout MutableSpan<UInt8>
    ) -> Progress {
        var progress = Progress()
        guard state == .handshaking || state == .open,
            RecordLimits.admitProtected(datagram, atLeast: shortestRecord)
        else { return progress }
        if isServer, state == .handshaking {
            received += datagram.count
            guard received <= HandshakeGuard.limit else {
                state = .failed(.handshakeTooLong)
                return progress
            }
            guard RecordLimits.admit(datagram) else { return progress }
        }
        var state = state
        var awaitsHello = awaitsHello
        unsafe plaintext.withUnsafeMutableBufferPointer { plaintext in
            // Safe: the buffer is lent for the length of the call and written no further than its end.
            let plaintext = UnsafeMutableRawBufferPointer(plaintext)
            _ = conversation.lend(datagram, &answer) { conversation in
                if awaitsHello {
                    guard case .done = conversation.listen() else {
                        state = .failed(.malformed("not the ClientHello that was admitted"))
                        return
                    }
                    awaitsHello = false
                }
                if state == .handshaking { state = conversation.shakeHandsOverDatagrams() }
                // A record with room behind it for any other is never cut.
                while state == .open, progress.messages.count < Pieces.limit,
                    plaintext.count - progress.messages.byteCount >= Self.record
                {
                    let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: plaintext[progress.messages.byteCount...])
                    switch unsafe conversation.read(into: rest) {
                    case .done(let count): progress.messages.append(count)
                    case .needsInput, .needsRoom:
                        progress.datagrams = conversation.datagrams
                        return
                    case .finished: state = .finished
                    case .failed(let failure): state = .failed(failure)
                    }
                }
                progress.datagrams = conversation.datagrams
            }
        }
        self.awaitsHello = awaitsHello
        if conversation.refusedRenegotiation { state = .failed(.renegotiation) }
        if self.state == .handshaking, state == .open { shortestRecord = conversation.shortestRecord }
        self.state = state
        return progress
    }

    /// Begins a client's handshake: the datagrams to send.
    package mutating func start(into answer: inout MutableSpan<UInt8>) -> Pieces {
        step(into: &answer) { conversation in conversation.shakeHandsOverDatagrams() }
    }

    /// Sends the last flight again if its time has come: the datagrams to send.
    package mutating func retransmit(into answer: inout MutableSpan<UInt8>) -> Pieces {
        step(into: &answer) { conversation in
            if case .failed(let failure) = conversation.handleTimeout() { .failed(failure) } else { .handshaking }
        }
    }

    /// When libssl's own clock wants ``retransmit(into:)``; nil when nothing waits for an answer.
    package func deadline(now: Instant) -> Instant? {
        guard state == .handshaking, let left = conversation.timeLeft else { return nil }
        return now + left
    }

    /// Encrypts one message; the bytes of its datagram, or zero when it cannot be sent.
    ///
    /// - Parameter message: 1 to 16,384 bytes. It travels in one datagram, so it should fit the path with 37 bytes to spare.
    package mutating func send(_ message: Span<UInt8>, into datagram: inout MutableSpan<UInt8>) -> Int {
        guard isWritable, !message.isEmpty, message.count <= Self.record else { return 0 }
        var failure: Failure?
        let (_, written) = unsafe message.withUnsafeBytes { message in
            conversation.lend(Span(), &datagram) { conversation in
                if case .failed(let reason) = unsafe conversation.write(message) { failure = reason }
            }
        }
        if let failure { state = .failed(failure) }
        return written
    }

    /// Says goodbye; the bytes of the datagram that tells the peer.
    package mutating func finish(into datagram: inout MutableSpan<UInt8>) -> Int {
        guard isWritable else { return 0 }
        return conversation.lend(Span(), &datagram) { $0.finish() }.written
    }

    private mutating func step(
        into answer: inout MutableSpan<UInt8>, _ body: (inout Conversation) -> State
    ) -> Pieces {
        guard state == .handshaking else { return Pieces() }
        var state = state
        var pieces = Pieces()
        _ = conversation.lend(Span(), &answer) { conversation in
            state = body(&conversation)
            pieces = conversation.datagrams
        }
        self.state = state
        return pieces
    }
}

extension DatagramSession {
    /// Whether messages can be sent.
    package var isWritable: Bool { state == .open || state == .finished }

    /// The ALPN name that both agreed on (RFC 7443); nil when the client offered none.
    package var negotiatedProtocol: String? { conversation.negotiatedProtocol }

    /// The version and the cipher, as in `DTLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384`.
    package var cipher: String { conversation.description }

    /// What the peer's certificate says; nil for clients, which show none.
    package var peerCertificate: Certificate? { conversation.peerCertificate }

    /// Why the peer's certificate is not to be believed, in libcrypto's words; nil where it is. For contexts that judge only.
    package var distrust: String? { conversation.distrust }
}

extension Conversation {
    fileprivate mutating func shakeHandsOverDatagrams() -> DatagramSession.State {
        switch handshake() {
        case .done: .open
        case .needsInput, .needsRoom: .handshaking
        case .finished: .failed(.malformed("close_notify within the handshake"))
        case .failed(let failure): .failed(failure)
        }
    }
}
