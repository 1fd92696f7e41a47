// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// One TLS connection without a socket: ciphertext in, plaintext out, and back.
///
/// It keeps no queue: every call writes into memory of the caller, and takes no more than fits. What libssl holds for a
/// session is one record at most, however slow the peer is.
package struct Session: ~Copyable {
    package enum State: Hashable, Sendable {
        case handshaking
        case open
        /// The peer said goodbye; nothing more will be read, and sending still works.
        case finished
        case failed(Failure)
    }

    /// What a call did with the memory it was lent, in bytes.
    package struct Progress: Hashable, Sendable {
        /// Of the ciphertext that came in; what is left is to be given again.
        package var consumed = 0
        /// Of the plaintext that the peer sent.
        package var plaintext = 0
        /// Of ciphertext that is to be sent to the peer.
        package var answer = 0
        /// Whether to call again with what is left: there was not room enough for everything.
        package var hasMore = false

        package init() {}
    }

    package private(set) var state = State.handshaking
    private var conversation: Conversation
    private var handshake = HandshakeGuard()
    private let isServer: Bool
    /// Bytes that the guard has seen and libssl has not consumed: they come again.
    private var examined = 0
    /// Ciphertext bytes received, which key updates are weighed against.
    private var received: UInt64 = 0

    /// Room that ``send(_:into:)`` leaves for a record's header and tag, and for what libssl has to say in between.
    package static let overhead = 512
    private static let record = 16_384

    /// The server's side of a connection that was just accepted.
    package init(serving context: Context) {
        conversation = Conversation(context, asServer: true, mtu: 0)
        isServer = true
    }

    /// The client's side; nothing is sent before ``receive(_:plaintext:answer:)`` is called with nothing.
    ///
    /// - Parameter host: The name or address that the server's certificate must be good for.
    package init(connecting context: Context, to host: String) {
        conversation = Conversation(context, asServer: false, mtu: 0)
        isServer = false
        if !conversation.expect(host) { state = .failed(.untrusted("“\(host)” is no name for a server")) }
    }

    /// Takes ciphertext from the peer.
    ///
    /// - Parameters:
    ///   - ciphertext: What arrived, after what earlier calls consumed.
    ///   - plaintext: Where what the peer says is written.
    ///   - answer: Where what must be sent to the peer is written, also when the session fails: then it is the alert.
    package mutating func receive(
        _ ciphertext: Span<UInt8>, plaintext: inout MutableSpan<UInt8>, answer: inout MutableSpan<UInt8>
    ) -> Progress {
        var progress = Progress()
        guard isReading else {
            progress.consumed = ciphertext.count
            return progress
        }
        // A session that only shakes hands is read along with; one that talks is not.
        let fresh = ciphertext.extracting(min(examined, ciphertext.count)..<ciphertext.count)
        if isServer, state == .handshaking, !handshake.admits(fresh, isPlain: conversation.canBePlain) {
            state = .failed(.handshakeTooLong)
            progress.consumed = ciphertext.count
            return progress
        }
        conversation.limitKeyUpdates(to: UInt32(clamping: 32 + received >> 20))
        var state = state
        var needsRoom = false
        let room = plaintext.count
        unsafe plaintext.withUnsafeMutableBufferPointer { plaintext in
            // Safe: the buffer is lent for the length of the call and written no further than its end.
            let plaintext = UnsafeMutableRawBufferPointer(plaintext)
            (progress.consumed, progress.answer) = conversation.lend(ciphertext, &answer) { conversation in
                if state == .handshaking { (state, needsRoom) = conversation.shakeHands() }
                while state == .open, progress.plaintext < room {
                    let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: plaintext[progress.plaintext...])
                    switch unsafe conversation.read(into: rest) {
                    case .done(let count): progress.plaintext += count
                    case .needsInput: return
                    case .needsRoom: return needsRoom = true
                    case .finished: state = .finished
                    case .failed(let failure): state = .failed(failure)
                    }
                }
            }
        }
        received += UInt64(progress.consumed)
        examined = ciphertext.count - progress.consumed
        if conversation.hasTooManyKeyUpdates { state = .failed(.keyUpdates) }
        if conversation.refusedRenegotiation { state = .failed(.renegotiation) }
        self.state = state
        if !isReading { progress.consumed = ciphertext.count }
        progress.hasMore = isReading && (needsRoom || progress.consumed < ciphertext.count || conversation.pending > 0)
        return progress
    }

    /// Encrypts what is to be sent to the peer.
    ///
    /// - Parameter offset: Bytes of the ciphertext's memory that are in use already: what is written follows them.
    /// - Returns: The bytes of plaintext that were taken, always from the front, and the bytes of ciphertext written. Zero
    ///   and zero when there is no room, or the session is not ``isWritable``: the same bytes are to be given again.
    package mutating func send(
        _ plaintext: Span<UInt8>, into ciphertext: inout MutableSpan<UInt8>, after offset: Int = 0
    ) -> (taken: Int, written: Int) {
        guard isWritable, !plaintext.isEmpty else { return (0, 0) }
        var taken = 0
        var failure: Failure?
        let room = ciphertext.count - max(0, offset)
        let (_, written) = unsafe plaintext.withUnsafeBytes { plaintext in
            conversation.lend(Span(), &ciphertext, after: offset) { conversation in
                while failure == nil, taken < plaintext.count {
                    let free = room - conversation.written - Self.overhead
                    let count = min(plaintext.count - taken, Self.record, free)
                    guard count > 0 else { return }
                    // Safe: the range lies within the buffer by the line above.
                    let piece = unsafe UnsafeRawBufferPointer(rebasing: plaintext[taken..<taken + count])
                    switch unsafe conversation.write(piece) {
                    case .done(let count): taken += count
                    case .needsInput, .needsRoom, .finished: return
                    case .failed(let reason): failure = reason
                    }
                }
            }
        }
        if let failure { state = .failed(failure) }
        return (taken, written)
    }

    /// Says goodbye (RFC 8446 §6.1); the bytes of ciphertext that tell the peer.
    package mutating func finish(into ciphertext: inout MutableSpan<UInt8>) -> Int {
        guard isWritable else { return 0 }
        return conversation.lend(Span(), &ciphertext) { $0.finish() }.written
    }
}

extension Session {
    /// Whether data can be sent.
    package var isWritable: Bool { state == .open || state == .finished }

    private var isReading: Bool { state == .handshaking || state == .open }

    /// The ALPN name that both agreed on (RFC 7301); nil when the client offered none.
    package var negotiatedProtocol: String? { conversation.negotiatedProtocol }

    /// The version and the cipher, as in `TLSv1.3 TLS_AES_256_GCM_SHA384`.
    package var cipher: String { conversation.description }

    /// What the peer's certificate says; nil for clients, which show none.
    package var peerCertificate: Certificate? { conversation.peerCertificate }

    /// Why the peer's certificate is not to be believed, in libcrypto's words; nil where it is. For contexts that judge only.
    package var distrust: String? { conversation.distrust }
}

extension Conversation {
    /// Goes on with the handshake as far as the input goes.
    fileprivate mutating func shakeHands() -> (Session.State, needsRoom: Bool) {
        switch handshake() {
        case .done: (.open, false)
        case .needsInput: (.handshaking, false)
        case .needsRoom: (.handshaking, true)
        case .finished: (.failed(.malformed("close_notify within the handshake")), false)
        case .failed(let failure): (.failed(failure), false)
        }
    }
}
