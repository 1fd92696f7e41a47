// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import STUN
internal import TURN
internal import Wire

/// A client that talks to the relay over a byte stream (RFC 8656 §2.1).
final class StreamClient {
    let flow: Flow
    let stream: any ByteStream
    private unowned let worker: Worker
    /// The peer's connection that the stream carries, behind the ConnectionBind that asked for it (RFC 6062 §5.4).
    private var connection: PeerConnection?
    /// The worker that the stream is to go on at, with the message that said so.
    var destination: Int?
    /// How often the stream has gone on at another worker.
    let moves: Int
    /// The beginning of a message whose end has not arrived.
    private var beginning: [UInt8] = []
    /// What this turn has for the client, sent as one.
    private var outgoing: [UInt8] = []
    /// Where each of its messages ends.
    private var ends: [Int] = []
    /// Whether something of ``rest`` was kept for the next process.
    private var hasRest = false

    /// When the stream ends unless the client has an allocation by then.
    private var credentialsBy: Instant? { didSet { arm() } }
    /// When the stream ends unless the message that has begun is complete by then.
    private var messageBy: Instant? { didSet { arm() } }

    /// How long a client may take until it has an allocation, or again has one; and for one message.
    private static let patience: Duration = .seconds(10)
    /// How long a client that was told its address may be silent.
    private static let pause: Duration = .seconds(60)
    /// The most that waits for a slow client. Voice that comes later than this is of no use to anybody.
    private static let backlogLimit = 256 << 10

    /// - Parameter beginning: What was read of a message by the process before this one.
    init(
        _ stream: any ByteStream, _ transport: Transport, worker: Worker, beginning: [UInt8] = [], moves: Int = 0
    ) {
        (self.beginning, self.moves) = (beginning, moves)
        self.stream = stream
        self.worker = worker
        flow = Flow(client: stream.peer, server: stream.local, transport: transport)
    }

    /// How often a stream may: once for the connection it is for, and a little more. A stranger could otherwise have the
    /// workers pass it around with all that it sends.
    static let moveLimit = 3

    /// Whether the first byte of a stream can be that of a STUN message, whose two highest bits are zero.
    static func begins(with byte: UInt8) -> Bool { byte & 0xC0 == 0 }

    /// Whether an answer shows that the client has credentials and now something to use: more than a Binding gives, and
    /// more than is left when an allocation was given up.
    static func grants(_ answer: Span<UInt8>) -> Bool {
        guard let header = try? Header(parsing: answer), header.kind == .success else { return false }
        return header.method != .binding && header.method != .refresh
    }

    /// Whether an answer tells the client its address and no more.
    static func tellsAddress(_ answer: Span<UInt8>) -> Bool {
        guard let header = try? Header(parsing: answer) else { return false }
        return header.kind == .success && header.method == .binding
    }

    /// Lets a client that asks for nothing but its address go on asking: it keeps the connection open for as long as it needs
    /// what its NATs have for it, and only it knows how long that is (RFC 8489 §6.2.2).
    func mayAskOn() {
        guard credentialsBy != nil else { return }
        credentialsBy = worker.loop.now.instant + Self.pause
    }

    /// Starts the clock that closes the stream, or stops it.
    func expectCredentials(_ isExpected: Bool) {
        credentialsBy = isExpected ? worker.loop.now.instant + Self.patience : nil
    }

    /// Lets the clock run on that was started when the stream was accepted.
    func expectCredentials(by deadline: Instant?) {
        credentialsBy = deadline ?? worker.loop.now.instant + Self.patience
    }

    private func arm() {
        switch (credentialsBy, messageBy) {
        case (let one?, let other?): stream.deadline = min(one, other)
        case (let one, let other): stream.deadline = one ?? other
        }
    }

    /// Carries a peer's connection from now on, and no messages.
    func carry(_ connection: PeerConnection) {
        self.connection = connection
        (credentialsBy, messageBy) = (nil, nil)
    }

    func received(_ bytes: Span<UInt8>) {
        if let connection { return connection.receivedFromClient(bytes) }
        let used: Int
        if beginning.isEmpty {
            used = takeMessages(bytes)
            if stream.isOpen, used < bytes.count { beginning = bytes.extracting(used...).array }
        } else {
            beginning.append(copying: bytes)
            // Taken out while it is read: a message may end the stream and with it this buffer.
            let whole = beginning
            used = takeMessages(whole.span)
            beginning = Array(whole[used...])
        }
        guard connection == nil, destination == nil else { return leaveMessages() }
        // A message has its time from its own first byte, however its bytes drip.
        if beginning.isEmpty {
            if messageBy != nil { messageBy = nil }
        } else if used > 0 || messageBy == nil {
            messageBy = worker.loop.now.instant + Self.patience
        }
        worker.finishBatch()
        noteRest()
    }

    /// The last message has said that what follows is none, or is another worker's.
    private func leaveMessages() {
        worker.finishBatch()
        let unread = beginning
        beginning = []
        if let destination { return worker.move(self, to: destination, unread: unread) }
        if stream.isOpen { connection?.receivedFromClient(unread.span) }
    }

    /// Gives the relay every message that is complete; how many bytes they were.
    private func takeMessages(_ bytes: Span<UInt8>) -> Int {
        var used = 0
        while stream.isOpen, connection == nil {
            let rest = bytes.extracting(used...)
            switch Frame(startingAt: rest) {
            case .incomplete: return used
            case .message(let count, let advance):
                worker.receive(rest.extracting(first: count), on: flow)
                if destination != nil { return used }
                used += advance
            case .invalid:
                stream.abort()
                worker.disconnected(self)
            }
        }
        return used
    }

    /// Queues what the relay answers; a client that reads no answers is gone.
    func reply(_ bytes: Span<UInt8>) {
        if outgoing.isEmpty { worker.touch(self) }
        outgoing.append(copying: bytes)
        ends.append(outgoing.count)
    }

    /// Queues relayed payload, or drops it when the client is too slow: a late datagram helps nobody.
    ///
    /// - Returns: Whether it was taken.
    func deliver(header: Span<UInt8>, payload: Span<UInt8>, padding: Int) -> Bool {
        let size = header.count + payload.count + padding
        guard stream.backlog + outgoing.count + size <= Self.backlogLimit else { return false }
        if outgoing.isEmpty { worker.touch(self) }
        outgoing.append(copying: header)
        outgoing.append(copying: payload)
        for _ in 0..<padding { outgoing.append(0) }
        ends.append(outgoing.count)
        return true
    }

    /// Sends what the turn has gathered.
    func flush() {
        guard !outgoing.isEmpty else { return }
        // Taken out while it is read, so that nothing that a send leads to can change it.
        var sent = outgoing
        outgoing = []
        if !stream.send(sent.span, ends: ends) {
            stream.abort()
            worker.disconnected(self)
        }
        sent.removeAll(keepingCapacity: true)
        outgoing = sent
        ends.removeAll(keepingCapacity: true)
        noteRest()
    }

    // MARK: - Over a restart

    /// The socket, where another process could go on with it.
    var descriptor: Int32? { (stream as? Stream)?.socket }

    /// What is between two messages, each way; nil when nothing is.
    var rest: LeftStream? {
        guard let stream = stream as? Stream, !beginning.isEmpty || stream.backlog > 0 else { return nil }
        return LeftStream(unread: beginning, unsent: stream.unsent)
    }

    /// Says goodbye: the server ends, and this client cannot be taken along.
    func leave() { stream.finish() }

    /// Has the worker keep the rest when the turn ends, or forget it.
    private func noteRest() {
        let hasRest = flow.transport == .tcp && (!beginning.isEmpty || stream.backlog > 0)
        if hasRest || self.hasRest { worker.restless.append(self) }
        self.hasRest = hasRest
    }
}

extension StreamClient: ByteStreamOwner {
    func peerFinished() {
        if let connection { return connection.clientFinished() }
        // Half of a conversation is of no use to a relay.
        stream.finish()
        worker.disconnected(self)
    }

    func drained() { if let connection { connection.clientDrained() } else { noteRest() } }

    func closed() {
        connection?.clientClosed()
        connection = nil
        worker.disconnected(self)
    }
}

extension StreamClient: StreamOwner {
    func received(_ bytes: Span<UInt8>, on stream: Stream) { received(bytes) }
    func peerFinished(_ stream: Stream) { peerFinished() }
    func drained(_ stream: Stream) { drained() }
    func closed(_ stream: Stream, because end: Stream.End) { closed() }
}

extension [UInt8] {
    /// Appends the bytes of a span in one piece.
    fileprivate mutating func append(copying bytes: Span<UInt8>) {
        // Safe: the bytes are read while the span is borrowed.
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
