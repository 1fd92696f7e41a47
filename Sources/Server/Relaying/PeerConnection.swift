// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

/// A peer's TCP connection to a relayed address, and the client's that it is joined with (RFC 6062 §5.5).
///
/// A side is read as long as the other takes what came from it: no more waits here than was read at once, and who sends
/// too fast is stalled by TCP itself. When one side has finished, the other is told behind the last byte.
final class PeerConnection {
    let id: ConnectionID
    /// Whose relayed address it came to or from.
    let relay: RelayListener
    private unowned let worker: Worker
    private let admission: ConnectionLimits.Place
    private var peer: Stream?
    private var client: StreamClient?
    private var isConnecting = false
    private var hasFinished = (peer: false, client: false)
    /// Until when a side is not read, because its bytes run ahead of what the allocation may relay.
    private var rest: (peer: Instant?, client: Instant?)
    private var timer: Timer?

    init(_ id: ConnectionID, at relay: RelayListener, _ admission: ConnectionLimits.Place, of worker: Worker) {
        (self.id, self.relay, self.admission, self.worker) = (id, relay, admission, worker)
    }

    /// Connects to a peer from the relayed address.
    func connect(to endpoint: Endpoint) throws(Errno) {
        isConnecting = true
        peer = try Stream(connectingTo: endpoint, from: relay.local, on: worker.loop, owner: self)
        peer?.read(false)
    }

    /// Takes in a connection that a peer has made.
    func accept(_ stream: Stream) throws(Errno) {
        peer = stream
        try stream.open(owner: self)
        stream.read(false)
    }

    /// Carries a client's stream from now on.
    func join(_ client: StreamClient) {
        self.client = client
        settle()
    }

    // MARK: - Bytes

    func receivedFromClient(_ bytes: Span<UInt8>) {
        guard let peer, !bytes.isEmpty else { return }
        worker.count(bytes.count, .toPeer)
        switch worker.relay.pass(bytes.count, .toPeer, over: id, now: worker.loop.now) {
        case .free: break
        case .notBefore(let instant): rest.client = instant
        case .over: return close()
        }
        guard peer.send(bytes) else { return close() }
        settle()
    }

    private func receivedFromPeer(_ bytes: Span<UInt8>) {
        guard let client, !bytes.isEmpty else { return }
        worker.count(bytes.count, .toClient)
        switch worker.relay.pass(bytes.count, .toClient, over: id, now: worker.loop.now) {
        case .free: break
        case .notBefore(let instant): rest.peer = instant
        case .over: return close()
        }
        guard client.stream.send(bytes) else { return close() }
        settle()
    }

    /// Reads from each side what the other can take now.
    private func settle() {
        guard let peer, let client else { return }
        let now = worker.loop.now.instant
        if let instant = rest.peer, instant <= now { rest.peer = nil }
        if let instant = rest.client, instant <= now { rest.client = nil }
        peer.read(client.stream.backlog == 0 && rest.peer == nil)
        client.stream.read(peer.backlog == 0 && rest.client == nil)
        guard rest.peer != nil || rest.client != nil else { return }
        let timer = timer ?? Timer(on: worker.loop) { [weak self] in self?.settle() }
        self.timer = timer
        timer.arm(at: min(rest.peer ?? rest.client ?? now, rest.client ?? rest.peer ?? now))
    }

    // MARK: - Ends

    func clientFinished() {
        guard !hasFinished.client else { return }
        hasFinished.client = true
        peer?.finish()
        // Whoever answers after the question has all the time that its allocation has.
        peer?.deadline = nil
    }

    private func peerHasFinished() {
        guard !hasFinished.peer else { return }
        hasFinished.peer = true
        client?.stream.finish()
        client?.stream.deadline = nil
    }

    func clientDrained() { settle() }

    func clientClosed() {
        if client?.stream.end == .finished { clientFinished() }
        sideClosed()
    }

    /// One side is gone. What waits for the other still goes out when both had finished; else that is broken off, too.
    private func sideClosed() {
        guard hasFinished.client, hasFinished.peer else { return close() }
        if peer?.isOpen != true, client?.stream.isOpen != true { forget() }
    }

    /// Breaks both sides off, and tells the relay.
    private func close() {
        let (peer, client) = (peer, client)
        forget()
        peer?.abort()
        client?.stream.abort()
    }

    private func forget() {
        letGo()
        worker.relay.handle(.closed(id), now: worker.loop.now)
    }

    /// Ends it because the relay says so: what was read already still goes out.
    func end() {
        guard let peer, let client else {
            let peer = peer
            letGo()
            peer?.abort()
            return
        }
        letGo()
        for stream in [peer as any ByteStream, client.stream] {
            stream.finish()
            stream.read(true)
            stream.deadline = worker.loop.now.instant + Self.lingering
        }
    }

    /// Ends it because the server does. A client that waits for the peer is told that nothing came of it.
    func leave() {
        guard isConnecting else { return end() }
        end()
        worker.relay.handle(.unconnected(id, because: .unreachable), now: worker.loop.now)
        worker.performOutputs()
    }

    /// How long the two sides of what has ended may take to say so.
    private static let lingering: Duration = .seconds(10)

    private func letGo() {
        worker.connections[id] = nil
        relay.connections.remove(id)
        timer?.arm(at: nil)
        (peer, client) = (nil, nil)
    }
}

extension PeerConnection: StreamOwner {
    func connected(_ stream: Stream) {
        isConnecting = false
        worker.relay.handle(.connected(id), now: worker.loop.now)
        worker.performOutputs()
    }

    func received(_ bytes: Span<UInt8>, on stream: Stream) { receivedFromPeer(bytes) }
    func peerFinished(_ stream: Stream) { peerHasFinished() }
    func drained(_ stream: Stream) { settle() }

    func closed(_ stream: Stream, because end: Stream.End) {
        guard peer != nil else { return }
        guard isConnecting else {
            if end == .finished { peerHasFinished() }
            return sideClosed()
        }
        letGo()
        worker.relay.handle(.unconnected(id, because: .unreachable), now: worker.loop.now)
        worker.performOutputs()
    }
}
