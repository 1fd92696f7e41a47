// SPDX-License-Identifier: Apache-2.0
import Crypto
import Engine
import Glibc
import STUN
import Wire

/// A UDP socket that sends and receives without a loop: a client's or a peer's.
final class Phone {
    let socket: DatagramSocket
    private let outbox = Outbox()
    private let inbox = Inbox()

    init() throws {
        socket = try DatagramSocket(at: Endpoint(.loopbackV4, 0), receiveBuffer: 1 << 20)
        outbox.socket = socket.descriptor.number
    }

    func send(_ datagrams: [[UInt8]], to destination: Endpoint) {
        let nothing = unsafe Outbox.Piece(start: nil, count: 0)
        for datagram in datagrams {
            unsafe datagram.withUnsafeBufferPointer { bytes in
                unsafe outbox.add(header: nothing, payload: bytes, to: destination, from: nil)
                // Flushed at once: the bytes are the closure's.
                outbox.flush()
            }
        }
    }

    /// The next `count` datagrams, or fewer when nothing comes for a second.
    func receive(_ count: Int = 1) -> [(bytes: [UInt8], sender: Endpoint)] {
        var all: [(bytes: [UInt8], sender: Endpoint)] = []
        while all.count < count, waits() {
            for index in 0..<inbox.receive(from: socket.descriptor.number) {
                guard let parcel = inbox.parcel(index) else { continue }
                // Safe: the parcel is the inbox's until it receives again.
                let bytes = unsafe [UInt8](UnsafeBufferPointer(start: parcel.start, count: parcel.count))
                all.append((bytes, parcel.sender))
            }
        }
        return all
    }

    private func waits() -> Bool {
        var wanted = pollfd(fd: socket.descriptor.number, events: Int16(POLLIN), revents: 0)
        // Safe: one structure, and its count is one.
        return unsafe poll(&wanted, 1, 1000) == 1
    }
}

/// A TURN client that speaks over a ``Phone``.
struct Caller {
    let phone: Phone
    let server: Endpoint
    private var nonce: [UInt8] = []
    private var number: UInt64 = 1

    static let user = "ana"
    static let password = "secret"
    static let realm = "here"

    init(_ phone: Phone, server: Endpoint) {
        self.phone = phone
        self.server = server
    }

    /// Allocates; the relayed endpoint.
    mutating func allocate() throws -> Endpoint {
        // The first answer brings the nonce.
        _ = try ask(.allocate) { $0.append(requestedTransport: 17) }
        let answer = try ask(.allocate) { $0.append(requestedTransport: 17) }
        let message = try Message(parsing: answer.span)
        let relayed = try message.xorAddress(.xorRelayedAddress, in: answer.span)
        return try require(relayed, "an allocation has a relayed address")
    }

    mutating func bind(_ channel: UInt16, to peer: Endpoint) throws {
        let answer = try ask(.channelBind) { writer in
            writer.append(channelNumber: channel)
            writer.append(.xorPeerAddress, xorAddress: peer)
        }
        try require(try Message(parsing: answer.span).header.kind == .success, "the server agrees")
    }

    mutating func permit(_ peer: Endpoint) throws {
        let answer = try ask(.createPermission) { $0.append(.xorPeerAddress, xorAddress: peer) }
        try require(try Message(parsing: answer.span).header.kind == .success, "the server agrees")
    }

    private mutating func ask(_ method: STUN.Method, _ build: (inout Writer) -> Void) throws -> [UInt8] {
        number += 1
        var writer = Writer(capacity: 1000)
        writer.begin(.request, method, TransactionID(high: 7, low: number))
        build(&writer)
        writer.append(.username, [UInt8](Self.user.utf8).span)
        writer.append(.realm, [UInt8](Self.realm.utf8).span)
        writer.append(.nonce, nonce.span)
        let key = LongTermKey.derive(
            username: Self.user, realm: Self.realm, password: Self.password, PasswordAlgorithm.md5.function)
        writer.append(.sha1, key: key)
        phone.send([writer.array], to: server)
        let answer = try require(phone.receive().first, "the server answers").bytes
        if let nonce = try Message(parsing: answer.span).value(of: .nonce, in: answer.span) { self.nonce = nonce }
        return answer
    }

    static func channelData(_ channel: UInt16, _ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: channel)
        bytes.append(bigEndian: UInt16(truncatingIfNeeded: payload.count))
        return bytes + payload
    }

    func sendIndication(_ payload: [UInt8], to peer: Endpoint) -> [UInt8] {
        var writer = Writer(capacity: 2000)
        writer.begin(.indication, .send, TransactionID(high: 1, low: 2))
        writer.append(.xorPeerAddress, xorAddress: peer)
        writer.append(.data, payload.span)
        return writer.array
    }
}
