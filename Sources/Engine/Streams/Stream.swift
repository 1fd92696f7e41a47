// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc
package import Wire

/// One TCP connection.
///
/// The loop keeps an open stream alive, and the stream its owner, until it is closed.
@safe package final class Stream: Source {
    /// Who speaks on it: whoever is on the other end, or for whom a proxy there says that it speaks.
    package var peer: Endpoint
    /// The address and port that the peer connected to.
    package let local: Endpoint

    /// The most bytes that may wait to be sent; ``send(_:)-(Span<UInt8>)`` refuses what would not fit.
    package var sendLimit = 1 << 20

    /// How a stream ended.
    package enum End: Hashable, Sendable {
        /// Both sides had finished.
        case finished
        /// The deadline passed.
        case timedOut
        /// The network or the peer broke it off.
        case failed(Errno)
    }

    /// How it ended; nil while it is open, and after this side's own ``abort()``.
    package private(set) var end: End?

    /// Kept for as long as the stream is.
    package var attachment: (any AnyObject & Sendable)?

    unowned let loop: Loop
    private var descriptor: Descriptor?
    private var registration: Loop.Registration?
    private var waitedFor: Events = []
    private var owner: (any StreamOwner)?
    private var timer: Timer?
    private var queue = SendQueue()
    private var isReading = true
    private var isConnecting = false
    private var peerHasFinished = false
    private var output = Output.open

    private enum Output { case open, finishing, finished }

    /// How long a peer may take to finish after this side has.
    private static let lingering: Duration = .seconds(10)

    /// Takes over a connected socket; nothing is read before ``open(owner:)``.
    package init(adopting descriptor: consuming Descriptor, local: Endpoint, peer: Endpoint, on loop: Loop) {
        self.local = local
        self.peer = peer
        self.loop = loop
        // Answers are small and somebody waits for each. A failure costs latency, nothing else.
        _ = linux_set_no_delay(descriptor.number)
        self.descriptor = consume descriptor
    }

    /// Begins to read, and tells `owner` of it.
    package func open(owner: any StreamOwner) throws(Errno) {
        guard descriptor != nil, registration == nil else { throw Errno(code: EBADF) }
        waitedFor = [.readable]
        registration = try loop.add(self, descriptor: number, for: waitedFor)
        self.owner = owner
    }

    /// Connects to `peer`; what is sent before the answer waits for it, and a refusal is told as the stream's end.
    ///
    /// - Parameter source: Where it is to come from: the address and port of a ``Listener/init(connectingFrom:on:accepted:)``;
    ///   nil for any.
    package convenience init(
        connectingTo peer: Endpoint, from source: Endpoint? = nil, on loop: Loop, owner: any StreamOwner
    ) throws(Errno) {
        let descriptor = try Descriptor(checking: linux_socket_tcp(peer.address.family == .v6 ? 1 : 0))
        if let source {
            try Errno.check(linux_set_reuse_address(descriptor.number))
            try Errno.check(linux_set_reuse_port(descriptor.number))
            var address = linux_address(source)
            // Safe: the address lives through the call.
            try Errno.check(unsafe linux_bind(descriptor.number, &address))
        }
        var address = linux_address(peer)
        // Safe: the address lives through the call.
        let result = unsafe linux_connect(descriptor.number, &address)
        if result != -EINPROGRESS { try Errno.check(result) }
        let local = try Endpoint.local(of: descriptor.number)
        self.init(adopting: descriptor, local: local, peer: peer, on: loop)
        isConnecting = true
        try open(owner: owner)
        wait()
    }

    package var isOpen: Bool { registration != nil }

    /// Hands what is told from now on to somebody else: the first bytes have said what the stream is.
    package func hand(to owner: any StreamOwner) { if isOpen { self.owner = owner } }

    /// When the stream is closed as timed out, unless this is moved before; nil for never.
    package var deadline: Instant? {
        get { timer?.deadline }
        set {
            if timer == nil, newValue != nil {
                timer = Timer(on: loop) { [unowned self] in close(because: .timedOut) }
            }
            timer?.arm(at: isOpen ? newValue : nil)
        }
    }

    /// Stops reading, so that the peer's own sending stalls, or goes on.
    package func read(_ isReading: Bool) {
        self.isReading = isReading
        wait()
    }

    /// The open socket, to be kept beside the stream; nil when it is closed.
    package var socket: Int32? { descriptor == nil ? nil : number }

    /// What waits to be sent.
    package var unsent: [UInt8] { queue.withFirst { $0.array } }

    /// Bytes that wait to be sent.
    package var backlog: Int { queue.count }

    /// Lets the kernel take no more than `bytes` that the network does not: ``backlog`` then soon tells who is slow.
    package func limitUnsent(to bytes: Int32) {
        // A failure costs an early warning, nothing else.
        _ = linux_limit_unsent(number, bytes)
    }

    /// Sends `bytes`, or queues what the kernel does not take now.
    ///
    /// - Returns: False when nothing was taken: the stream is over or finishing, or ``sendLimit`` would be passed.
    @discardableResult
    package func send(_ bytes: Span<UInt8>) -> Bool {
        guard isOpen, output == .open, bytes.count <= sendLimit - queue.count else { return false }
        // Writing before the answer would take its error away from where it is told.
        guard queue.isEmpty, !isConnecting else {
            queue.append(bytes)
            return true
        }
        // Safe: the call reads no further than the span is long.
        let sent = unsafe bytes.withUnsafeBufferPointer { unsafe linux_write(number, $0.baseAddress, $0.count) }
        // An error is told of by the loop, from where the owner may be called back.
        let taken = Int(max(0, sent))
        if taken < bytes.count {
            queue.append(bytes.extracting(taken..<bytes.count))
            wait()
        }
        return true
    }

    /// Sends `bytes`, or queues what the kernel does not take now; as for a span.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool { send(bytes.span) }

    /// Sends what is queued and then no more. The stream closes when the peer has finished too, or takes over 10 s.
    package func finish() {
        guard isOpen, output == .open else { return }
        output = .finishing
        deadline = min(deadline ?? loop.now.instant + Self.lingering, loop.now.instant + Self.lingering)
        if queue.isEmpty { finishOutput() }
    }

    /// Closes at once. What is queued is lost, the peer sees a reset, and the owner is not told.
    package func abort() {
        guard let descriptor = detach() else { return }
        linux_reset_on_close(descriptor.number)
    }

    /// Leaves the loop and gives the socket away, for another loop to adopt; nil when the stream is over.
    package func detach() -> Descriptor? {
        if let registration { loop.remove(registration) }
        registration = nil
        timer?.arm(at: nil)
        owner = nil
        return descriptor.take()
    }

    package func ready(_ events: Events, token: Int) {
        if events.contains(.failed) {
            let failure = linux_take_error(number)
            return close(because: .failed(failure > 0 ? Errno(code: failure) : .connectionReset))
        }
        if events.contains(.writable) {
            if isConnecting {
                isConnecting = false
                wait()
                owner?.connected(self)
            }
            if !queue.isEmpty { flush() }
        }
        guard isOpen else { return }
        if isReading {
            if events.contains(.hungUp) || events.contains(.readable) { receive() }
        } else if events.contains(.hungUp), waitedFor != .once, let registration {
            // Who has paused reads what is left when it goes on. Until then epoll is not to tell again and again.
            waitedFor = .once
            loop.change(registration, for: waitedFor)
        }
    }

    private var number: Int32 {
        guard let number = descriptor?.number else { return -1 }
        return number
    }

    private func receive() {
        // Safe: the kernel writes no further than the inbox is long, and the span ends where the kernel stopped.
        let count = unsafe linux_read(number, loop.inbox.baseAddress, loop.inbox.count)
        if count > 0 {
            let bytes = unsafe UnsafeBufferPointer(rebasing: loop.inbox[..<count])
            owner?.received(unsafe bytes.span, on: self)
        } else if count == 0 {
            peerHasFinished = true
            wait()
            if output == .finished { close(because: .finished) } else { owner?.peerFinished(self) }
        } else if count != -Int(EAGAIN), count != -Int(EINTR) {
            close(because: .failed(Errno(code: Int32(-count))))
        }
    }

    private func flush() {
        while !queue.isEmpty {
            let sent = queue.withFirst { bytes in
                // Safe: the call reads no further than the span is long.
                unsafe bytes.withUnsafeBufferPointer { unsafe linux_write(number, $0.baseAddress, $0.count) }
            }
            guard sent >= 0 else {
                if sent == -Int(EAGAIN) || sent == -Int(EINTR) { return }
                return close(because: .failed(Errno(code: Int32(-sent))))
            }
            queue.drop(sent)
        }
        wait()
        if output == .finishing { finishOutput() } else { owner?.drained(self) }
    }

    private func finishOutput() {
        output = .finished
        // It fails only when the peer has broken the stream off, which the loop is about to tell.
        _ = linux_finish(number)
        if peerHasFinished { close(because: .finished) }
    }

    /// Asks the loop for what is of use now. A finished peer stays readable for ever and is not asked about.
    private func wait() {
        guard let registration else { return }
        var events: Events = []
        if isReading, !peerHasFinished { events.insert(.readable) }
        if !queue.isEmpty || isConnecting { events.insert(.writable) }
        guard events != waitedFor else { return }
        waitedFor = events
        loop.change(registration, for: events)
    }

    private func close(because end: End) {
        let owner = owner
        guard let descriptor = detach() else { return }
        self.end = end
        if end != .finished { linux_reset_on_close(descriptor.number) }
        owner?.closed(self, because: end)
    }
}
