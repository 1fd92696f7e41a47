// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import HTTP
internal import WebSocket
internal import Wire

/// One client of the web listener: drives the HTTP machine, and the WebSocket that it may turn into.
final class WebConnection {
    /// More than this waiting to be sent, and the next answer waits too.
    private static let backlogLimit = 64 << 10
    /// How long a client may take to read what waits for it.
    private static let patience = Duration.seconds(60)

    private let stream: any ByteStream
    private unowned let loop: Loop
    private let site: Site
    private let ended: (WebConnection) -> Void
    private var http: HTTP.Connection
    private var socket: WebSocketConnection?
    private var timer: Timer?
    /// An answer that waits until the client has read the ones before it.
    private var held: Reply?
    /// What is left of the answer that is being sent.
    private var rest = AnswerQueue()
    /// Who reads it, and how much of it was counted as unread.
    private var reader: IPAddress
    private var counted = 0
    /// How much of what a machine and the stream hold was counted.
    private var countedHeld = 0
    private let isProxied: Bool
    private var upgrade: Reply.Upgrade?
    /// Who is told when the client does not wait for its answer.
    private var asker: Asker?
    private var finishesWhenDrained = false
    /// What waited to be sent when this was last looked at: less means that the client reads.
    private var lastBacklog = 0
    private var isOver = false
    private var isDraining = false

    /// - Parameters:
    ///   - began: When the time of its first request began.
    ///   - ended: Called once, when the connection is over.
    init(
        on stream: any ByteStream, loop: Loop, site: Site, since began: Moment,
        ended: @escaping (WebConnection) -> Void
    ) {
        (self.stream, self.loop, self.site, self.ended) = (stream, loop, site, ended)
        reader = stream.peer.address
        isProxied = site.isProxy(stream.peer.address)
        http = HTTP.Connection(limits: site.httpLimits, now: began)
        timer = Timer(on: loop) { [weak self] in self?.wake() }
        arm()
    }

    func received(_ bytes: Span<UInt8>) {
        if let socket {
            socket.received(bytes)
        } else {
            http.takesLongBodies = site.takesUpload(from: holder)
            http.handle(received: bytes, now: loop.now)
        }
        drain()
        countHeld()
    }

    func peerFinished() {
        if let gone = asker.take()?.whenGone {
            // Who waits for something to happen and hangs up does not wait any more.
            gone()
            return stream.finish()
        }
        if let socket { socket.handle(.end) } else { http.handle(.end, now: loop.now) }
        drain()
    }

    /// The client has read everything that waited for it.
    func drained() {
        stream.deadline = nil
        countHeld()
        if !rest.isEmpty {
            pump()
            guard rest.isEmpty, stream.backlog == 0 else { return }
        }
        settle()
        if let held {
            self.held = nil
            give(held)
        }
        lastBacklog = 0
        if finishesWhenDrained { stream.finish() }
        socket?.drained()
        drain()
    }

    /// The stream is over, whoever ended it.
    func closed() {
        guard !isOver else { return }
        isOver = true
        timer?.arm(at: nil)
        asker.take()?.whenGone?()
        rest.removeAll()
        settle()
        forgetHeld()
        http.handle(.end, now: loop.now)
        socket?.handle(.end)
        drain()
        ended(self)
    }

    /// Ends the connection because the server ends: WebSockets with 1001, idle connections at once.
    func leave() {
        if let socket {
            socket.close(.goingAway)
        } else {
            http.handle(.end, now: loop.now)
        }
        drain()
    }

    private func wake() {
        if let socket { socket.handle(.timeout) } else { http.handle(.timeout, now: loop.now) }
        drain()
    }

    /// Does all that the machine asks for. What is asked meanwhile is done by the outermost call.
    private func drain() {
        guard !isDraining else { return }
        isDraining = true
        while socket == nil, let output = http.nextOutput() { perform(output) }
        socket?.drain()
        isDraining = false
        arm()
    }

    private func perform(_ output: HTTP.Connection.Output) {
        switch output {
        case .request(let request):
            let asker = Asker()
            self.asker = asker
            forgetHeld()
            reader = site.address(of: request, from: stream.peer.address)
            site.serve(
                request, from: stream.peer.address, isSecure: stream.isSecure, now: loop.now, asker: asker
            ) { [weak self] reply in
                asker.whenGone = nil
                self?.give(reply)
                self?.drain()
            }
        case .send(let bytes):
            rest.append(bytes)
            pump()
        case .close: finish()
        case .upgraded(let unread):
            guard let upgrade else { return finish() }
            let socket = WebSocketConnection(
                number: site.nextSocketNumber(), limits: upgrade.limits, loop: loop, carrier: self)
            forgetHeld()
            self.socket = socket
            stream.sendLimit = upgrade.sendLimit
            upgrade.unsentLimit.map(stream.limitUnsent)
            socket.open(with: upgrade.owner(socket))
            socket.received(unread.span)
        }
    }

    private func give(_ reply: Reply) {
        guard stream.backlog + rest.count <= Self.backlogLimit else {
            held = reply
            return
        }
        upgrade = reply.upgrade
        let size = reply.response.body.count
        guard size > UnreadBytes.free else { return http.answer(reply.response, now: loop.now) }
        guard site.unread.take(size, for: reader) else {
            return http.answer(Self.tooMuchUnread.response, now: loop.now)
        }
        counted += size
        http.answer(reply.response, now: loop.now)
    }

    private static var tooMuchUnread: Reply {
        .problem(.unavailable, "Too many answers wait to be read; read those first.")
    }

    /// Gives the stream as much of the answer as it takes at a time; it says when it has sent that.
    private func pump() {
        while !isOver, !rest.isEmpty, stream.backlog < Self.backlogLimit { send(rest.next(Self.backlogLimit)) }
    }

    /// What was counted as unread has been read, or never will be.
    private func settle() {
        guard counted > 0, rest.isEmpty else { return }
        site.unread.give(back: counted, of: reader)
        counted = 0
    }

    /// Counts what is held of a long message that is not complete, and of what is not read; ends a connection for which there
    /// is no room.
    private func countHeld() {
        guard !isOver else { return }
        let held = max(0, (socket?.held ?? http.held) + stream.backlog - UnreadBytes.free)
        guard held != countedHeld else { return }
        if held > countedHeld {
            guard !site.memory.isExhausted, site.held.take(held - countedHeld, for: holder) else { return cutOff() }
        } else {
            site.held.give(back: countedHeld - held, of: holder)
        }
        countedHeld = held
    }

    private func forgetHeld() {
        site.held.give(back: countedHeld, of: holder)
        countedHeld = 0
    }

    /// Whose a message is that is not complete: through a proxy only the whole request will tell.
    private var holder: IPAddress? { socket == nil && isProxied ? nil : reader }

    private func arm() {
        guard !isOver else { return }
        if let socket { timer?.arm(at: socket.deadline) } else { timer?.arm(at: http.deadline) }
    }
}

extension WebConnection: WebSocketCarrier {
    func send(_ bytes: [UInt8]) {
        guard !isOver else { return }
        let hasRead = stream.backlog < lastBacklog
        guard stream.send(bytes) else {
            // The client reads too slowly, or went away.
            return cutOff()
        }
        lastBacklog = stream.backlog
        countHeld()
        guard !isOver else { return }
        // Patience is for those who read nothing, and no more than that is asked of a slow one.
        if lastBacklog > 0, hasRead || stream.deadline == nil {
            stream.deadline = loop.now.instant + Self.patience
        }
    }

    var backlog: Int { stream.backlog }

    func finish() {
        guard !isOver else { return }
        if stream.backlog == 0, rest.isEmpty { stream.finish() } else { finishesWhenDrained = true }
    }

    func cutOff() {
        guard !isOver else { return }
        stream.abort()
        closed()
    }

    func wantsDraining() { drain() }
}

extension WebConnection: ByteStreamOwner {}

extension WebConnection: StreamOwner {
    func received(_ bytes: Span<UInt8>, on stream: Stream) { received(bytes) }
    func peerFinished(_ stream: Stream) { peerFinished() }
    func drained(_ stream: Stream) { drained() }
    func closed(_ stream: Stream, because end: Stream.End) { closed() }
}
