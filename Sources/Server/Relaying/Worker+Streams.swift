// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

extension Worker {
    /// Accepts clients over TCP and TLS, beside the other workers.
    func listen(at doors: StreamDoors) throws(BindFailure) {
        streamListeners += try doors.open(on: loop) { [unowned self] stream in
            guard let admission = place.limits.admit(stream.peer.address) else { return stream.abort() }
            stream.attachment = admission
            // Out of descriptors for epoll: the stream closes as it is let go.
            try? Newcomer(at: self).open(stream)
        }
    }

    /// Accepts clients over TCP and TLS behind a proxy that says for whom it speaks (PROXY protocol).
    ///
    /// - Parameter proxies: Who is believed; everybody where there are none.
    func listen(at doors: StreamDoors, behind proxies: [AddressRange]) throws(BindFailure) {
        streamListeners += try doors.open(on: loop) { [unowned self] stream in
            let proxy = stream.peer.address.unmapped
            guard proxies.isEmpty || proxies.contains(where: { $0.contains(proxy) }) else { return stream.abort() }
            stream.attachment = place.limits.admit(nil)
            guard stream.attachment != nil else { return stream.abort() }
            let greeting = ProxyGreeting { [unowned self] stream, bytes in greet(stream, bytes) }
            try? greeting.open(stream, now: loop.now.instant)
        }
    }

    /// Goes on with a stream whose proxy has said who the client is.
    private func greet(_ stream: Stream, _ bytes: Span<UInt8>) {
        guard let admission = place.limits.admit(stream.peer.address) else { return stream.abort() }
        stream.attachment = admission
        let newcomer = Newcomer(at: self)
        stream.hand(to: newcomer)
        newcomer.received(bytes, on: stream)
    }

    /// Takes one message of a stream; its bytes are good until ``finishBatch()``.
    func receive(_ message: Span<UInt8>, on flow: Flow) {
        let outcome = relay.receive(message, on: flow, now: loop.now)
        unsafe message.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            // Safe: read only, because no byte in front of the payload is free (`headroom`), and sent before the
            // stream reads again (`isInInbox`).
            let received = unsafe Received(
                start: UnsafeMutablePointer(mutating: start), count: bytes.count, headroom: -bytes.count,
                isInInbox: true)
            perform(outcome, received, on: flow)
        }
    }

    /// The client's stream is over: what it allocated ends.
    func disconnected(_ client: StreamClient) {
        guard streams.removeValue(forKey: client.flow) != nil else { return }
        relay.handle(.disconnected(client.flow), now: loop.now)
        performOutputs()
    }

    /// Remembers a client that has something to be sent as the turn ends.
    func touch(_ client: StreamClient) { touched.append(client) }

    /// Sends what the turn has gathered for streams. One that breaks may leave more to be sent to others.
    func sendStreams() {
        var index = 0
        while index < touched.count {
            touched[index].flush()
            index += 1
        }
        if index > 0 { touched.removeAll(keepingCapacity: true) }
    }

    /// Sends payload to a client behind a stream.
    func deliver(_ delivery: Delivery, _ payload: Outbox.Piece) {
        guard let client = streams[delivery.flow], let header = unsafe room(for: delivery.framing.headerSize) else {
            return
        }
        unsafe write(delivery.framing, to: header)
        // Safe: the room is as large as the header, and the payload was seen to lie within what was received.
        let isTaken = unsafe client.deliver(
            header: UnsafeBufferPointer(start: header, count: delivery.framing.headerSize).span, payload: payload.span,
            padding: delivery.padding)
        if isTaken { unsafe count(payload) } else { tally.unsent &+= 1 }
    }

    /// Sends an answer over a stream. Whoever was answered with more than a Binding has shown credentials.
    func reply(_ bytes: Span<UInt8>, over stream: StreamClient) {
        if StreamClient.grants(bytes) { stream.expectCredentials(false) }
        if StreamClient.tellsAddress(bytes) { stream.mayAskOn() }
        stream.reply(bytes)
    }
}
