// SPDX-License-Identifier: Apache-2.0

/// One setting as somebody wrote it: the key, the value if there was one, and where.
struct Entry: Hashable, Sendable {
    let key: String
    /// Without quotes and outer blanks; nil when nothing followed the key.
    let value: String?
    let origin: Origin
}

extension Entry {
    /// Reads one line in coturn's dialect: `key`, `key=value` or `key value`; nil for blank lines and comments.
    ///
    /// A value may stand in single or double quotes, which keep blanks at its ends. As in coturn a `#` behind a value
    /// belongs to the value, because passwords may contain one.
    init?(line text: Substring, at origin: Origin) {
        let text = text.trimmed
        guard let first = text.first, first != "#" else { return nil }
        let end = text.firstIndex { $0 == "=" || $0.isBlank } ?? text.endIndex
        key = String(text[..<end])
        self.origin = origin
        var rest = text[end...].trimmed
        let hadSign = rest.first == "="
        if hadSign { rest = rest.dropFirst().trimmed }
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

extension Character {
    fileprivate var isBlank: Bool { self == " " || self == "\t" }
}

extension Substring {
    /// Without blanks at either end.
    var trimmed: Substring {
        var text = self
        while let last = text.last, last.isBlank || last == "\r" { text.removeLast() }
        return text.drop(while: \.isBlank)
    }

    fileprivate var unquoted: Substring {
        for quote: Character in ["\"", "'"] where first == quote && last == quote && utf8.count >= 2 {
            return dropFirst().dropLast()
        }
        return self
    }
}
