// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Glibc
internal import Server
internal import Wire

/// What the program says to the person who called it.
enum Terminal {
    /// Writes to standard output, with a newline.
    static func say(_ words: TerminalText) { write(words + "\n", to: STDOUT_FILENO) }

    /// Writes to standard error, with a newline.
    static func complain(_ words: TerminalText) { write(words + "\n", to: STDERR_FILENO) }

    /// Writes to standard error without a newline: a question, or what a terminal wipes out again.
    static func whisper(_ words: TerminalText) { write(words, to: STDERR_FILENO) }

    /// Writes to standard output without a newline: what a terminal is to obey.
    static func emit(_ words: TerminalText) { write(words, to: STDOUT_FILENO) }

    /// Tells every problem on standard error, a line each: in colour on a terminal, with its priority in the journal.
    static func report(_ problems: [Problem]) {
        let style = LogStyle(format: .text, descriptor: STDERR_FILENO, environment: Environment.variables)
        for problem in problems {
            let isError = problem.severity == .error
            let priority = style.hasPriorities ? (isError ? "<3>" : "<4>") : ""
            let colour = isError ? "\u{1B}[31m" : "\u{1B}[33m"
            complain("\(priority)\(Styled("\(problem)", on: style.isColoured ? colour : ""))")
        }
    }

    /// Waits.
    static func pause(_ time: Duration) { _ = usleep(UInt32(clamping: time.wholeNanoseconds / 1000)) }

    // MARK: - Looks, where standard output is a terminal that has them

    private static let isColoured = LogStyle(
        format: .text, descriptor: STDOUT_FILENO, environment: Environment.variables
    ).isColoured

    /// Text in the background.
    static func dim(_ text: String) -> Styled { Styled(text, on: isColoured ? "\u{1B}[2m" : "") }

    /// Text in the foreground.
    static func bold(_ text: String) -> Styled { Styled(text, on: isColoured ? "\u{1B}[1m" : "") }

    /// Writes a line with its looks to standard output.
    static func say(_ line: Styled) { say("\(line)") }

    /// A line whose words were made printable, and whose looks are ours.
    struct Styled: Hashable, Sendable {
        fileprivate(set) var text: String
        /// How many characters are seen.
        private(set) var width: Int

        /// - Parameter on: What turns the looks on; nothing for plain words.
        init(_ plain: String, on: String) {
            let clean = plain.printable
            text = on.isEmpty ? clean : "\(on)\(clean)\u{1B}[0m"
            width = clean.count
        }

        /// Plain words.
        init(_ plain: String) { self.init(plain, on: "") }

        static func + (a: Self, b: String) -> Self {
            var sum = a
            let clean = b.printable
            sum.text += clean
            sum.width += clean.count
            return sum
        }

        /// The line, no wider than a terminal; looks are kept only where nothing is cut.
        func cut(to width: Int) -> String {
            guard self.width > width else { return text }
            let plain = text.replacing(/\u{1B}\[[0-9;]*m/, with: "")
            return String(plain.prefix(width))
        }
    }

    private static func write(_ words: TerminalText, to descriptor: Int32) {
        var rest = Array(words.text.utf8)[...]
        while !rest.isEmpty {
            // Safe: the slice lives through the call and has as many bytes as are named.
            let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }
}
