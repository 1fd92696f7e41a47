// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

/// A datagram in one of the worker's buffers.
@safe struct Received {
    let start: UnsafeMutablePointer<UInt8>
    let count: Int
    /// Bytes in front of it that may be overwritten.
    let headroom: Int
    /// It lies in the inbox, which is used again before the turn ends.
    let isInInbox: Bool

    /// A part of the bytes; nil when the range leaves them.
    func piece(_ range: Range<Int>) -> Outbox.Piece? {
        guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
        // Safe: the guard proved that the range lies within the bytes.
        return unsafe Outbox.Piece(start: start + range.lowerBound, count: range.count)
    }
}

extension Parcel {
    /// Calls `body` with each of the datagrams.
    @inline(__always)
    func forEach(isInInbox: Bool, _ body: (Received) -> Void) {
        var offset = 0
        repeat {
            let size = min(max(segment, 1), count - offset)
            // Safe: offset and size stay within the parcel. What a datagram leaves free behind it is its successor's.
            let start = unsafe start + offset
            unsafe body(
                Received(
                    start: start, count: size, headroom: offset == 0 ? Parcel.headroom : 0, isInInbox: isInInbox))
            offset += size
        } while offset < count
    }
}

extension Worker {
    /// Batches of a turn after which strangers are not answered any more: what waits is more than can be answered, and what
    /// is relayed must not be lost behind it.
    private static let answeredBatches = 2

    /// Takes what clients have sent, a batch at a time. What is left after a few batches waits for the next turn.
    func receiveFromClients(_ door: Int) {
        let client = clients[doors[door].client]
        let socket = doors[door].socket.number
        arrivingAt = door
        defer {
            arrivingAt = nil
            relay.isBehind = false
        }
        for batch in 0..<8 {
            relay.isBehind = batch >= Self.answeredBatches
            let count = inbox.receive(from: socket)
            for index in 0..<count {
                guard let parcel = inbox.parcel(index) else { continue }
                let flow = Flow(client: parcel.sender, server: client.asked(parcel), transport: .udp)
                parcel.forEach(isInInbox: true) { receive($0, on: flow, at: client) }
            }
            if relay.hasChanges { noteChanges() }
            if let drops = inbox.drops { note(drops, at: door) }
            finishBatch()
            if count < Inbox.capacity { return }
        }
    }

    /// Takes one datagram of a client: its first byte tells DTLS from STUN and ChannelData (RFC 7983 §7).
    @inline(__always)
    private func receive(_ received: Received, on flow: Flow, at client: ClientSocket) {
        // Safe: the bytes stay where they are until the inbox receives again.
        let message = unsafe UnsafeBufferPointer(start: received.start, count: received.count)
        if received.count > 0, Associations.begins(with: unsafe message[0]) {
            receiveRecords(
                unsafe message.span, on: Flow(client: flow.client, server: flow.server, transport: .dtls), at: client)
        } else if takesPlainDatagrams {
            perform(relay.receive(unsafe message.span, on: flow, now: loop.now), received, on: flow)
        } else {
            tally.countDrop(.notUnderstood)
        }
    }

    /// Counts what the kernel dropped since it last told.
    private func note(_ drops: UInt32, at door: Int) {
        tally.unreceived &+= UInt64(drops &- doors[door].drops)
        doors[door].drops = drops
    }

    /// Sends what lies in memory that is about to be used again.
    func finishBatch() {
        departures.flush()
        if clientsWaitForInbox { sendAll() }
    }

    /// Does what a packet leads to.
    ///
    /// - Parameter flow: Of the client that it came from; nil for a peer's.
    func perform(_ outcome: Outcome, _ received: Received, on flow: Flow? = nil) {
        switch outcome {
        case .send(let departure): depart(departure, received)
        case .deliver(let delivery):
            // What a client sent goes to another client: its peer is a relayed address of this worker.
            if received.isInInbox {
                tally.shortCircuits &+= 1
                tally.toPeers &+= 1
                tally.toPeersBytes &+= UInt64(delivery.payload.count)
            }
            deliver(delivery, received)
        case .dropped(let reason): tally.countDrop(reason)
        case .queued: performOutputs()
        case .belongs(let worker): if let flow { send(to: Int(worker), received, on: flow) }
        case .elsewhere(let worker): fetch(from: Int(worker), for: received, on: flow)
        case .untold: if let flow { retry(received, on: flow) }
        case .postponed: postpone(received, of: flow)
        }
    }

    /// Sends payload to a client.
    func deliver(_ delivery: Delivery, _ received: Received) {
        guard let payload = unsafe received.piece(delivery.payload) else { return }
        if delivery.flow.transport.isStream { return unsafe deliver(delivery, payload) }
        if delivery.flow.transport == .dtls { return unsafe deliverRecord(delivery, payload, in: received) }
        guard let client = socket(for: delivery.flow.server) else { return }
        unsafe count(payload)
        hasForClients = true
        let size = delivery.framing.headerSize
        let source = client.source(delivery.flow.server)
        if received.headroom + delivery.payload.lowerBound >= size {
            // Safe: the bytes in front of the payload are free, as many as the header has.
            let start = unsafe received.start + (delivery.payload.lowerBound - size)
            unsafe write(delivery.framing, to: start)
            let whole = unsafe Outbox.Piece(start: start, count: size + payload.count)
            unsafe client.outbox.add(
                header: Self.nothing, payload: whole, padding: delivery.padding, to: delivery.flow.client, from: source)
        } else {
            guard let start = unsafe room(for: size) else { return }
            unsafe write(delivery.framing, to: start)
            let header = unsafe Outbox.Piece(start: start, count: size)
            unsafe client.outbox.add(
                header: header, payload: payload, padding: delivery.padding, to: delivery.flow.client, from: source)
        }
        if received.isInInbox { clientsWaitForInbox = true }
    }

    static var nothing: Outbox.Piece { unsafe Outbox.Piece(start: nil, count: 0) }

    /// Bytes of the arena that stay until the turn ends.
    ///
    /// When there are none left it begins anew, at the other end from the parcel that is being worked on: what one
    /// parcel leads to is a few times its size, and the arena holds eight of the largest.
    func room(for count: Int) -> UnsafeMutablePointer<UInt8>? {
        if let start = unsafe arena.reserve(count) { return unsafe start }
        sendAll()
        arena.reset()
        return unsafe arena.reserve(count)
    }

    func count(_ payload: Outbox.Piece) {
        tally.toClients &+= 1
        tally.toClientsBytes &+= UInt64(payload.count)
    }

    /// Writes the header that stands in front of a payload.
    func write(_ framing: Framing, to start: UnsafeMutablePointer<UInt8>) {
        switch framing {
        case .channel(let header):
            // Safe: the caller has seen to room for the four bytes.
            unsafe UnsafeMutableRawPointer(start).storeBytes(of: header.bigEndian, as: UInt32.self)
        case .indication(let range):
            let bytes = relay.replyBytes
            for (offset, index) in range.clamped(to: 0..<bytes.count).enumerated() {
                // Safe: the caller has seen to room for the whole range.
                unsafe start[offset] = bytes[index]
            }
        }
    }

    /// The socket that answers to `server` leave from.
    func socket(for server: Endpoint) -> ClientSocket? {
        for client in clients where client.serves(server) { return client }
        return nil
    }
}
