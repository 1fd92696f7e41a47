// SPDX-License-Identifier: Apache-2.0

internal import Configuration

extension Checkup {
    /// CONFIG: what was found in the file, line by line.
    func configuration() {
        guard let verdict = plan.verdict else { return }
        for problem in verdict.problems {
            // “What is wrong; what would be right” is how the configuration speaks.
            let parts = problem.explanation.split(separator: "; ", maxSplits: 1).map(String.init)
            let text = "\(problem.origin): \(parts.first ?? problem.explanation)"
            let right = parts.count == 2 ? parts[1] : nil
            tell(
                problem.severity == .error
                    ? .fail(.config, text, .settingWrong(right: right))
                    : .warn(.config, text, .settingDoubtful(right: right)))
        }
        guard let settings = verdict.settings else { return }
        let count = verdict.origins.values.map(\.count).reduce(0, +)
        if verdict.problems.isEmpty {
            let place = plan.configurationPath ?? "no file, the defaults"
            tell(.ok(.config, "\(place): \(count) settings, nothing to complain about"))
        }
        if settings.restSecrets.isEmpty, settings.users.isEmpty, settings.userDatabase == nil, !settings.servesWeb,
            !settings.acceptsTokens, !settings.stunOnly
        {
            tell(
                .fail(
                    .config, "nobody may use the relay: there is neither a user nor a secret", .nobodyMayRelay))
        }
    }
}
