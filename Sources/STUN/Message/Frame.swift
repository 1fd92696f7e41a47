// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// What stands at the beginning of a byte stream of STUN messages and ChannelData (RFC 8489 §6.2.2, RFC 8656 §12.5).
@frozen
package enum Frame: Hashable, Sendable {
    /// More bytes are needed before anything can be said; never more than ``Header/largestMessage``.
    case incomplete
    /// The first `count` bytes are one message; the next begins `advance` bytes on (ChannelData is padded).
    case message(count: Int, advance: Int)
    /// Neither a STUN message nor ChannelData can begin like this; the stream is to be closed.
    case invalid

    /// Looks at the first bytes of a stream.
    package init(startingAt bytes: Span<UInt8>) {
        guard bytes.count > 0 else {
            self = .incomplete
            return
        }
        switch bytes[0] >> 6 {
        case 0:
            guard let length: UInt16 = bytes.integer(at: 2) else {
                self = .incomplete
                return
            }
            guard length % 4 == 0 else {
                self = .invalid
                return
            }
            // The cookie shows early that this is no STUN; a stream has no RFC 3489 clients.
            if let cookie: UInt32 = bytes.integer(at: 4), cookie != Header.magicCookie {
                self = .invalid
                return
            }
            let total = Header.size + Int(length)
            self = bytes.count < total ? .incomplete : .message(count: total, advance: total)
        case 1:
            guard let length: UInt16 = bytes.integer(at: 2) else {
                self = .incomplete
                return
            }
            let total = 4 + Int(length)
            let padded = (total + 3) & ~3
            self = bytes.count < padded ? .incomplete : .message(count: total, advance: padded)
        default:
            self = .invalid
        }
    }
}
