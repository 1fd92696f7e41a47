// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TLS
internal import TURN
internal import Wire

extension Worker {
    /// Takes a datagram that begins like a DTLS record.
    func receiveRecords(_ datagram: Span<UInt8>, on flow: Flow, at socket: ClientSocket) {
        guard associations.context != nil, flow.client.port != 0 else { return tally.countDrop(.notUnderstood) }
        guard CookieGate.concerns(datagram) else { return take(datagram, on: flow) }
        if relay.isBehind, associations.client(flow) == nil { return tally.countDrop(.shed) }
        // A ClientHello has to bring a cookie, whoever has a session already.
        switch admit(datagram, on: flow, at: socket) {
        case .asIs: take(datagram, on: flow)
        case .whole(let hello): take(hello.span, on: flow)
        case .nothing: return
        }
    }

    /// Gives a client's sessions a datagram, and does what comes of it.
    private func take(_ datagram: Span<UInt8>, on flow: Flow) {
        guard let client = associations.client(flow) else { return tally.countDrop(.notUnderstood) }
        let progress = associations.receive(datagram, from: client, now: loop.now.instant)
        sendAnswers(progress.datagrams, to: client)
        if progress.change == .opened || progress.change == .replaced { follow(progress.change, of: client) }
        for number in 0..<progress.messages.count {
            receive(associations.plaintext, progress.messages[number], on: flow)
        }
        if case .ended = progress.change { follow(progress.change, of: client) }
    }

    /// What a datagram of a handshake leads to.
    private enum Admission {
        case asIs
        /// Its fragment was the last of this ClientHello.
        case whole([UInt8])
        /// All was done: the gate has asked for a cookie, or more fragments are to come.
        case nothing
    }

    /// Shows a datagram to the gate, and begins what it lets in.
    private func admit(_ datagram: Span<UInt8>, on flow: Flow, at socket: ClientSocket) -> Admission {
        guard let start = unsafe room(for: CookieGate.answerSize) else { return .nothing }
        // Safe: the room is as large as the span says.
        var span = unsafe UnsafeMutableBufferPointer(start: start, count: CookieGate.answerSize).mutableSpan
        let now = loop.now.instant
        switch associations.gate.judge(datagram, from: flow.client, now: now, answer: &span) {
        case .passed:
            guard let (hello, random) = associations.complete(with: datagram, from: flow) else { return .asIs }
            begin(random, on: flow)
            return .whole(hello)
        case .challenged(let count):
            unsafe send(Outbox.Piece(start: start, count: count), to: flow, from: socket)
            return .nothing
        case .admitted(let random):
            begin(random, on: flow)
            return .asIs
        case .begun(let random):
            guard let hello = associations.begin(datagram, random, from: flow, now: now) else {
                watchAssociations()
                return .nothing
            }
            begin(random, on: flow)
            return .whole(hello)
        }
    }

    private func begin(_ random: ClientHello.Random, on flow: Flow) {
        associations.admit(random, from: flow, within: place.limits, now: loop.now.instant)
        watchAssociations()
    }

    /// Gives the relay one decrypted message, from memory that stays until the turn ends.
    private func receive(_ plaintext: [UInt8], _ range: Range<Int>, on flow: Flow) {
        guard let start = unsafe keep(plaintext.span.extracting(range), behind: Parcel.headroom) else { return }
        // Safe: the copy is as long as the message, with so many bytes of headroom in front.
        let message = unsafe UnsafeBufferPointer(start: start, count: range.count)
        let received = unsafe Received(
            start: start, count: range.count, headroom: Parcel.headroom, isInInbox: true)
        perform(relay.receive(unsafe message.span, on: flow, now: loop.now), received, on: flow)
    }

    /// Draws the conclusions for the relay from what became of a client's sessions.
    private func follow(_ change: Association.Change, of client: Associations.Client) {
        switch change {
        case .none, .opened: return
        // The client has begun anew, and knows nothing of what it had.
        case .replaced: client.hasAllocation = false
        case .ended: associations.remove(client)
        }
        relay.handle(.disconnected(client.flow), now: loop.now)
        performOutputs()
    }

    /// Looks after handshakes and silent clients for as long as there are any.
    private func watchAssociations() {
        let timer =
            associationTimer
            ?? Timer(on: loop) { [unowned self] in
                lookAfterAssociations()
                watchAssociations()
            }
        associationTimer = timer
        if timer.deadline == nil { timer.arm(at: associations.deadline(now: loop.now.instant)) }
    }

    private func lookAfterAssociations() {
        let now = loop.now.instant
        for client in associations.handshakes {
            let progress = associations.handleTimeout(of: client, now: now)
            sendAnswers(progress.datagrams, to: client)
            follow(progress.change, of: client)
        }
        for client in associations.silent(now: now) {
            sayGoodbye(to: client)
            follow(.ended(nil), of: client)
        }
    }

    /// Tells every client of DTLS that the server ends.
    func leaveAssociations() {
        for client in associations.all { sayGoodbye(to: client) }
        sendAll()
    }

    private func sayGoodbye(to client: Associations.Client) {
        guard let socket = socket(for: client.flow.server), let start = unsafe room(for: Association.overhead) else {
            return
        }
        // Safe: the room is as large as the span says.
        var span = unsafe UnsafeMutableBufferPointer(start: start, count: Association.overhead).mutableSpan
        let count = client.association.finish(into: &span)
        if count > 0 { unsafe send(Outbox.Piece(start: start, count: count), to: client.flow, from: socket) }
    }
}

// MARK: - To the client

extension Worker {
    /// Sends payload to a client, encrypted as one record with the header in front of it.
    func deliverRecord(_ delivery: Delivery, _ payload: Outbox.Piece, in received: Received) {
        guard let client = associations.client(delivery.flow) else { return }
        let header = delivery.framing.headerSize
        let size = header + payload.count + delivery.padding
        let isInPlace = received.headroom + delivery.payload.lowerBound >= header && delivery.padding == 0
        // Safe: where the bytes in front of the payload are free the header is written there, and else both are
        // copied to room for both.
        guard
            let start = unsafe isInPlace
                ? received.start + (delivery.payload.lowerBound - header) : room(for: size)
        else { return }
        unsafe write(delivery.framing, to: start)
        if !isInPlace {
            if let from = payload.baseAddress { unsafe (start + header).update(from: from, count: payload.count) }
            unsafe (start + (header + payload.count)).update(repeating: 0, count: delivery.padding)
        }
        if send(unsafe UnsafeBufferPointer(start: start, count: size).span, to: client) {
            unsafe count(payload)
        } else {
            tally.unsent &+= 1
        }
    }

    /// Sends an answer of the relay, encrypted. Whoever gets more than a Binding answered has shown credentials.
    func replyRecord(_ bytes: Span<UInt8>, to flow: Flow) {
        guard let client = associations.client(flow) else { return }
        if StreamClient.grants(bytes) { client.hasAllocation = true }
        _ = send(bytes, to: client)
    }

    /// Encrypts one message and queues its datagram.
    private func send(_ message: Span<UInt8>, to client: Associations.Client) -> Bool {
        let room = message.count + Association.overhead
        guard let socket = socket(for: client.flow.server), let start = unsafe self.room(for: room) else {
            return false
        }
        // Safe: the room is as large as the span says.
        var span = unsafe UnsafeMutableBufferPointer(start: start, count: room).mutableSpan
        let count = client.association.send(message, into: &span)
        guard count > 0 else { return false }
        unsafe send(Outbox.Piece(start: start, count: count), to: client.flow, from: socket)
        return true
    }

    /// Queues the datagrams of a handshake.
    private func sendAnswers(_ datagrams: Pieces, to client: Associations.Client) {
        guard !datagrams.isEmpty, let socket = socket(for: client.flow.server) else { return }
        let bytes = associations.answer
        for number in 0..<datagrams.count {
            let range = datagrams[number]
            guard let start = unsafe keep(bytes.span.extracting(range)) else { return }
            unsafe send(Outbox.Piece(start: start, count: range.count), to: client.flow, from: socket)
        }
    }

    /// Queues a datagram whose bytes stay until the turn ends.
    private func send(_ datagram: Outbox.Piece, to flow: Flow, from socket: ClientSocket) {
        hasForClients = true
        unsafe socket.outbox.add(
            header: Self.nothing, payload: datagram, to: flow.client, from: socket.source(flow.server))
    }

    /// A copy of bytes that stays until the turn ends; in front of it are so many more that may be overwritten.
    private func keep(_ bytes: Span<UInt8>, behind headroom: Int = 0) -> UnsafeMutablePointer<UInt8>? {
        guard let start = unsafe room(for: headroom + bytes.count) else { return nil }
        // Safe: the room is as large as headroom and bytes together.
        let copy = unsafe start + headroom
        unsafe bytes.withUnsafeBufferPointer { bytes in
            if let from = bytes.baseAddress { unsafe copy.update(from: from, count: bytes.count) }
        }
        return unsafe copy
    }
}
