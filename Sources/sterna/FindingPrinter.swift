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
        let verdict = finding.verdict
        let isColoured = isTerminal && Environment.variables["NO_COLOR", default: ""].isEmpty
        let sign = Terminal.Styled(verdict.rawValue, on: isColoured ? verdict.colour : "")
        let gap = String(repeating: " ", count: 6 - verdict.rawValue.count)
        Terminal.say("\(Words.padded(layer, 9))\(sign)\(gap)\(finding.text)\(remedy(of: finding))")
    }

    private func remedy(of finding: Finding) -> TerminalText {
        guard let remedy = finding.remedy else { return "" }
        return isTerminal ? "\n               → \(remedy)" : " → \(remedy)"
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
        Terminal.whisper("\r\u{1B}[K\(signs[turns % signs.count]) \(doing)")
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
            return Terminal.say(TerminalText(.object(members)))
        }
        if let iceServers { Terminal.say("Copy into your app:  \(TerminalText(iceServers))") }
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
