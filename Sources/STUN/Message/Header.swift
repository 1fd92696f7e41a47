// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// The 20 bytes that open every STUN message (RFC 8489 §5).
@frozen
package struct Header: Hashable, Sendable {
    package static let size = 20
    /// What tells a message of RFC 5389 and later from one of RFC 3489.
    package static let magicCookie: UInt32 = 0x2112_A442
    /// The largest message: a body length has 16 bits and is a multiple of four.
    package static let largestMessage = size + 0xFFFC

    package let kind: Kind
    package let method: Method
    /// Bytes after the header; always a multiple of four.
    package let bodyLength: Int
    /// The magic cookie, or the first four bytes of an RFC 3489 transaction identifier.
    package let cookie: UInt32
    package let transaction: TransactionID

    package init(kind: Kind, method: Method, bodyLength: Int, transaction: TransactionID, cookie: UInt32 = magicCookie)
    {
        self.kind = kind
        self.method = method
        self.bodyLength = bodyLength
        self.cookie = cookie
        self.transaction = transaction
    }

    /// Parses the header of `message`, which must hold exactly one message.
    ///
    /// Says nothing about the cookie: ``isClassic`` does.
    package init(parsing message: Span<UInt8>) throws(DecodeError) {
        guard let type: UInt16 = message.integer(at: 0),
            let length: UInt16 = message.integer(at: 2),
            let cookie: UInt32 = message.integer(at: 4),
            let transaction = TransactionID(message, at: 8)
        else { throw .truncated }
        // Two zero bits tell STUN from ChannelData, DTLS and RTP on a shared port (RFC 8489 §5).
        guard type & 0xC000 == 0 else { throw .notSTUN }
        guard length % 4 == 0, Int(length) == message.count - Self.size else { throw .wrongLength }
        self.init(
            kind: Kind(messageType: type), method: Method(messageType: type), bodyLength: Int(length),
            transaction: transaction, cookie: cookie)
    }

    /// Whether the message comes from a client of RFC 3489, which knew no cookie.
    package var isClassic: Bool { cookie != Self.magicCookie }

    /// The first 16 bits of the message.
    package var messageType: UInt16 { method.bits | kind.bits }
}

/// The class of a message (RFC 8489 §5).
@frozen
package enum Kind: Hashable, Sendable {
    case request, indication, success, failure

    /// Decodes the class bits C1 and C0, bits 8 and 4 of the message type.
    init(messageType type: UInt16) {
        self =
            switch (type & 0x0100 != 0, type & 0x0010 != 0) {
            case (false, false): .request
            case (false, true): .indication
            case (true, false): .success
            case (true, true): .failure
            }
    }

    var bits: UInt16 {
        switch self {
        case .request: 0x0000
        case .indication: 0x0010
        case .success: 0x0100
        case .failure: 0x0110
        }
    }
}

/// Why bytes are not a STUN message.
package enum DecodeError: Error, Hashable, Sendable {
    /// Fewer bytes than a header.
    case truncated
    /// The first two bits are not zero.
    case notSTUN
    /// The length is no multiple of four or not that of the bytes given.
    case wrongLength
    /// An attribute runs past the end of the message.
    case attributePastEnd
    /// FINGERPRINT is not four bytes or not the last attribute, or an integrity attribute stands behind it.
    case misplacedFingerprint
    /// The value of an attribute is not what its type demands.
    case malformed(AttributeType)
}
