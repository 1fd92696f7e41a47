// SPDX-License-Identifier: Apache-2.0
import Wire

/// What a request asks for: the path in decoded segments, and the query.
package struct Target: Hashable, Sendable {
    /// The path as it was sent, without the query.
    package let rawPath: String
    /// The query as it was sent, with its question mark; empty when there is none.
    package let rawQuery: String
    /// The decoded segments between the slashes: `/` is one empty segment, `*` none at all.
    package let path: [String]
    package let query: Query

    static let asterisk = Self(rawPath: "*", rawQuery: "", path: [], query: Query())

    private init(rawPath: String, rawQuery: String, path: [String], query: Query) {
        (self.rawPath, self.rawQuery, self.path, self.query) = (rawPath, rawQuery, path, query)
    }

    /// Parses a target in origin form, which begins with a slash (RFC 9112 §3.2.1).
    ///
    /// An encoded slash stays inside its segment, and dots mean nothing: segments are only compared, never walked.
    init(parsing text: String) throws(Refusal) {
        let mark = text.firstIndex(of: "?") ?? text.endIndex
        rawPath = String(text[..<mark])
        rawQuery = String(text[mark...])
        var segments: [String] = []
        for part in rawPath.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let segment = PercentEncoding.decode(part) else { throw .malformed("the path's encoding is broken") }
            segments.append(segment)
        }
        path = segments
        guard let query = Query(parsing: text[mark...].dropFirst()) else {
            throw .malformed("the query's encoding is broken")
        }
        self.query = query
    }
}

/// Names and values after the question mark, as forms and URLSearchParams write them.
package struct Query: Hashable, Sendable {
    private var items: [[String]] = []

    init() {}

    init?(parsing text: Substring) {
        for part in text.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            var item: [String] = []
            for side in sides {
                guard let decoded = PercentEncoding.decode(side, plusIsSpace: true) else { return nil }
                item.append(decoded)
            }
            items.append(item.count == 1 ? item + [""] : item)
        }
    }

    /// The first value of `name`, or nil when the query does not name it.
    package subscript(name: String) -> String? { items.first { $0[0] == name }?[1] }
}

/// RFC 3986 §2.1: `%` and two hexadecimal digits.
package enum PercentEncoding {
    /// The text, or nil for a broken escape, for bytes that are not UTF-8 and for NUL.
    package static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var input = text.utf8.makeIterator()
        while let byte = input.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = input.next().flatMap(Hex.value), let low = input.next().flatMap(Hex.value),
                    high | low != 0
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
            case 0: return nil
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
