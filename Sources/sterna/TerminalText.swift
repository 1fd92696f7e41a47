// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// Words for a terminal: what stands in this program's source is written as it is, and whatever is put into it is escaped,
/// line ends included.
///
/// A file, a server, a user's name or an error may hold anything. Only a text of this type is written, so that nobody has to
/// think of it where something is said.
struct TerminalText: Hashable, Sendable, ExpressibleByStringInterpolation {
    private(set) var text: String

    /// A text of this program's own, line ends and all.
    init(own text: String) { self.text = text }

    init(stringLiteral value: String) { text = value }
    init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

    /// JSON as it is, but for what is better not seen in its strings: a reader of JSON gets the same.
    init(_ json: JSON) { text = json.text.printable }

    struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation(_ value: some Any) { text += "\(value)".printable }

        /// Words that were made printable before.
        mutating func appendInterpolation(_ words: TerminalText) { text += words.text }
        mutating func appendInterpolation(_ line: Terminal.Styled) { text += line.text }
    }

    static func + (a: Self, b: Self) -> Self { Self(own: a.text + b.text) }
}
