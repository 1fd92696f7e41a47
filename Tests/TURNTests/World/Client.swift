// SPDX-License-Identifier: Apache-2.0
import Crypto
import STUN
import TURN
import Wire

/// A TURN client in a ``World``: builds requests as a real one does and reads the answers.
final class Client {
    let world: World
    var flow: Flow
    var user: String
    var password: String
    var realm = World.realm
    var nonce: [UInt8] = []
    var algorithm: PasswordAlgorithm?
    private var counter: UInt64

    init(
        _ world: World, _ user: String = "ana", password: String? = nil,
        at address: Endpoint = Endpoint(.v4(0x0909_0909), 40_000), to server: Endpoint = World.server,
        over transport: Transport = .udp
    ) {
        self.world = world
        self.user = user
        self.password = password ?? user + user
        flow = Flow(client: address, server: server, transport: transport)
        counter = UInt64(address.port) << 32
    }

    var transaction: TransactionID { TransactionID(high: 0x5354_4552, low: counter) }

    var key: Digest {
        LongTermKey.derive(
            username: user, realm: realm, password: password, (algorithm ?? .md5).function)
    }

    /// A message with a new transaction, not protected.
    func message(_ kind: Kind, _ method: STUN.Method, _ build: (inout Writer) -> Void = { _ in }) -> [UInt8] {
        counter += 1
        var writer = Writer(capacity: 70_000)
        writer.begin(kind, method, transaction)
        build(&writer)
        return writer.array
    }

    /// A request with everything that authentication wants.
    func request(_ method: STUN.Method, _ build: (inout Writer) -> Void = { _ in }) -> [UInt8] {
        message(.request, method) { writer in
            build(&writer)
            protect(&writer)
        }
    }

    /// Appends user name, realm, nonce and integrity.
    func protect(_ writer: inout Writer) {
        writer.append(.username, bytes: [UInt8](user.utf8))
        writer.append(.realm, bytes: [UInt8](realm.utf8))
        writer.append(.nonce, bytes: nonce)
        if let algorithm {
            writer.append(.passwordAlgorithms, bytes: PasswordAlgorithm.offer)
            writer.append(.passwordAlgorithm, integer: UInt32(algorithm.rawValue) << 16)
            writer.append(.sha256, key: key)
        } else {
            writer.append(.sha1, key: key)
        }
    }

    /// Sends a request as it is.
    func send(_ bytes: [UInt8]) -> Answer? { world.receive(bytes, on: flow).flatMap(Answer.init) }

    /// Sends a request; a challenge is answered with the nonce it brought.
    func ask(_ method: STUN.Method, _ build: (inout Writer) -> Void = { _ in }) -> Answer? {
        let answer = send(request(method, build))
        guard let answer, answer.code == .staleNonce, let nonce = answer.value(.nonce) else { return answer }
        self.nonce = nonce
        return send(request(method, build))
    }

    /// Allocates; the relayed endpoint that the server told.
    func allocate(_ build: (inout Writer) -> Void = { _ in }) -> Endpoint? {
        ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            build(&writer)
        }?.address(.xorRelayedAddress)
    }

    func permit(_ peers: Endpoint...) -> Answer? {
        ask(.createPermission) { writer in
            for peer in peers { writer.append(.xorPeerAddress, xorAddress: peer) }
        }
    }

    func bind(_ channel: UInt16, _ peer: Endpoint) -> Answer? {
        ask(.channelBind) { writer in
            writer.append(channelNumber: channel)
            writer.append(.xorPeerAddress, xorAddress: peer)
        }
    }

    func refresh(_ lifetime: UInt32? = nil) -> Answer? {
        ask(.refresh) { writer in if let lifetime { writer.append(lifetime: lifetime) } }
    }

    /// Sends payload in a Send indication.
    func sendIndication(_ payload: [UInt8], to peer: Endpoint, _ more: (inout Writer) -> Void = { _ in }) {
        world.receive(
            message(.indication, .send) { writer in
                writer.append(.xorPeerAddress, xorAddress: peer)
                writer.append(.data, bytes: payload)
                more(&writer)
            }, on: flow)
    }

    /// Sends payload as ChannelData.
    func sendChannelData(_ payload: [UInt8], _ channel: UInt16) {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: channel)
        bytes.append(bigEndian: UInt16(truncatingIfNeeded: payload.count))
        world.receive(bytes + payload, on: flow)
    }
}

/// An answer to a request.
struct Answer {
    let bytes: [UInt8]
    let message: Message

    init?(_ bytes: [UInt8]) {
        guard let message = try? Message(parsing: bytes.span) else { return nil }
        self.bytes = bytes
        self.message = message
    }

    var isSuccess: Bool { message.header.kind == .success }
    var code: ErrorCode? { (try? message.errorCode(in: bytes.span)) ?? nil }
    var lifetime: UInt32? { (try? message.lifetime(in: bytes.span)) ?? nil }
    var token: UInt64? { (try? message.reservationToken(in: bytes.span)) ?? nil }
    var unknown: [AttributeType] { (try? message.unknownAttributes(in: bytes.span)) ?? [] }

    func address(_ type: AttributeType) -> Endpoint? { (try? message.xorAddress(type, in: bytes.span)) ?? nil }
    /// The address in an attribute that is not masked.
    func plain(_ type: AttributeType) -> Endpoint? {
        message.place(of: type).flatMap { try? Message.address(type, at: $0, in: bytes.span) }
    }
    func addresses(_ type: AttributeType) -> [Endpoint] {
        var found: [Endpoint] = []
        try? message.forEach(type, in: bytes.span) { place throws(DecodeError) in
            found.append(try Message.xorAddress(type, at: place, message.header.transaction, in: bytes.span))
        }
        return found
    }
    func has(_ type: AttributeType) -> Bool { message.has(type) }
    func value(_ type: AttributeType) -> [UInt8]? { message.value(of: type, in: bytes.span) }
    func isAuthentic(_ integrity: Integrity, _ key: Digest) -> Bool {
        message.isAuthentic(integrity, key: key, in: bytes.span)
    }
}

extension Endpoint {
    /// A public peer.
    static let peer = Endpoint(.v4(0x0101_0101), 7000)
    static let otherPeer = Endpoint(.v4(0x0101_0102), 7000)
    static let peer6 = Endpoint(.v6(0x2600_0000_0000_0000_0000_0000_0000_0001), 7000)
}

extension Writer {
    /// Appends an attribute with these bytes.
    mutating func append(_ type: AttributeType, bytes: [UInt8]) { append(type, bytes.span) }
}
