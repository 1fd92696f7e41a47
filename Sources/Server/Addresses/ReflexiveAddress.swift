// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Engine
internal import STUN
internal import Wire

/// Asks a STUN server where this host's datagrams come from, and waits for the answer (RFC 8489 §2).
final class ReflexiveAddress: Source {
    private let server: Endpoint
    private let inbox = Inbox()
    private let number: Int32
    private let transaction: TransactionID
    private var answer: IPAddress?

    /// When a request without an answer is sent again, and how often.
    private static let retransmission = Duration.milliseconds(500)
    private static let attempts = 4

    /// The address that `server` sees; nil when it does not answer. Blocks for two seconds at the most.
    static func observed(by server: Endpoint) -> IPAddress? {
        let any: IPAddress = server.address.family == .v4 ? .anyV4 : .anyV6
        guard let loop = try? Loop(), let socket = try? DatagramSocket(at: Endpoint(any, 0)) else { return nil }
        let question = ReflexiveAddress(to: server, from: socket.descriptor.number)
        guard let place = try? loop.add(question, descriptor: question.number, for: .readable) else { return nil }
        defer { loop.remove(place) }
        for _ in 0..<attempts where question.answer == nil {
            question.send()
            let end = loop.now.instant + retransmission
            while question.answer == nil, loop.now.instant < end {
                loop.turn(waitingAtMost: end - loop.now.instant)
            }
        }
        return question.answer
    }

    private init(to server: Endpoint, from socket: Int32) {
        (self.server, number) = (server, socket)
        var random = RandomStream(seed: Randomness.bytes(32))
        transaction = TransactionID(high: UInt32(truncatingIfNeeded: random.next()), low: random.next())
    }

    private func send() {
        var writer = Writer(capacity: 64)
        writer.begin(.request, .binding, transaction)
        let outbox = Outbox(messages: 1)
        outbox.socket = number
        // Safe: the outbox is flushed while the bytes are there.
        unsafe writer.array.withUnsafeBufferPointer { bytes in
            let nothing = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
            unsafe outbox.add(header: nothing, payload: bytes, to: server, from: nil)
            outbox.flush()
        }
    }

    func ready(_ events: Events, token: Int) {
        for index in 0..<inbox.receive(from: number) {
            guard let parcel = inbox.parcel(index), parcel.sender == server else { continue }
            // Safe: the parcel's bytes stay as they are until the next receive.
            let bytes = unsafe UnsafeBufferPointer(start: parcel.start, count: parcel.count)
            let span = unsafe bytes.span
            guard let message = try? Message(parsing: span), message.header.kind == .success,
                message.header.transaction == transaction,
                let endpoint = (try? message.xorAddress(.xorMappedAddress, in: span)) ?? nil
            else { continue }
            answer = endpoint.address
        }
    }
}
