// SPDX-License-Identifier: Apache-2.0

/// One setting as somebody wrote it: the key, the value if there was one, and where.
struct Entry: Hashable, Sendable {
    let key: String
    /// Without quotes and outer blanks; nil when nothing followed the key.
    let value: String?
    let origin: Origin
    /// The typographic quotes that stood around the value, where some did.
    var quotes: String?
}

extension Entry {
    /// Reads one line in coturn's dialect: `key`, `key=value` or `key value`; nil for blank lines and comments.
    ///
    /// A value may stand in single or double quotes, which keep blanks at its ends. As in coturn a `#` behind a value
    /// belongs to the value, because passwords may contain one; and what is between key and value may be any number of
    /// blanks and equals signs.
    init?(line text: Substring, at origin: Origin) {
        let text = text.trimmed
        guard let first = text.first, first != "#" else { return nil }
        let end = text.firstIndex { $0 == "=" || $0.isBlank } ?? text.endIndex
        key = String(text[..<end])
        self.origin = origin
        let rest = text[end...].drop { $0 == "=" || $0.isBlank }
        let hadSign = text[end..<rest.startIndex].contains("=")
        quotes = rest.typographicQuotes
        value = rest.isEmpty && !hadSign ? nil : String(rest.unquoted)
    }

    /// Reads a command-line word `--key=value` or `--key`; nil for any other word.
    init?(argument text: String) {
        guard text.hasPrefix("--"), text.utf8.count > 2 else { return nil }
        let text = text.dropFirst(2)
        let sign = text.firstIndex(of: "=")
        key = String(text[..<(sign ?? text.endIndex)])
        value = sign.map { String(text[text.index(after: $0)...]) }
        origin = .commandLine
    }

    /// All the settings of a file, top down.
    static func entries(of file: Input.File) -> [Self] {
        var text = file.text[...]
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .compactMap { index, line in Self(line: line, at: .file(file.path, line: index + 1)) }
    }
}

extension Entry {
    var isInFile: Bool { if case .file = origin { true } else { false } }
}

extension Character {
    /// Word processors leave blanks that do not break.
    var isBlank: Bool { self == " " || self == "\t" || self == "\u{A0}" }

    fileprivate var isTypographicQuote: Bool { "“”„‟«»‘’‚‛″′`´".contains(self) }
}

extension Substring {
    /// Without blanks at either end.
    var trimmed: Substring {
        var text = self
        while let last = text.last, last.isBlank || last == "\r" { text.removeLast() }
        return text.drop(while: \.isBlank)
    }

    /// The quotes that a word processor made of straight ones.
    fileprivate var typographicQuotes: String? {
        guard let first, let last, first.isTypographicQuote, last.isTypographicQuote, count >= 2 else { return nil }
        return "\(first)\(last)"
    }

    fileprivate var unquoted: Substring {
        if typographicQuotes != nil { return dropFirst().dropLast() }
        for quote: Character in ["\"", "'"] where first == quote && last == quote && utf8.count >= 2 {
            return dropFirst().dropLast()
        }
        return self
    }
}
