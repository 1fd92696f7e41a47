// SPDX-License-Identifier: Apache-2.0

internal import Configuration

/// `sterna version`.
enum VersionVerb {
    static let verb = Verb(
        name: "version", summary: "prints the version", usage: "version", details: "", run: run)

    static func run(_ words: [String]) -> Int32 {
        guard words.isEmpty else {
            Terminal.complain("sterna version: “\(words[0])” is not understood; right would be “sterna version”, alone")
            return Exit.usage
        }
        Terminal.say("sterna \(version)")
        return Exit.success
    }
}
