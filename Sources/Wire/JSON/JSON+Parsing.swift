// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not one JSON text, and where: an offset in bytes.
package enum JSONError: Error, Hashable, Sendable {
    case tooLong(limit: Int)
    case tooDeep(at: Int)
    case unexpectedEnd
    case unexpected(UInt8, at: Int)
    case controlCharacter(at: Int)
    case badEscape(at: Int)
    /// Half of a surrogate pair, which no UTF-8 text can carry.
    case loneSurrogate(at: Int)
    case numberOutOfRange(at: Int)
    case notUTF8(at: Int)
}

extension JSON {
    /// The longest text that is read, in bytes.
    package static let longest = 65_536
    /// How many arrays and objects may stand inside each other.
    package static let deepest = 32

    /// Reads exactly one JSON text of UTF-8 bytes (RFC 8259 §2), with nothing but white space around it.
    ///
    /// Stricter than the RFC where it leaves room: no byte order mark, no lone surrogates, no numbers beyond a double.
    /// - Parameter limit: The longest text to read, in bytes.
    /// - Complexity: Linear in the bytes.
    package init(parsing bytes: [UInt8], limit: Int = JSON.longest) throws(JSONError) {
        guard bytes.count <= limit else { throw .tooLong(limit: limit) }
        var reader = JSONReader(bytes)
        self = try reader.value(depth: 0)
        reader.skipSpace()
        if let byte = reader.peek { throw .unexpected(byte, at: reader.offset) }
    }
}

/// A recursive descent over one text; the recursion is bounded by ``JSON/deepest``.
private struct JSONReader {
    private let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    mutating func value(depth: Int) throws(JSONError) -> JSON {
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return .object(try members(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try elements(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), .some(0x30...0x39): return try number()
        case let byte?: throw .unexpected(byte, at: offset)
        case nil: throw .unexpectedEnd
        }
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard let found = peek else { throw .unexpectedEnd }
        guard found == byte else { throw .unexpected(found, at: offset) }
        offset += 1
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        for byte in text.description.utf8 { try expect(byte) }
        return value
    }

    private mutating func members(depth: Int) throws(JSONError) -> [JSON.Member] {
        guard depth <= JSON.deepest else { throw .tooDeep(at: offset) }
        try expect(UInt8(ascii: "{"))
        var members: [JSON.Member] = []
        skipSpace()
        if peek == UInt8(ascii: "}") {
            offset += 1
            return members
        }
        while true {
            skipSpace()
            let name = try string()
            skipSpace()
            try expect(UInt8(ascii: ":"))
            members.append(JSON.Member(name, try value(depth: depth)))
            if try ended(by: UInt8(ascii: "}")) { return members }
        }
    }

    private mutating func elements(depth: Int) throws(JSONError) -> [JSON] {
        guard depth <= JSON.deepest else { throw .tooDeep(at: offset) }
        try expect(UInt8(ascii: "["))
        var elements: [JSON] = []
        skipSpace()
        if peek == UInt8(ascii: "]") {
            offset += 1
            return elements
        }
        while true {
            elements.append(try value(depth: depth))
            if try ended(by: UInt8(ascii: "]")) { return elements }
        }
    }

    /// Takes the comma before another element, or the closing bracket.
    private mutating func ended(by closing: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        if peek == closing {
            offset += 1
            return true
        }
        try expect(UInt8(ascii: ","))
        return false
    }

    /// RFC 8259 §6: an optional minus, no leading zero, a fraction and an exponent with at least one digit.
    private mutating func number() throws(JSONError) -> JSON {
        let start = offset
        var isWhole = true
        if peek == UInt8(ascii: "-") { offset += 1 }
        if peek == UInt8(ascii: "0") { offset += 1 } else { try digits() }
        if peek == UInt8(ascii: ".") {
            isWhole = false
            offset += 1
            try digits()
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            isWhole = false
            offset += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { offset += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isWhole, text != "-0", let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw .numberOutOfRange(at: start) }
        return .number(number)
    }

    private mutating func digits() throws(JSONError) {
        let start = offset
        while let byte = peek, (0x30...0x39).contains(byte) { offset += 1 }
        guard offset == start else { return }
        guard let byte = peek else { throw .unexpectedEnd }
        throw .unexpected(byte, at: offset)
    }

    /// RFC 8259 §7.
    private mutating func string() throws(JSONError) -> String {
        let opening = offset
        try expect(UInt8(ascii: "\""))
        let start = offset
        // Most strings hold no escape and are taken in one piece.
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { offset += 1 }
        if peek == UInt8(ascii: "\"") {
            defer { offset += 1 }
            return try text(Array(bytes[start..<offset]), at: opening)
        }
        var unescaped = Array(bytes[start..<offset])
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return try text(unescaped, at: opening)
            case UInt8(ascii: "\\"): try escape(into: &unescaped)
            case 0..<0x20: throw .controlCharacter(at: offset)
            default:
                unescaped.append(byte)
                offset += 1
            }
        }
        throw .unexpectedEnd
    }

    private func text(_ utf8: [UInt8], at opening: Int) throws(JSONError) -> String {
        guard let text = String(validating: utf8, as: UTF8.self) else { throw .notUTF8(at: opening) }
        return text
    }

    private mutating func escape(into output: inout [UInt8]) throws(JSONError) {
        let start = offset
        offset += 1
        guard let letter = peek else { throw .unexpectedEnd }
        offset += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(letter)
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "u"): output.append(contentsOf: String(try scalar(at: start)).utf8)
        default: throw .badEscape(at: start)
        }
    }

    /// The scalar of `\uXXXX`, or of two of them that form a surrogate pair; `offset` stands behind the `u`.
    private mutating func scalar(at start: Int) throws(JSONError) -> Unicode.Scalar {
        let first = try codeUnit(at: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, peek == UInt8(ascii: "\\") else { throw .loneSurrogate(at: start) }
        offset += 1
        guard peek == UInt8(ascii: "u") else { throw .loneSurrogate(at: start) }
        offset += 1
        let second = try codeUnit(at: start)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first - 0xD800) << 10 | UInt32(second - 0xDC00)))
        else { throw .loneSurrogate(at: start) }
        return scalar
    }

    private mutating func codeUnit(at start: Int) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek else { throw .unexpectedEnd }
            guard let digit = Hex.value(of: byte) else { throw .badEscape(at: start) }
            unit = unit << 4 | UInt16(digit)
            offset += 1
        }
        return unit
    }
}
