// SPDX-License-Identifier: Apache-2.0
import Wire

/// Undoes the chunked coding (RFC 9112 §7.1), without extensions and without trailers.
///
/// The data of a chunk, ``left`` bytes, is taken in pieces by whoever keeps it, what stands around it a byte at a time.
///
/// Both are allowed by the RFC and used by nobody but attackers: they are refused.
struct ChunkedBody {
    private enum State { case size, sizeEnd, data, dataReturn, dataEnd, lastReturn, lastEnd }

    private var state = State.size
    private var digits = 0
    private var size = 0
    /// Bytes of data that come next; none between the chunks.
    private(set) var left = 0

    /// Says that so many of the bytes ``left`` were taken.
    mutating func skip(_ count: Int) {
        left -= count
        if left == 0 { state = .dataReturn }
    }

    /// Takes the next byte around the data; true when it ended the body.
    ///
    /// - Parameter longest: How much longer the body may get.
    mutating func take(_ byte: UInt8, longest: Int) throws(Refusal) -> Bool {
        switch (state, byte) {
        case (.size, 0x0D) where digits > 0: state = .sizeEnd
        case (.size, _):
            guard digits < 8, let digit = Hex.value(of: byte) else {
                throw .malformed("a chunk's size is not a number")
            }
            digits += 1
            size = size << 4 | Int(digit)
            guard size <= longest else { throw .bodyTooLarge }
        case (.sizeEnd, 0x0A):
            digits = 0
            state = size == 0 ? .lastReturn : .data
            left = size
            size = 0
        case (.dataReturn, 0x0D): state = .dataEnd
        case (.dataEnd, 0x0A): state = .size
        case (.lastReturn, 0x0D): state = .lastEnd
        case (.lastEnd, 0x0A): return true
        case (.sizeEnd, _), (.data, _), (.dataReturn, _), (.dataEnd, _), (.lastReturn, _), (.lastEnd, _):
            throw .malformed("a chunk does not end where its size says")
        }
        return false
    }
}
