// SPDX-License-Identifier: Apache-2.0

/// What the check of a configuration came to.
package struct Verdict: Sendable {
    /// Exit code of a process that cannot run with its configuration (`EX_CONFIG` of sysexits.h).
    package static let exitCode: Int32 = 78

    /// The checked settings; nil when any problem is an error.
    package let settings: Settings?
    /// What the right lines say, also where others are wrong: where a socket or the data lie. Nothing is served with it.
    package let legible: Settings
    /// All that was found, in the order of the file.
    package let problems: [Problem]
    /// Where the values that are not defaults were written, by key.
    package let origins: [String: [Origin]]

    init(legible: Settings, problems: [Problem], origins: [String: [Origin]]) {
        (self.legible, self.problems, self.origins) = (legible, problems, origins)
        settings = problems.contains { $0.severity == .error } ? nil : legible
    }

    /// The verdict on what could not even be read.
    package init(refusing problem: Problem) {
        self.init(legible: Settings(), problems: [problem], origins: [:])
    }

    package var errors: [Problem] { problems.filter { $0.severity == .error } }
    package var warnings: [Problem] { problems.filter { $0.severity == .warning } }
}
