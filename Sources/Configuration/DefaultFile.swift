// SPDX-License-Identifier: Apache-2.0

/// The annotated configuration file that is shipped: every setting with its meaning and its default.
package enum DefaultFile {
    package static var text: String {
        var lines = [
            "# Sterna: STUN and TURN, and the calls that need them.",
            "#",
            "# One setting a line: key=value. What begins with # is a comment; the settings below that are",
            "# commented out show their defaults. Keys that coturn has mean what they mean there, and a",
            "# turnserver.conf can be used as it is. “sterna config --check” reads this file and says what",
            "# is wrong with it; sterna.conf(5) is the manual.",
        ]
        for group in Setting.groups {
            let settings = group.settings.filter { $0.standing == .supported && $0.synonym == nil }
            guard !settings.isEmpty else { continue }
            lines += ["", "", "# \(group.title)", "# \(String(repeating: "-", count: group.title.count))"]
            for setting in settings {
                lines.append("")
                lines += wrapped(setting.explanation)
                lines.append(setting.example)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = "#"
        for word in text.split(separator: " ") {
            if line.count + 1 + word.count > 100 {
                lines.append(line)
                line = "#"
            }
            line += " " + word
        }
        return lines + [line]
    }
}

extension Setting {
    /// The sentence, with the unit behind what it says first.
    package var explanation: String {
        guard let unit else { return sentence }
        let end = sentence.firstRange(of: ". ")?.lowerBound ?? sentence.index(before: sentence.endIndex)
        return sentence[..<end] + " (\(unit))" + sentence[end...]
    }

    /// The line that a file sets it with: in force where it is shipped so, else a comment with its default.
    fileprivate var example: String {
        if let shipped { return "\(key)=\(shipped)" }
        if isFlag { return "#" + (defaultValue == "no" ? key : "\(key)=\(defaultValue ?? "")") }
        return "#\(key)=\(defaultValue ?? placeholder)"
    }

    /// What stands for a value where there is no default.
    package var placeholder: String { typeName.uppercased().contains(" ") ? "…" : "<\(typeName)>" }
}
