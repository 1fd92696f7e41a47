// SPDX-License-Identifier: Apache-2.0

internal import Check
internal import Engine
internal import Glibc
internal import Wire

/// Says findings as they come: in colour and with what is being done on a terminal, a line each elsewhere, or as JSON.
final class FindingPrinter {
    private let isJSON: Bool
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private let isWatched = isatty(STDERR_FILENO) == 1
    private var lastLayer: Finding.Layer?
    private var doing = ""
    private var turns = 0
    /// When the sign last turned, in nanoseconds: a fast loop is not to be slowed by its own progress.
    private var turned: UInt64 = 0
    private static let pace: UInt64 = 80_000_000

    init(asJSON isJSON: Bool) { self.isJSON = isJSON }

    func tell(_ finding: Finding) {
        guard !isJSON else { return }
        wipe()
        let layer = finding.layer == lastLayer ? "" : finding.layer.rawValue
        lastLayer = finding.layer
        let gap = String(repeating: " ", count: 9 - layer.count)
        let verdict = finding.verdict.rawValue
        let (on, off) =
            isTerminal && Environment.variables["NO_COLOR"] == nil ? (finding.verdict.colour, "\u{1B}[0m") : ("", "")
        let remedy = finding.remedy.map { isTerminal ? "\n               → \($0)" : " → \($0)" } ?? ""
        let line = Terminal.printable("\(finding.text)\(remedy)")
        Terminal.write(
            "\(layer)\(gap)\(on)\(verdict)\(off)\(String(repeating: " ", count: 6 - verdict.count))\(line)\n")
    }

    /// Shows what is being done, or with an empty text that it still is.
    func progress(_ text: String) {
        guard isWatched, !isJSON else { return }
        if !text.isEmpty { doing = text }
        let now = Moment.read().instant.nanoseconds
        guard !text.isEmpty || now &- turned >= Self.pace else { return }
        turned = now
        turns += 1
        let signs = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧"]
        Terminal.whisper("\r\u{1B}[K\(signs[turns % signs.count]) \(Terminal.printable(doing))")
    }

    /// - Parameter elsewhere: The command that looks at this server from another machine; nil where there is none.
    func finish(_ findings: [Finding], iceServers: JSON?, elsewhere: String?, exitCode: Int32) {
        wipe()
        let verdict = ["ok", "warn", "fail"][Int(min(2, exitCode))]
        if isJSON {
            var members: [JSON.Member] = [
                .init("verdict", .string(verdict)), .init("findings", .array(findings.map(\.json))),
            ]
            if let iceServers { members.append(.init("iceServers", iceServers)) }
            return Terminal.say(JSON.object(members).text)
        }
        if let iceServers { Terminal.say("Copy into your app:  \(iceServers.text)") }
        if let elsewhere {
            Terminal.say("Only another machine sees what a firewall lets through. There:  \(elsewhere)")
        }
        let count = findings.count { $0.verdict == .fail }
        let warnings = findings.count { $0.verdict == .warn }
        Terminal.say(
            exitCode == 0
                ? "All is well."
                : "\(count) \(count == 1 ? "failure" : "failures"), \(warnings) \(warnings == 1 ? "warning" : "warnings")."
        )
    }

    private func wipe() { if isWatched, !isJSON { Terminal.whisper("\r\u{1B}[K") } }
}

extension Finding.Verdict {
    fileprivate var colour: String {
        switch self {
        case .ok: "\u{1B}[32m"
        case .warn: "\u{1B}[33m"
        case .fail: "\u{1B}[31m"
        case .skip: "\u{1B}[2m"
        }
    }
}
