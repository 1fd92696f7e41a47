// SPDX-License-Identifier: Apache-2.0
import Wire

/// Undoes the chunked coding (RFC 9112 §7.1).
///
/// The data of a chunk, ``left`` bytes, is taken in pieces by whoever keeps it, what stands around it a byte at a time.
/// Extensions and trailer fields are read past, as the RFC has it: they must be well-formed, and mean nothing here.
struct ChunkedBody {
    private enum State { case size, blank, extending, sizeEnd, data, dataReturn, dataEnd, last, trailer, lastEnd }

    private var state = State.size
    private var digits = 0
    private var size = 0
    private var parts = ChunkExtension()
    private var trailer = HeadScanner()
    /// Bytes of extensions.
    private var surplus = 0
    /// Whether there was more than sizes and data. Others on the way may have seen the end elsewhere, so no request is
    /// taken from behind such a body.
    private(set) var isUnusual = false
    /// Bytes of data that come next; none between the chunks.
    private(set) var left = 0

    /// Says that so many of the bytes ``left`` were taken.
    mutating func skip(_ count: Int) {
        left -= count
        if left == 0 { state = .dataReturn }
    }

    /// Takes the next byte around the data; true when it ended the body.
    ///
    /// - Parameters:
    ///   - longest: How much longer the body may get.
    ///   - limits: Of all extensions together, and of the trailer: those of a head.
    mutating func take(_ byte: UInt8, longest: Int, limits: Limits) throws(Refusal) -> Bool {
        switch (state, byte) {
        case (.size, 0x0D) where digits > 0: state = .sizeEnd
        case (.size, UInt8(ascii: ";")) where digits > 0, (.blank, UInt8(ascii: ";")): extend()
        case (.size, _) where digits > 0 && byte.isBlank, (.blank, _) where byte.isBlank:
            // Bad white space, which a recipient has to take (RFC 9110 §5.6.3); it stands in front of an extension only.
            state = .blank
            try count(limits)
        case (.size, _):
            guard digits < 8, let digit = Hex.value(of: byte) else {
                throw .malformed("a chunk's size is not a number")
            }
            digits += 1
            size = size << 4 | Int(digit)
            guard size <= longest else { throw .bodyTooLarge }
        case (.extending, 0x0D):
            guard parts.mayEnd else { throw .malformed("a chunk's extension has no end") }
            state = .sizeEnd
        case (.extending, _):
            guard parts.take(byte) else { throw .malformed("a chunk's extension is none") }
            try count(limits)
        case (.sizeEnd, 0x0A):
            digits = 0
            state = size == 0 ? .last : .data
            left = size
            size = 0
        case (.dataReturn, 0x0D): state = .dataEnd
        case (.dataEnd, 0x0A): state = .size
        case (.last, 0x0D): state = .lastEnd
        case (.last, _):
            (state, isUnusual) = (.trailer, true)
            return try readTrailer(byte, limits)
        case (.trailer, _): return try readTrailer(byte, limits)
        case (.lastEnd, 0x0A): return true
        case (.blank, _), (.sizeEnd, _), (.data, _), (.dataReturn, _), (.dataEnd, _), (.lastEnd, _):
            throw .malformed("a chunk does not end where its size says")
        }
        return false
    }

    private mutating func extend() {
        (state, isUnusual) = (.extending, true)
        parts = ChunkExtension()
    }

    private mutating func count(_ limits: Limits) throws(Refusal) {
        surplus += 1
        guard surplus <= limits.head else { throw .headTooLarge }
    }

    /// Reads a trailer to its end. One that would say how the message is framed or for whom it is, is refused: nobody may
    /// send that there (RFC 9110 §6.5.1).
    private mutating func readTrailer(_ byte: UInt8, _ limits: Limits) throws(Refusal) -> Bool {
        guard try trailer.take(byte, limits: limits) else { return false }
        for line in trailer.lines {
            let field = try Fields.Field(parsing: trailer.bytes.span.extracting(line))
            guard !["content-length", "transfer-encoding", "host", "trailer"].contains(field.name) else {
                throw .malformed("\(field.name) stands behind the body")
            }
        }
        return true
    }
}

/// Reads past what stands behind a chunk's first semicolon: `name [ "=" value ] *( ";" name [ "=" value ] )`, where a value
/// is a token or a quoted string (RFC 9112 §7.1.1).
struct ChunkExtension {
    private enum State { case name, nameEnd, value, token, tokenEnd, quoted, escaped }

    private var state = State.name
    private var isEmpty = true

    /// Whether the line may end here.
    var mayEnd: Bool {
        switch state {
        case .name: !isEmpty
        case .nameEnd, .token, .tokenEnd: true
        case .value, .quoted, .escaped: false
        }
    }

    /// Takes the next byte; false when no extension goes on like this.
    mutating func take(_ byte: UInt8) -> Bool {
        let quote = UInt8(ascii: "\"")
        switch state {
        case .name where byte.isToken: isEmpty = false
        case .name where byte.isBlank: if !isEmpty { state = .nameEnd }
        case .name where isEmpty: return false
        case .nameEnd where byte.isBlank, .tokenEnd where byte.isBlank, .value where byte.isBlank: break
        case .name where byte == UInt8(ascii: "="), .nameEnd where byte == UInt8(ascii: "="): state = .value
        case .name, .nameEnd, .tokenEnd: return begins(byte)
        case .value where byte == quote: state = .quoted
        case .value where byte.isToken: state = .token
        case .value: return false
        case .token where byte.isToken: break
        case .token where byte.isBlank: state = .tokenEnd
        case .token: return begins(byte)
        case .quoted where byte == quote: state = .tokenEnd
        case .quoted where byte == UInt8(ascii: "\\"): state = .escaped
        case .quoted: return byte.isFieldContent
        case .escaped:
            state = .quoted
            return byte.isFieldContent
        }
        return true
    }

    /// Begins the next extension, if that is what the byte does.
    private mutating func begins(_ byte: UInt8) -> Bool {
        (state, isEmpty) = (.name, true)
        return byte == UInt8(ascii: ";")
    }
}
