// SPDX-License-Identifier: Apache-2.0

extension Checkup {
    /// SYSTEMD: whether the unit runs, what systemd watches over, and whether it had to step in.
    func systemd() {
        guard settings != nil else { return }
        guard Files.exists("/run/systemd/system") else { return tell(.skip(.systemd, "systemd does not run here")) }
        guard Files.exists("/run/systemd/units/invocation:sterna.service") else {
            return tell(
                .warn(
                    .systemd, "sterna.service is not active: who started the server restarts it", .unitInactive))
        }
        let facts = Self.facts(
            Files.output(of: "systemctl show sterna.service -p NotifyAccess,WatchdogUSec,NRestarts,StatusText,Result"))
        var parts = ["sterna.service is active"]
        if let watchdog = facts["WatchdogUSec"], watchdog != "0", watchdog != "infinity" {
            parts.append("watchdog \(watchdog)")
        }
        if let status = facts["StatusText"], !status.isEmpty { parts.append("it says: \(status)") }
        tell(.ok(.systemd, parts.joined(separator: ", ")))
        if let restarts = facts["NRestarts"].flatMap({ Int($0) }), restarts > 0 {
            tell(
                .warn(
                    .systemd, "systemd had to start the server again \(restarts) times since somebody last did",
                    .restarted))
        }
    }

    /// `Key=value` lines.
    private static func facts(_ text: String) -> [String: String] {
        var facts: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { facts[String(parts[0])] = String(parts[1]) }
        }
        return facts
    }
}
