// SPDX-License-Identifier: Apache-2.0
import Wire

/// What opens a frame (RFC 6455 §5.2).
struct FrameHeader: Hashable {
    enum Opcode: UInt8 {
        case continuation = 0x0
        case text = 0x1
        case binary = 0x2
        case close = 0x8
        case ping = 0x9
        case pong = 0xA

        var isControl: Bool { rawValue >= 0x8 }
    }

    let isFinal: Bool
    let opcode: Opcode
    /// Bytes of payload; less than 2^63.
    let length: UInt64
    /// The four bytes that the payload is masked with.
    let mask: UInt32

    /// How many bytes the header has, told by its first two.
    static func size(second byte: UInt8) -> Int {
        switch byte & 0x7F {
        case 126: 8
        case 127: 14
        default: 6
        }
    }

    /// Whether a client may begin a frame so: no RSV bits, a known opcode, masked, control frames short and whole
    /// (§5.1, §5.2, §5.5).
    static func isAllowed(first: UInt8, second: UInt8) -> Bool {
        guard first & 0x70 == 0, second & 0x80 != 0, let opcode = Opcode(rawValue: first & 0x0F) else { return false }
        return !opcode.isControl || first & 0x80 != 0 && second & 0x7F <= 125
    }

    /// Parses the header of a client's frame, which is `size(second:)` bytes long.
    ///
    /// Nil, and a protocol error, for what ``isAllowed(first:second:)`` does not allow and for a length that is longer
    /// than it need be or has its top bit set (§5.2).
    init?(parsing bytes: Span<UInt8>) {
        guard let first = bytes.integer(UInt8.self, at: 0), let second = bytes.integer(UInt8.self, at: 1),
            Self.isAllowed(first: first, second: second), let opcode = Opcode(rawValue: first & 0x0F)
        else { return nil }
        switch second & 0x7F {
        case 126:
            guard let long = bytes.integer(UInt16.self, at: 2), long > 125 else { return nil }
            length = UInt64(long)
        case 127:
            guard let long = bytes.integer(UInt64.self, at: 2), long > 0xFFFF, long >> 63 == 0 else { return nil }
            length = long
        case let short: length = UInt64(short)
        }
        guard let mask = bytes.integer(UInt32.self, at: Self.size(second: second) - 4) else { return nil }
        isFinal = first & 0x80 != 0
        self.opcode = opcode
        self.mask = mask
    }

    /// The byte that hides the payload's byte at `index` (§5.3).
    func maskByte(at index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: mask >> (24 - 8 * UInt32(index & 3))) }
}

/// A server's frame: whole and not masked (RFC 6455 §5.1).
enum ServerFrame {
    static func bytes(_ opcode: FrameHeader.Opcode, _ payload: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = []
        frame.reserveCapacity(payload.count + 10)
        frame.append(0x80 | opcode.rawValue)
        switch payload.count {
        case ...125: frame.append(UInt8(payload.count))
        case ...0xFFFF:
            frame.append(126)
            frame.append(bigEndian: UInt16(payload.count))
        default:
            frame.append(127)
            frame.append(bigEndian: UInt64(payload.count))
        }
        return frame + payload
    }
}
