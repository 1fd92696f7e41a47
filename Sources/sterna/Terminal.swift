// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Glibc

/// What the program says to the person who called it.
enum Terminal {
    /// Writes to standard output, with a newline.
    static func say(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    /// Writes to standard error, with a newline.
    static func complain(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// Tells every problem on standard error, a line each.
    static func report(_ problems: [Problem]) {
        let isColoured = isColoured(STDERR_FILENO)
        for problem in problems {
            let colour = problem.severity == .error ? "\u{1B}[31m" : "\u{1B}[33m"
            complain(isColoured ? "\(colour)\(problem)\u{1B}[0m" : "\(problem)")
        }
    }

    /// Whether colour reaches a person and not a file: on a terminal that has it, unless NO_COLOR says no.
    static func isColoured(_ descriptor: Int32) -> Bool {
        let environment = Environment.variables
        return isatty(descriptor) == 1 && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
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
