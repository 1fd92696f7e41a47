// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Glibc
internal import Server

/// What the program says to the person who called it.
enum Terminal {
    /// Writes to standard output, with a newline.
    static func say(_ text: String) { write(printable(text) + "\n", to: STDOUT_FILENO) }

    /// Writes to standard error, with a newline.
    static func complain(_ text: String) { write(printable(text) + "\n", to: STDERR_FILENO) }

    /// Tells every problem on standard error, a line each: in colour on a terminal, with its priority in the journal.
    static func report(_ problems: [Problem]) {
        let style = LogStyle(format: .text, descriptor: STDERR_FILENO, environment: Environment.variables)
        for problem in problems {
            let isError = problem.severity == .error
            let priority = style.hasPriorities ? (isError ? "<3>" : "<4>") : ""
            let (on, off) = style.isColoured ? (isError ? "\u{1B}[31m" : "\u{1B}[33m", "\u{1B}[0m") : ("", "")
            write("\(priority)\(on)\(printable("\(problem)"))\(off)\n", to: STDERR_FILENO)
        }
    }

    /// `text` without what a terminal would obey: a file may hold anything.
    static func printable(_ text: String) -> String {
        var printable = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control && scalar != "\n"
            printable.append(isControl ? "\u{FFFD}" : scalar)
        }
        return String(printable)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            // Safe: the slice lives through the call and has as many bytes as are named.
            let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }
}
