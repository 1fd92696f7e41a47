// SPDX-License-Identifier: Apache-2.0

/// Settings in the making: entries go in layer by layer, problems gather.
struct Reading {
    private let file: String?
    /// Whether the file is coturn's, in which our own settings open nothing.
    private let isCoturnFile: Bool
    private var settings = Settings()
    private var problems: [Problem]
    private var origins: [String: [Origin]] = [:]

    init(file: String?, isCoturn: Bool = false, problems: [Problem]) {
        (self.file, isCoturnFile, self.problems) = (file, isCoturn, problems)
    }

    /// Takes one layer; a key that it names replaces what the layers before said of that key.
    mutating func apply(_ layer: [Entry]) {
        var named: [String: Origin] = [:]
        for entry in layer {
            guard let setting = Setting.byKey[entry.key] else {
                problems.append(unknown(entry))
                continue
            }
            guard !isCoturnFile || !setting.opensWeb || !entry.isInFile else {
                problems.append(.warning(Self.noWeb(setting.key), at: entry.origin))
                continue
            }
            if let earlier = named.updateValue(entry.origin, forKey: setting.key) {
                if !setting.isRepeatable, !setting.isFlag {
                    problems.append(
                        .warning(
                            "\(setting.key) was set before (\(earlier)); the last one counts\(setting.second)",
                            at: entry.origin))
                }
            } else {
                setting.clear(&settings)
                origins[setting.canonicalKey] = nil
            }
            apply(entry, to: setting)
        }
    }

    /// Looks at the whole once every layer is in.
    mutating func finish() -> Verdict {
        // What seems to be missing may stand in a line that is wrong.
        let isWhole = !problems.contains { $0.severity == .error }
        let complaints = settings.contradictions(file: file, origins: origins)
            .filter { isWhole || $0.severity == .error }
        let all = (problems + complaints).enumerated().sorted { a, b in
            (a.element.line, a.offset) < (b.element.line, b.offset)
        }.map(\.element)
        settings.tidy()
        return Verdict(legible: settings, problems: all, origins: origins)
    }

    /// What is said of a key that nobody knows: on the command line nothing is passed over, in a file as coturn does.
    private func unknown(_ entry: Entry) -> Problem {
        let unknown = UnknownKey(entry.key)
        guard entry.isInFile else { return .error(unknown.complaint, at: entry.origin) }
        return unknown.isGrave
            ? .error(unknown.explanation, at: entry.origin) : .warning(unknown.explanation, at: entry.origin)
    }

    /// What is said of a setting of ours that would open pages in a file of coturn's.
    static func noWeb(_ key: String) -> String {
        "\(key) means nothing in a file of coturn's, and no page is served by it; write it into "
            + "\(Input.File.standardPath), or start with --\(key)=…"
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
        if let quotes = entry.quotes {
            problems.append(
                .warning(
                    "\(setting.key): the quotes \(quotes) around the value are left out; write straight ones, or none",
                    at: entry.origin))
        }
        guard !isEmpty(entry, of: setting) else { return }
        let entry = setting.isPath ? mended(entry, of: setting) : entry
        guard let complaint = setting.assign(entry.value, at: entry.origin, to: &settings) else {
            origins[setting.canonicalKey, default: []].append(entry.origin)
            warn(of: entry, for: setting)
            return
        }
        let repaired = setting.isPath ? entry : mended(entry, of: setting)
        guard repaired != entry, setting.assign(repaired.value, at: entry.origin, to: &settings) == nil else {
            problems.append(.error(complaint + hint(at: entry, of: setting), at: entry.origin))
            return
        }
        origins[setting.canonicalKey, default: []].append(entry.origin)
    }

    /// What else may have been meant by a value that is none.
    private func hint(at entry: Entry, of setting: Setting) -> String {
        guard let text = entry.value else { return "" }
        if text.hasVariable { return "; nothing here fills in what begins with “$”: write the value itself" }
        let parts = text.split { $0.isBlank || ",;".contains($0) }
        guard setting.isRepeatable, !setting.isText, parts.count > 1 else { return "" }
        let isList = parts.allSatisfy { part in
            var scratch = Settings()
            return setting.assign(String(part), at: entry.origin, to: &scratch) == nil
        }
        return isList ? "; several of them want a line each" : ""
    }

    /// Whether a value is missing where one is needed, which is told, and counts as not written.
    ///
    /// Templates whose variables are not set leave such lines.
    private mutating func isEmpty(_ entry: Entry, of setting: Setting) -> Bool {
        guard setting.takesValue, (entry.value ?? "").isEmpty, entry.origin != .commandLine else { return false }
        if entry.value == nil, !setting.needsValue { return false }
        var scratch = Settings()
        // An empty listening-ip is every IPv4 address, as in coturn.
        guard setting.assign("", at: entry.origin, to: &scratch) != nil else { return false }
        problems.append(
            setting.key == "denied-peer-ip"
                ? .error(
                    "denied-peer-ip has no value, so that what it should deny would be open; write \(setting.expected), or remove the line",
                    at: entry.origin)
                : .warning(
                    "\(setting.key) has no value and counts as not written; write \(setting.expected), or remove the line",
                    at: entry.origin))
        return true
    }

    /// The entry with the value that was meant, where it is right but for what stands behind it; what that is is told.
    private mutating func mended(_ entry: Entry, of setting: Setting) -> Entry {
        guard let text = entry.value, entry.origin != .commandLine else { return entry }
        for mending in Mending.all(of: text, for: setting) {
            var scratch = Settings()
            guard setting.assign(mending.value, at: entry.origin, to: &scratch) == nil else { continue }
            problems.append(
                .warning(
                    "\(setting.key): “\(text)” is read as “\(mending.value)”; \(mending.advice)", at: entry.origin))
            return Entry(key: entry.key, value: mending.value, origin: entry.origin)
        }
        return entry
    }

    /// Tells what belongs to a text, as in coturn, and was hardly meant to.
    private mutating func warn(of entry: Entry, for setting: Setting) {
        guard let value = entry.value, setting.isText else { return }
        if value.hasVariable {
            problems.append(
                .warning(
                    "\(setting.key): nothing here fills in what begins with “$”, and the value is taken as it stands, as in coturn"
                        + (setting.isSecret ? ", known to everybody who knows the template" : "")
                        + "; write the value itself", at: entry.origin))
        } else if value.contains(" #") {
            problems.append(
                .warning(
                    "all that follows “\(setting.key)=” is its value, “#” included; move the comment to a line of its own",
                    at: entry.origin))
        } else if value.hasSuffix(";") {
            problems.append(
                .warning(
                    "the semicolon at the end belongs to the value of \(setting.key), as in coturn; remove it if it is none of it",
                    at: entry.origin))
        }
    }
}

extension Problem {
    /// Sorts what belongs to a line by that line, and everything else behind it.
    fileprivate var line: Int {
        if case .file(_, let line) = origin { line } else { .max }
    }
}

extension String {
    /// Whether a shell or a template was to fill something in: `${NAME}`, `$(command)`, or `$NAME` alone.
    fileprivate var hasVariable: Bool {
        for index in indices where self[index] == "$" {
            let rest = self[index...].dropFirst()
            if let first = rest.first, "{(".contains(first), rest.contains(first == "{" ? "}" : ")") { return true }
            if index == startIndex, rest.first?.isLetter == true,
                rest.allSatisfy({ $0 == "_" || $0.isLetter || $0.isNumber })
            {
                return true
            }
        }
        return false
    }
}
