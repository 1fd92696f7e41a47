// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Wire

/// One line of the log on its way to text; knows how to keep hostile values inside their quotes.
struct LogLine {
    /// What is written in one piece never mixes with another writer's line (PIPE_BUF).
    static let maximumSize = 4096
    private static let longestValue = 256

    let event: Event
    let message: String
    let fields: [(name: String, value: LogValue)]
    let time: UnixTime

    /// The line as `style` has it, with its newline, never longer than ``maximumSize`` bytes.
    func bytes(_ style: LogStyle) -> [UInt8] {
        let priority = style.hasPriorities ? "<\(event.level.rawValue)>" : ""
        let start = priority + (style.format == .json ? jsonStart : textStart(style))
        return bytes(start, style.format)
    }

    /// What begins so, with as many of the fields behind it as there is room for.
    private func bytes(_ start: String, _ format: Settings.LogFormat) -> [UInt8] {
        let end = format == .json ? "}\n" : "\n"
        var line = [UInt8](start.utf8)
        for (name, value) in fields {
            let field = format == .json ? json(name, value) : text(name, value)
            // A field that does not fit is left out whole: half an escape would be worse than none.
            if line.count + field.utf8.count + end.utf8.count <= Self.maximumSize { line += field.utf8 }
        }
        return line + end.utf8
    }

    // MARK: - Journal

    /// The line as systemd's journal has it: fields, of which MESSAGE has all of the others in it for those who read.
    ///
    /// A value is escaped like text, so that nothing from the network reaches the terminal of whoever asks for it.
    func record(_ format: Settings.LogFormat) -> [[UInt8]] {
        let start = format == .json ? jsonStart : sentence
        let whole = bytes(start, format).dropLast()
        var fields = [
            "MESSAGE=" + String(decoding: whole, as: UTF8.self), "PRIORITY=\(event.level.rawValue)",
            "SYSLOG_FACILITY=3", "EVENT=\(event.name)",
        ]
        for (name, value) in self.fields { fields.append("\(Self.journalName(name))=\(Self.journalValue(value))") }
        return fields.map { Array($0.utf8) }
    }

    /// `bytesToPeers` as `BYTES_TO_PEERS`; what means something of its own to the journal gets our name in front.
    static func journalName(_ name: String) -> String {
        var words = ""
        for scalar in name.unicodeScalars {
            if ("A"..."Z").contains(scalar), !words.isEmpty { words += "_" }
            words +=
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                ? scalar.properties.uppercaseMapping : "_"
        }
        return taken.contains(words) || words.first.map { !$0.isLetter } ?? true ? "STERNA_\(words)" : words
    }

    /// Names that systemd.journal-fields(7) has a meaning for.
    private static let taken: Set = [
        "MESSAGE", "MESSAGE_ID", "PRIORITY", "ERRNO", "UNIT", "EVENT", "TID", "DOCUMENTATION",
    ]

    private static func journalValue(_ value: LogValue) -> String {
        switch value {
        case .text(let text): clean(text, quotes: false)
        case .integer(let number): "\(number)"
        case .flag(let flag): flag ? "yes" : "no"
        case .duration(let duration): seconds(duration)
        }
    }

    // MARK: - Text

    private var sentence: String { "\(event.name): \(Self.clean(message, quotes: false))" }

    private func textStart(_ style: LogStyle) -> String {
        let time = style.hasPriorities ? "" : "\(self.time) "
        let level = style.isColoured ? event.level.coloured : event.level.word
        return "\(time)\(level) \(sentence)"
    }

    private func text(_ name: String, _ value: LogValue) -> String {
        switch value {
        case .text(let text):
            let plain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"\\=".utf8.contains($0) }
            return plain && text.utf8.count <= Self.longestValue
                ? " \(name)=\(text)" : " \(name)=\"\(Self.clean(text))\""
        case .integer(let number): return " \(name)=\(number)"
        case .flag(let flag): return " \(name)=\(flag ? "yes" : "no")"
        case .duration(let duration): return " \(name)=\(Self.seconds(duration))s"
        }
    }

    // MARK: - JSON

    private var jsonStart: String {
        "{\"time\":\"\(time)\",\"level\":\"\(event.level.word)\",\"event\":\"\(Self.clean(event.name))\",\"message\":\"\(Self.clean(message))\""
    }

    private func json(_ name: String, _ value: LogValue) -> String {
        let start = ",\"\(Self.clean(name))\":"
        return switch value {
        case .text(let text): "\(start)\"\(Self.clean(text))\""
        case .integer(let number): "\(start)\(number)"
        case .flag(let flag): "\(start)\(flag)"
        case .duration(let duration): "\(start)\(Self.seconds(duration))"
        }
    }

    // MARK: - Values

    /// Seconds with three digits behind the point.
    private static func seconds(_ duration: Duration) -> String {
        let milliseconds = duration.wholeNanoseconds / 1_000_000
        let fraction = String(milliseconds.magnitude % 1000)
        let sign = milliseconds < 0 ? "-" : ""
        return sign + "\(milliseconds.magnitude / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }

    /// `text` as a JSON string holds it: quotes, backslashes, line ends, terminal and bidirectional controls escaped.
    static func clean(_ text: String, quotes: Bool = true) -> String {
        var clean = ""
        for (index, scalar) in text.unicodeScalars.enumerated() {
            if quotes, index == longestValue { return clean + "…" }
            if index == 2 * longestValue { return clean + "…" }
            switch scalar.value {
            case 0x22 where quotes: clean += "\\\""
            case 0x5C where quotes: clean += "\\\\"
            case _ where scalar.isUnseen: clean += scalar.escape
            default: clean.unicodeScalars.append(scalar)
            }
        }
        return clean
    }
}

extension LogLevel {
    /// The word in the colour that terminals give it.
    fileprivate var coloured: String {
        switch self {
        case .error: "\u{1B}[31m\(word)\u{1B}[0m"
        case .warning: "\u{1B}[33m\(word)\u{1B}[0m"
        case .info: "\u{1B}[32m\(word)\u{1B}[0m"
        case .debug: "\u{1B}[2m\(word)\u{1B}[0m"
        }
    }
}
