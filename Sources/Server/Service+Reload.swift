// SPDX-License-Identifier: Apache-2.0

internal import Configuration

extension Service {
    /// Puts what a configuration that was read again says into force, without touching a session.
    ///
    /// A configuration with a mistake changes nothing; what needs a restart is named and waits for it.
    @discardableResult
    func reload(_ verdict: Verdict) -> ReloadReport {
        var report = ReloadReport(problems: verdict.problems.map { "\($0)" })
        for problem in verdict.problems {
            log.write(
                .configuration(problem.severity == .error ? .error : .warning), problem.explanation,
                ["at": .text("\(problem.origin)")])
        }
        guard let read = verdict.settings else {
            log.write(.configuration(.error), "nothing was reloaded, because the configuration has mistakes")
            return report
        }
        let reload = Reload(of: settings, with: read)
        settings = reload.settings
        log.setLevel(LogLevel(settings.logLevel))
        applyLimits()
        reloadAddresses()
        reloadAlternates()
        reloadDirectory()
        reloadRelay()
        reloadWeb()
        log.write(
            .configuration(reload.waiting.isEmpty ? .info : .warning),
            reload.waiting.isEmpty
                ? "the configuration was reloaded" : "reloaded, but some settings wait for a restart",
            [
                "changed": .text(reload.applied.joined(separator: " ")),
                "waiting": .text(reload.waiting.joined(separator: " ")),
            ])
        (report.isInForce, report.applied, report.waiting) = (true, reload.applied, reload.waiting)
        report.places = reload.waiting.map { key in verdict.origins[key]?.last.map { "\($0)" } ?? "" }
        return report
    }

    /// Tells the relay what the settings in force mean for it.
    func reloadRelay() {
        if let relay, let changed = try? relaySettings().completed() { relay.reload(changed.relay) }
    }
}
