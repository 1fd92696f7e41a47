// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import TLS
internal import Wire

/// Who is told what a byte stream carries, whatever carries it. All of it on the loop's thread.
protocol ByteStreamOwner: AnyObject {
    /// Bytes arrived; they are good for the length of the call.
    func received(_ bytes: Span<UInt8>)
    /// The peer is not going to send more.
    func peerFinished()
    /// Everything that was queued has gone out.
    func drained()
    /// The stream is over, whoever ended it.
    func closed()
}

/// A TLS session over a TCP stream: the filter between the socket and whoever speaks through it.
///
/// Whom it is for is known when the handshake is complete: by ALPN, or where that does not tell, by the first byte.
final class SecureStream {
    /// What becomes of a session.
    enum Welcome {
        case owned(any ByteStreamOwner)
        /// Somebody on another loop takes it over.
        case elsewhere((SecureParcel) -> Void)
        /// Nobody can say before the first byte.
        case later
        case refused
    }

    /// Finds the owner of a session.
    ///
    /// Called with the ALPN name once the handshake is complete, if there is one, and again with the first byte when the
    /// owner was not known by then.
    typealias Greeting = (SecureStream, _ name: String?, _ first: UInt8?) -> Welcome

    /// How long a client may take for the handshake and its first byte.
    private static let patience = Duration.seconds(10)

    private let stream: Stream
    private let scratch: SecureScratch
    private let greeting: Greeting
    private let ended: (SecureStream, Failure?) -> Void
    /// Nil once it was given away.
    private var session: Session?
    private var owner: (any ByteStreamOwner)?
    private var isOver = false
    /// Where the session goes on once its owner has returned, and what was read of it and not used.
    private var departure: (unread: [UInt8], moves: Int, deliver: (SecureParcel) -> Void)?

    /// - Parameters:
    ///   - scratch: The loop's; what is in it is handed on before the next call.
    ///   - ended: Told once, when the stream is over, and why where the session broke the protocol.
    init(
        on stream: Stream, serving context: Context, scratch: SecureScratch, greeting: @escaping Greeting,
        ended: @escaping (SecureStream, Failure?) -> Void = { _, _ in }
    ) {
        (self.stream, self.scratch, self.greeting, self.ended) = (stream, scratch, greeting, ended)
        session = Session(serving: context)
    }

    /// Goes on with a session from another loop.
    init?(unpacking parcel: SecureParcel, on loop: Loop, scratch: SecureScratch) {
        guard let session = parcel.takeSession(), let stream = parcel.unpack(on: loop) else { return nil }
        (self.stream, self.scratch) = (stream, scratch)
        (greeting, ended) = ({ _, _, _ in .refused }, { _, _ in })
        self.session = consume session
    }

    /// Begins to read for `owner`, who is told first what had come before.
    ///
    /// - Parameter opened: Called in between.
    func open(
        for owner: any ByteStreamOwner, after parcel: SecureParcel, opened: () -> Void
    ) throws(Errno) {
        self.owner = owner
        try stream.open(owner: self)
        opened()
        let (plaintext, ciphertext) = (parcel.plaintext, parcel.ciphertext)
        if !plaintext.isEmpty { owner.received(plaintext.span) }
        if !hasDeparted(before: ciphertext.span), !isOver { receive(ciphertext.span) }
    }

    /// Goes on for somebody on another loop, as soon as the owner, who says so, is done with what it was told.
    ///
    /// - Parameter moves: How often it has gone from one worker to another by then.
    func leave(_ unread: [UInt8], moves: Int = 0, _ deliver: @escaping (SecureParcel) -> Void) {
        owner = nil
        departure = (unread, moves, deliver)
    }

    /// Takes over a stream that is open already, and the first bytes that came on it.
    func take(over bytes: Span<UInt8>, now: Instant) {
        stream.hand(to: self)
        // What was left to who has said nothing yet is left for all of the handshake.
        stream.deadline = stream.deadline ?? now + Self.patience
        receive(bytes)
    }

    /// Sends or queues; false when the stream is over or too much is queued.
    func send(_ bytes: Span<UInt8>) -> Bool { send(bytes, ends: [bytes.count]) }

    /// Clients are about that take what one record holds for one message.
    func send(_ messages: Span<UInt8>, ends: [Int]) -> Bool {
        // Every record of at most 16 KiB grows by its header and tag.
        let size = messages.count + (messages.count / 16_384 + ends.count) * 64
        guard !isOver, session?.isWritable == true, size <= stream.sendLimit - stream.backlog else { return false }
        return scratch.lendCiphertext { ciphertext in
            var (sent, filled) = (0, 0)
            for end in ends {
                while sent < end {
                    var room = ciphertext.mutableSpan
                    let progress = session?.send(messages.extracting(sent..<end), into: &room, after: filled)
                    let (taken, written) = progress ?? (0, 0)
                    sent += taken
                    filled += written
                    guard taken == 0 else { continue }
                    // Full: what there is goes out, and the rest behind it.
                    guard filled > 0, stream.send(ciphertext.span.extracting(..<filled)) else { return false }
                    filled = 0
                }
            }
            return filled == 0 || stream.send(ciphertext.span.extracting(..<filled))
        }
    }

    private func receive(_ bytes: Span<UInt8>) {
        scratch.lendPlaintext { plaintext in
            var used = 0
            while !isOver {
                let progress = decrypt(bytes.extracting(used...), into: &plaintext)
                used += progress.consumed
                if owner == nil, session?.isWritable == true {
                    greet(plaintext.span.extracting(..<progress.plaintext), behind: bytes.extracting(used...))
                    if isOver { return }
                }
                if progress.plaintext > 0 { owner?.received(plaintext.span.extracting(..<progress.plaintext)) }
                if hasDeparted(before: bytes.extracting(used...)) { return }
                if case .failed(let failure) = session?.state {
                    // The alert that says why is on its way.
                    stream.finish()
                    return end(failure)
                }
                if !isOver, session?.state == .finished { return peerFinished(stream) }
                guard progress.hasMore else { return }
            }
        }
    }

    /// Gives the session ciphertext, and the peer what the session answers.
    private func decrypt(_ bytes: Span<UInt8>, into plaintext: inout [UInt8]) -> Session.Progress {
        let progress = scratch.lendCiphertext { ciphertext in
            var answer = ciphertext.mutableSpan
            var room = plaintext.mutableSpan
            let progress = session?.receive(bytes, plaintext: &room, answer: &answer) ?? Session.Progress()
            // Where the peer reads nothing any more, the loop is about to tell.
            if progress.answer > 0 { stream.send(ciphertext.span.extracting(..<progress.answer)) }
            return progress
        }
        return progress
    }

    /// Finds the owner when it can be known by now.
    private func greet(_ plaintext: Span<UInt8>, behind ciphertext: Span<UInt8>) {
        let name = session?.negotiatedProtocol
        guard name != nil || !plaintext.isEmpty else { return }
        switch greeting(self, name, plaintext.isEmpty ? nil : plaintext[0]) {
        case .owned(let owner): self.owner = owner
        case .later: return
        case .refused: abort()
        case .elsewhere(let deliver):
            leave(plaintext.array, deliver)
            _ = hasDeparted(before: ciphertext)
        }
    }

    /// Packs the session up if it is to leave.
    private func hasDeparted(before ciphertext: Span<UInt8>) -> Bool {
        guard let (unread, moves, deliver) = departure.take() else { return false }
        // What waits to be sent would be lost with the stream; an honest client has room for a handshake and an answer.
        let deadline = stream.deadline
        guard stream.backlog == 0, let session = session.take(), let socket = stream.detach() else {
            abort()
            return true
        }
        isOver = true
        deliver(
            SecureParcel(
                socket, session, of: stream, deadline: deadline, moves: moves, plaintext: unread,
                ciphertext: ciphertext.array))
        ended(self, nil)
        return true
    }

    /// The stream is over: lets go of the owner, who holds this in turn.
    private func end(_ failure: Failure? = nil) {
        guard !isOver else { return }
        isOver = true
        let owner = owner.take()
        owner?.closed()
        ended(self, failure)
    }
}

extension SecureStream: ByteStream {
    var peer: Endpoint { stream.peer }
    var local: Endpoint { stream.local }
    var isOpen: Bool { !isOver && stream.isOpen }
    var end: Stream.End? { stream.end }
    var isSecure: Bool { true }
    var backlog: Int { stream.backlog }

    var sendLimit: Int {
        get { stream.sendLimit }
        set { stream.sendLimit = newValue }
    }

    func limitUnsent(to bytes: Int32) { stream.limitUnsent(to: bytes) }

    func read(_ isReading: Bool) { stream.read(isReading) }

    var deadline: Instant? {
        get { stream.deadline }
        set { stream.deadline = newValue }
    }

    func send(_ bytes: [UInt8]) -> Bool { send(bytes.span) }

    func finish() {
        guard !isOver else { return }
        scratch.lendCiphertext { ciphertext in
            var room = ciphertext.mutableSpan
            let count = session?.finish(into: &room) ?? 0
            if count > 0 { stream.send(ciphertext.span.extracting(..<count)) }
        }
        stream.finish()
    }

    func abort() {
        stream.abort()
        guard !isOver else { return }
        isOver = true
        // Whoever aborts knows; the others are told.
        owner = nil
        ended(self, nil)
    }
}

extension SecureStream: StreamOwner {
    func received(_ bytes: Span<UInt8>, on stream: Stream) { receive(bytes) }
    func drained(_ stream: Stream) { owner?.drained() }
    func closed(_ stream: Stream, because end: Stream.End) { self.end() }

    func peerFinished(_ stream: Stream) {
        if let owner { owner.peerFinished() } else { finish() }
    }
}
