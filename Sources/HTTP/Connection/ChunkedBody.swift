// SPDX-License-Identifier: Apache-2.0
import Wire

/// Undoes the chunked coding a byte at a time (RFC 9112 §7.1), without extensions and without trailers.
///
/// Both are allowed by the RFC and used by nobody but attackers: they are refused.
struct ChunkedBody {
    private enum State { case size, sizeEnd, data, dataReturn, dataEnd, lastReturn, lastEnd }

    private var state = State.size
    private var digits = 0
    /// Bytes of this chunk still to come.
    private var left = 0

    /// Takes the next byte of the coding and appends what it carries; true when it ended the body.
    mutating func take(_ byte: UInt8, into body: inout [UInt8], limit: Int) throws(Refusal) -> Bool {
        switch (state, byte) {
        case (.size, 0x0D) where digits > 0: state = .sizeEnd
        case (.size, _):
            guard digits < 8, let digit = Hex.value(of: byte) else {
                throw .malformed("a chunk's size is not a number")
            }
            digits += 1
            left = left << 4 | Int(digit)
            guard left <= limit - body.count else { throw .bodyTooLarge }
        case (.sizeEnd, 0x0A):
            digits = 0
            state = left == 0 ? .lastReturn : .data
        case (.data, _):
            body.append(byte)
            left -= 1
            if left == 0 { state = .dataReturn }
        case (.dataReturn, 0x0D): state = .dataEnd
        case (.dataEnd, 0x0A): state = .size
        case (.lastReturn, 0x0D): state = .lastEnd
        case (.lastEnd, 0x0A): return true
        case (.sizeEnd, _), (.dataReturn, _), (.dataEnd, _), (.lastReturn, _), (.lastEnd, _):
            throw .malformed("a chunk does not end where its size says")
        }
        return false
    }
}
