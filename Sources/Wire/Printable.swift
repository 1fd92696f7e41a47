// SPDX-License-Identifier: Apache-2.0

/// Text from elsewhere on its way to a terminal, a log or any other reader.
///
/// There is one rule for all of them: what a terminal obeys, what ends a line and what has no shape of its own, the
/// directions of writing among it, is written as an escape of JSON. So a name can neither forge a line nor hide one.
extension Unicode.Scalar {
    /// Whether it is nothing that can be seen where it stands: a control, a format character or the end of a line.
    package var isUnseen: Bool {
        // Most text is ASCII, and that needs no table.
        if value < 0x7F { return value < 0x20 }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// As in `\n`, `\u001b`, or a surrogate pair: what JSON would take for it.
    package var escape: String {
        value == 0x0A ? "\\n" : UTF16.encode(self)?.map { Self.escape(of: $0) }.joined() ?? "\u{FFFD}"
    }

    private static func escape(of unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension String {
    /// The text on one line and without anything that a terminal would obey.
    package var printable: String {
        guard unicodeScalars.contains(where: \.isUnseen) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isUnseen { text += scalar.escape } else { text.unicodeScalars.append(scalar) }
        }
        return text
    }
}
