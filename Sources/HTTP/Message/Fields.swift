// SPDX-License-Identifier: Apache-2.0
import Wire

/// The header fields of a request, in the order they came (RFC 9110 §5).
package struct Fields: Hashable, Sendable {
    package struct Field: Hashable, Sendable {
        /// In lower case: names are case-insensitive.
        package let name: String
        /// Without the white space around it.
        package let value: String
    }

    package private(set) var all: [Field] = []

    package init() {}

    /// Every value of `name` (lower case), one for each line that carried it.
    package func values(of name: String) -> [String] { all.filter { $0.name == name }.map(\.value) }

    /// The value of a field that may stand once; nil when it is missing or repeated.
    package func only(_ name: String) -> String? {
        let values = values(of: name)
        return values.count == 1 ? values[0] : nil
    }

    /// Whether the field was sent at all.
    package func contains(_ name: String) -> Bool { all.contains { $0.name == name } }

    /// The members of a comma-separated list over all lines, in lower case (RFC 9110 §5.6.1).
    package func list(_ name: String) -> [String] {
        values(of: name).flatMap { $0.split(separator: ",") }
            .map { $0.drop { $0.isBlank }.trimmingBlanks.lowercasedASCII }
            .filter { !$0.isEmpty }
    }

    mutating func append(_ field: Field) { all.append(field) }
}

extension Fields.Field {
    /// Parses one line without its CRLF, or says what is wrong with it (RFC 9112 §5).
    init(parsing line: Span<UInt8>) throws(Refusal) {
        var colon = 0
        while colon < line.count, line[colon] != UInt8(ascii: ":") { colon += 1 }
        guard colon < line.count else { throw .malformed("a header line has no colon") }
        // A blank in front of the colon, or at the line's start (obs-fold), is no token character (RFC 9112 §5.1, §5.2).
        guard colon > 0, (0..<colon).allSatisfy({ line[$0].isToken }) else {
            throw .malformed("a header field's name is not a token")
        }
        var range = colon + 1..<line.count
        while let first = range.first, line[first].isBlank { range = first + 1..<range.upperBound }
        while let last = range.last, line[last].isBlank { range = range.lowerBound..<last }
        guard range.allSatisfy({ line[$0].isFieldContent }) else {
            throw .malformed("a header field's value holds a control character")
        }
        name = String(decoding: line.array(0..<colon), as: UTF8.self).lowercasedASCII
        value = String(decoding: line.array(range), as: UTF8.self)
    }
}

extension UInt8 {
    /// `tchar` of RFC 9110 §5.6.2.
    var isToken: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5E...0x60, 0x7C, 0x7E, 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E:
            true
        default: false
        }
    }

    /// `field-vchar`, space or tab (RFC 9110 §5.5).
    var isFieldContent: Bool { self >= 0x20 && self != 0x7F || self == 0x09 }

    var isBlank: Bool { self == 0x20 || self == 0x09 }

    var isDigit: Bool { (0x30...0x39).contains(self) }
}

extension Character {
    var isBlank: Bool { self == " " || self == "\t" }
}

extension Substring {
    var trimmingBlanks: Substring {
        var text = self
        while let last = text.last, last.isBlank { text.removeLast() }
        return text
    }
}
