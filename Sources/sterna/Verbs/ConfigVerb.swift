// SPDX-License-Identifier: Apache-2.0

internal import Configuration

/// `sterna config`: checks, shows and explains the configuration.
enum ConfigVerb {
    static let verb = Verb(
        name: "config", summary: "checks and shows the configuration",
        usage: "config [--check|--show|--default|--import] [FILE] [--config FILE] [--key=value…]",
        details: """
            --check     reads the configuration and tells every mistake, and whether this host can
                        serve it: certificate, addresses, ports (without an option, too); exits with
                        0 when it can be served, with 78 when it cannot, and with 69 where only
                        a port is somebody else's
            --show      prints every setting that is in force and where it was written
            --default   prints the annotated file that is shipped
            --import    says what each line of a coturn configuration does here; the file can be
                        served as it is

            FILE alone is the same as --config FILE; without it \(Input.File.standardPath) is read where
            that exists.
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        if let index = words.firstIndex(where: { $0 == "--import" || $0.hasPrefix("--import=") }) {
            return importReport(Array(words[index...]))
        }
        var words = words
        if let index = file(in: words) { words.insert("--config", at: index) }
        var modes = words.filter { Self.modes.contains($0) }
        let rest = words.filter { !modes.contains($0) }
        if modes.isEmpty { modes = ["--check"] }
        guard modes.count == 1 else {
            Terminal.complain("sterna config: give one of --check, --show, --default and --import")
            return Exit.usage
        }
        if modes == ["--default"] {
            guard rest.isEmpty else {
                Terminal.complain("sterna config: right would be --default, alone")
                return Exit.usage
            }
            Terminal.say(TerminalText(own: String(DefaultFile.text.dropLast())))
            return Exit.success
        }
        do {
            let option = try ConfigurationOption(rest)
            guard modes == ["--show"] else { return check(option) }
            Terminal.report(option.verdict.problems.gravestLast)
            guard let settings = option.verdict.settings else { return Exit.configuration }
            for line in listing(settings, option.verdict.origins) { Terminal.say("\(line)") }
            return Exit.success
        } catch {
            Terminal.report([error])
            return Exit.configuration
        }
    }

    private static let modes = ["--check", "--show", "--default"]

    /// Where a bare FILE stands: neither the first word nor the one behind a mode can be a setting's value.
    private static func file(in words: [String]) -> Int? {
        words.indices.first { index in
            (index == 0 || modes.contains(words[index - 1])) && !words[index].hasPrefix("-")
                && !words[index].contains("=")
        }
    }

    private static func importReport(_ words: [String]) -> Int32 {
        let path = words[0] == "--import" ? words.dropFirst().first : String(words[0].dropFirst("--import=".count))
        guard let path, words.count <= (words[0] == "--import" ? 2 : 1) else {
            Terminal.complain("sterna config: right would be --import FILE, alone")
            return Exit.usage
        }
        do {
            let file = try Input.File(reading: path)
            var prospect = Prospect.none
            let report = ImportReport(file) { verdict in
                prospect = Prospect(of: verdict, file: path, writtenForCoturn: true)
                return prospect.problems
            }
            for line in table(of: report) { Terminal.say("\(line)") }
            // What belongs to a line has been said with it.
            let rest = (report.verdict.problems + prospect.problems).filter { problem in
                if case .file = problem.origin { false } else { true }
            }
            for problem in (rest + prospect.portProblems).gravestLast { Terminal.say("\(problem)") }
            Terminal.say("\(prospect.sentence(about: "“sterna serve --config \(path)” serves it as it is")).")
            return prospect.isServable ? Exit.success : Exit.configuration
        } catch {
            Terminal.report([error])
            return Exit.configuration
        }
    }

    /// Says what is wrong, the gravest last, and whether the configuration can be served here.
    private static func check(_ option: ConfigurationOption) -> Int32 {
        let prospect = Prospect(of: option.verdict, file: option.file?.path)
        Terminal.report((option.verdict.problems + prospect.problems + prospect.portProblems).gravestLast)
        guard prospect.isServable else { return Exit.configuration }
        Terminal.say("\(summary(option, prospect))")
        return prospect.holders.isEmpty ? Exit.success : Exit.unavailable
    }

    private static func table(of report: ImportReport) -> [String] {
        let width = min(48, report.rows.map(\.text.count).max() ?? 0)
        let rows = report.rows.map { row in
            let text = row.reason.isEmpty ? row.text : padded(row.text, to: width) + "  " + row.reason
            return "\(padded("\(row.line)", to: 5)) \(padded(row.fate.rawValue, to: 9)) \(text)"
        }
        let counts = ImportReport.Fate.allCases.compactMap { fate -> String? in
            let count = report.count(fate)
            guard count > 0 else { return nil }
            return "\(count) \(fate == .mistake && count > 1 ? "mistakes" : fate.rawValue)"
        }
        return rows + [counts.isEmpty ? "no settings" : counts.joined(separator: ", ")]
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func summary(_ option: ConfigurationOption, _ prospect: Prospect) -> String {
        let count = option.verdict.origins.values.map(\.count).reduce(0, +)
        let warnings = (option.verdict.warnings + prospect.problems).count { $0.severity == .warning }
        let place = option.file?.path ?? "no file (\(Input.File.standardPath) does not exist)"
        let found = warnings == 0 ? "nothing to complain about" : "warnings: \(warnings)"
        return prospect.sentence(about: "\(place): \(count) \(count == 1 ? "setting" : "settings"), \(found)")
    }

    /// Every setting in force, with the place where it was written, or “default”.
    private static func listing(_ settings: Settings, _ origins: [String: [Origin]]) -> [String] {
        var lines: [(text: String, place: String)] = []
        for setting in Setting.groups.flatMap(\.settings) where setting.standing == .supported && setting.synonym == nil
        {
            let places = origins[setting.key] ?? []
            for (index, value) in setting.values(in: settings).enumerated() {
                let place = places.indices.contains(index) ? "\(places[index])" : places.last.map { "\($0)" }
                lines.append(("\(setting.key)=\(value)", place ?? "default"))
            }
        }
        let width = lines.map(\.text.count).max() ?? 0
        return lines.map { $0.text + String(repeating: " ", count: width - $0.text.count + 2) + $0.place }
    }
}
