// SPDX-License-Identifier: Apache-2.0
import Configuration

/// The parts of the manual that are made from the table.
enum ManualPages {
    /// sterna.conf(5) between its markers.
    static var settings: String {
        var lines: [String] = []
        for group in Setting.groups {
            let settings = group.settings.filter { $0.standing == .supported }
            guard !settings.isEmpty else { continue }
            lines.append(".SS \(group.title)")
            for setting in settings { lines += entry(setting) }
        }
        lines.append(".SH KEYS WITHOUT EFFECT")
        lines += list(
            ".SS Not yet", "Sterna will have these. Until then a line that uses one is told with what is lost.",
            Setting.all.compactMap { if case .planned(let loss) = $0.standing { ($0.key, loss) } else { nil } })
        lines += list(
            ".SS Refused",
            "Without their effect the server would be less safe than the file says, so it does not start.",
            Setting.all.compactMap { if case .refused(let reason) = $0.standing { ($0.key, reason) } else { nil } })
        lines += list(
            ".SS Only in coturn", "A line that uses one is told with what is lost.",
            Setting.all.compactMap { if case .dropped(let loss) = $0.standing { ($0.key, loss) } else { nil } })
        lines += list(
            ".SS Accepted in silence", "Nothing is lost without these.",
            Setting.all.compactMap { if case .always(let reason) = $0.standing { ($0.key, reason) } else { nil } })
        return lines.joined(separator: "\n")
    }

    private static func entry(_ setting: Setting) -> [String] {
        let value = setting.isFlag ? "" : "=\\fI\(escaped(setting.typeName))\\fR"
        var lines = [".TP", "\\fB\(escaped(setting.key))\\fR\(value)", escaped(setting.explanation)]
        if let synonym = setting.synonym {
            lines.append("See \\fB\(escaped(synonym))\\fR.")
        } else if let value = setting.defaultValue {
            lines.append("Default: \(escaped(value)).")
        }
        if setting.isReloadable { lines.append("A reload applies it.") }
        switch setting.kinship {
        case .deviates(let how), .defaultDeviates(let how): lines.append("Unlike coturn: \(escaped(how))")
        case .own: lines.append("Not in coturn.")
        case .same: break
        }
        return lines
    }

    private static func list(_ heading: String, _ sentence: String, _ rows: [(String, String)]) -> [String] {
        [heading, escaped(sentence)]
            + rows.sorted { $0.0 < $1.0 }.flatMap {
                [".TP", "\\fB\(escaped($0.0))\\fR", escaped($0.1.capitalised) + "."]
            }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("“", with: "\\(lq")
            .replacing("”", with: "\\(rq").replacing("…", with: "...")
    }

    /// What docs/moving-from-coturn.md lists: settings with coturn's names that behave otherwise.
    static var deviations: String {
        var lines = ["| setting | what is different |", "|---|---|"]
        for setting in Setting.all {
            guard setting.standing == .supported else { continue }
            switch setting.kinship {
            case .deviates(let how), .defaultDeviates(let how): lines.append("| `\(setting.key)` | \(how) |")
            case .own, .same: break
            }
        }
        return lines.joined(separator: "\n")
    }

    /// What docs/moving-from-coturn.md lists: keys whose effect is missing.
    static var missing: String {
        var lines = ["| key | what happens | why |", "|---|---|---|"]
        for setting in Setting.all.sorted(by: { $0.key < $1.key }) where setting.kinship != .own {
            switch setting.standing {
            case .refused(let reason): lines.append("| `\(setting.key)` | refused | \(reason) |")
            case .planned(let loss): lines.append("| `\(setting.key)` | warning, to come | \(loss) |")
            case .dropped(let loss): lines.append("| `\(setting.key)` | warning | \(loss) |")
            case .supported, .always: break
            }
        }
        return lines.joined(separator: "\n")
    }
}

extension String {
    fileprivate var capitalised: String { prefix(1).uppercased() + dropFirst() }
}
