// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import STUN
internal import Wire

/// A request being answered.
struct Request {
    let message: Message
    let flow: Flow
    let now: Moment
    /// The flow's allocation, opening or active.
    let slot: UInt32?
}

/// Who sent a request, proven by its integrity.
struct Identity {
    let user: [UInt8]
    let key: Digest
    let algorithm: PasswordAlgorithm
    /// What answers are protected with.
    let integrity: Integrity
    /// The realm that it is of; empty for the server's own.
    var realm = ""
    /// Whether this server made the credentials, for somebody in a room.
    var isMinted = false
    /// When the access token that proved it ends; nil for everybody else.
    var until: UnixTime?
}

/// What is known of who sent a request.
enum Proof {
    case proven(Identity)
    /// The client was asked for credentials, or for other ones.
    case challenged
    /// Nobody can say before the operator's database has been read.
    case unknownYet
    /// The key that would prove it is another worker's.
    case elsewhere(worker: UInt8)
}

/// Where an answer goes and how it is protected.
struct Addressee {
    var flow: Flow
    let now: Moment
    let method: STUN.Method
    let transaction: TransactionID
    let wantsFingerprint: Bool
    /// The realm that the client is asked for; empty for the server's own.
    var realm = ""
    /// What ORIGIN held, where that matters.
    var origin: [UInt8] = []
    var identity: Identity?
}

/// An error that a request is answered with.
struct Refusal: Error {
    let code: ErrorCode
    let cause: RefusalCause
    var explanation = ""
    var peer: Endpoint?
    var unknown: [AttributeType] = []
    /// Where the client is sent instead, and the nonce that it is to show there.
    var alternate: Alternate?
    var nonce: [UInt8] = []

    /// - Parameter cause: Nil where the code alone tells it.
    init(
        _ code: ErrorCode, _ explanation: String = "", peer: Endpoint? = nil, unknown: [AttributeType] = [],
        cause: RefusalCause? = nil
    ) {
        self.code = code
        self.cause = cause ?? RefusalCause(code)
        self.explanation = explanation
        self.peer = peer
        self.unknown = unknown
    }

    /// A refusal that names another server.
    init(sendingTo alternate: Alternate, with nonce: [UInt8]) {
        self.init(.tryAlternate, "sent to \(alternate.endpoint)")
        self.alternate = alternate
        self.nonce = nonce
    }

    /// Reads an attribute; a malformed one is a bad request.
    static func reading<T>(_ read: () throws(DecodeError) -> T) throws(Refusal) -> T {
        do throws(DecodeError) {
            return try read()
        } catch {
            throw Refusal(.badRequest, "\(error)")
        }
    }
}
