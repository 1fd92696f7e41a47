// SPDX-License-Identifier: Apache-2.0

/// Settings in the making: entries go in layer by layer, problems gather.
struct Reading {
    private let file: String?
    private var settings = Settings()
    private var problems: [Problem]
    private var origins: [String: [Origin]] = [:]

    init(file: String?, problems: [Problem]) {
        (self.file, self.problems) = (file, problems)
    }

    /// Takes one layer; a key that it names replaces what the layers before said of that key.
    mutating func apply(_ layer: [Entry]) {
        var named: [String: Origin] = [:]
        for entry in layer {
            guard let setting = Setting.byKey[entry.key] else {
                problems.append(.error(Self.unknown(entry.key), at: entry.origin))
                continue
            }
            if let earlier = named.updateValue(entry.origin, forKey: setting.key) {
                if !setting.isRepeatable, !setting.isFlag {
                    problems.append(
                        .warning("\(setting.key) was set before (\(earlier)); the last one counts", at: entry.origin))
                }
            } else {
                setting.clear(&settings)
                origins[setting.canonicalKey] = nil
            }
            apply(entry, to: setting)
        }
    }

    /// Looks at the whole once every layer is in.
    func finish() -> Verdict {
        // What seems to be missing may stand in a line that is wrong.
        let isWhole = !problems.contains { $0.severity == .error }
        let complaints = settings.contradictions(file: file, origins: origins)
            .filter { isWhole || $0.severity == .error }
        let all = (problems + complaints).enumerated().sorted { a, b in
            (a.element.line, a.offset) < (b.element.line, b.offset)
        }.map(\.element)
        return Verdict(legible: settings, problems: all, origins: origins)
    }

    private mutating func apply(_ entry: Entry, to setting: Setting) {
        switch setting.standing {
        case .supported: assign(entry, to: setting)
        case .planned(let loss), .dropped(let loss):
            guard setting.changesAnything(entry.value, at: entry.origin) else { return }
            problems.append(.warning("\(setting.key) does nothing here: \(loss)", at: entry.origin))
        case .refused(let reason):
            guard setting.changesAnything(entry.value, at: entry.origin) else { return }
            problems.append(.error("\(setting.key) is refused: \(reason)", at: entry.origin))
        case .always: break
        }
    }

    private mutating func assign(_ entry: Entry, to setting: Setting) {
        if let complaint = setting.assign(entry.value, at: entry.origin, to: &settings) {
            problems.append(.error(complaint, at: entry.origin))
        } else {
            origins[setting.canonicalKey, default: []].append(entry.origin)
            if let value = entry.value, setting.isText, value.contains(" #") {
                problems.append(
                    .warning(
                        "all that follows “\(setting.key)=” is its value, “#” included; move the comment to a line of its own",
                        at: entry.origin))
            }
        }
    }

    /// What is said of a key that nobody knows.
    static func unknown(_ key: String) -> String {
        let keys = Setting.all.lazy.map(\.key)
        guard let meant = nearest(to: key, among: keys) else {
            return "unknown setting “\(key)”; sterna config --default lists those that exist"
        }
        return "unknown setting “\(key)”; did you mean “\(meant)”?"
    }
}

extension Problem {
    /// Sorts what belongs to a line by that line, and everything else behind it.
    fileprivate var line: Int {
        if case .file(_, let line) = origin { line } else { .max }
    }
}
