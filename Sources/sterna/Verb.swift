// SPDX-License-Identifier: Apache-2.0

/// Something that the program does, by its first word.
struct Verb: Sendable {
    let name: String
    /// What it does, in half a line.
    let summary: String
    /// How it is called, without the program's name.
    let usage: String
    /// What `sterna help` adds.
    let details: String
    let run: @Sendable ([String]) -> Int32

    static let all: [Verb] = [
        ServeVerb.verb, CheckVerb.verb, BenchVerb.verb, ConfigVerb.verb, TokenVerb.verb, UserVerb.verb,
        SecretVerb.verb, StatusVerb.verb, SessionsVerb.verb, KickVerb.verb,
        ModerationVerbs.rooms, ModerationVerbs.channels, ModerationVerbs.people, DrainVerb.verb, ReloadVerb.verb,
        TopVerb.verb, BackupVerb.verb, RestoreVerb.verb, PortsVerb.verb, DecodeVerb.verb, VersionVerb.verb, Help.verb,
    ]

    static func named(_ name: String) -> Verb? { all.first { $0.name == name } }
}
