// SPDX-License-Identifier: Apache-2.0

/// What the operator gave: a file, the environment and the command line, each over the one before it.
package struct Input: Sendable {
    package struct File: Sendable {
        package let path: String
        package let text: String

        package init(path: String, text: String) { (self.path, self.text) = (path, text) }
    }

    private let file: File?
    private let environment: [String: String]
    private let arguments: [String]
    /// Whether the file is known to be coturn's, whatever it is called.
    private let isCoturn: Bool

    /// - Parameters:
    ///   - environment: Every variable; those that begin with `STERNA_` are looked at.
    ///   - arguments: Words `--key=value`, `--key value` and `--key`, without the verb and its own options.
    package init(
        file: File?, environment: [String: String] = [:], arguments: [String] = [], isCoturn: Bool = false
    ) {
        (self.file, self.environment, self.arguments) = (file, environment, arguments)
        self.isCoturn = isCoturn
    }

    /// The checked settings, or everything that is wrong at once.
    package func verdict() -> Verdict {
        var problems: [Problem] = []
        let written = file.map(Entry.entries) ?? []
        let layers = [
            written,
            environmentEntries(problems: &problems),
            argumentEntries(problems: &problems),
        ]
        let resolved = layers.map { layer in layer.flatMap { credentials(in: $0, problems: &problems) } }
        var reading = Reading(
            file: file?.path, isCoturn: isCoturn || file.map { $0.isCoturn(holding: written) } ?? false,
            problems: problems)
        for layer in resolved { reading.apply(layer) }
        return reading.finish()
    }

    /// An entry with what a credential file holds in place of the file's name.
    private func credentials(in entry: Entry, problems: inout [Problem]) -> [Entry] {
        guard let file = CredentialFile(in: entry.value) else { return [entry] }
        do {
            return try file.resolve(entry, in: environment)
        } catch {
            problems.append(error)
            return []
        }
    }

    /// Settings from the environment, in the order of their names.
    ///
    /// An unknown variable only warns: container platforms inject `STERNA_PORT` and the like for a service of this name.
    private func environmentEntries(problems: inout [Problem]) -> [Entry] {
        var entries: [Entry] = []
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("STERNA_") {
            let origin = Origin.environment(name)
            guard let setting = Setting.byEnvironmentName[name] else {
                // Without the prefix, which all have: it would excuse mistakes in the name itself.
                let meant = nearest(to: name.dropFirst("STERNA_".count), among: Setting.environmentNames)
                let hint = meant.map { "did you mean STERNA_\($0)?" } ?? "no setting has this name"
                problems.append(.warning("ignored; \(hint)", at: origin))
                continue
            }
            for part in setting.parts(ofList: value) {
                entries.append(Entry(key: setting.key, value: part, origin: origin))
            }
        }
        return entries
    }

    private func argumentEntries(problems: inout [Problem]) -> [Entry] {
        var entries: [Entry] = []
        var rest = arguments[...]
        while let word = rest.popFirst() {
            guard let entry = Entry(argument: word) else {
                problems.append(
                    .error(
                        "“\(word)” is not understood; right would be \(Self.meant(by: word, behind: entries.last))",
                        at: .commandLine))
                continue
            }
            // `--key value`, where the key wants a value and the next word is none of our flags.
            if entry.value == nil, let setting = Setting.byKey[entry.key], setting.needsValue,
                let next = rest.first, !next.hasPrefix("--")
            {
                rest.removeFirst()
                entries.append(Entry(key: entry.key, value: next, origin: .commandLine))
            } else {
                entries.append(entry)
            }
        }
        return entries
    }

    /// What somebody meant who wrote a word that is no setting behind `entry`.
    private static func meant(by word: String, behind entry: Entry?) -> String {
        if word.contains("=") { return "--\(word)" }
        // As coturn has it, a key that means something alone takes a value behind “=” only.
        if let entry, entry.value == nil, let setting = Setting.byKey[entry.key], !setting.isFlag {
            return "--\(entry.key)=\(word)"
        }
        return "--config \(word) for a file, --key=value for a setting"
    }
}
