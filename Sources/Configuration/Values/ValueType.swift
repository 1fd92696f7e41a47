// SPDX-License-Identifier: Apache-2.0

/// How a kind of value is read and written; composed into the rows of the table.
struct ValueType<Value: Sendable>: Sendable {
    /// What the manual calls it, as in `port`.
    let name: String
    /// What would be right, as in “a number from 1 to 65535”.
    let expected: String
    /// The unit of a bare number, if it has one.
    var unit: String?
    /// The value that `text` spells, or nil when it spells none.
    let parse: @Sendable (_ text: String, Origin) -> Value?
    /// The text that `parse` would read back.
    let write: @Sendable (Value) -> String
    /// Whether the text is free, so that a comma or a `#` belongs to it.
    var isText = false
}

extension ValueType where Value == Bool {
    /// coturn's booleans; an empty value means yes.
    static let boolean = Self(
        name: "yes or no", expected: "yes, on, true, 1, or no, off, false, 0",
        parse: { text, _ in
            switch text.lowercased() {
            case "", "1", "on", "yes", "true", "t", "y": true
            case "0", "off", "no", "false", "f", "n": false
            default: nil
            }
        },
        write: { $0 ? "yes" : "no" })
}

extension ValueType where Value == Bool {
    /// A boolean that says no when it is set, as in `no-udp`.
    static let negation = Self(
        name: boolean.name, expected: boolean.expected,
        parse: { text, origin in boolean.parse(text, origin).map { !$0 } },
        write: { boolean.write(!$0) })
}
