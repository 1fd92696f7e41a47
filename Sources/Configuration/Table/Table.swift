// SPDX-License-Identifier: Apache-2.0

extension Setting {
    /// Rows that belong together, under the heading that the manual gives them.
    package struct Group: Sendable {
        package let title: String
        package let settings: [Setting]
    }

    /// Every setting there is, as the manual orders them.
    package static let groups = [
        Group(title: "Listening", settings: listening),
        Group(title: "STUN", settings: stun),
        Group(title: "Relaying", settings: relaying),
        Group(title: "Other servers", settings: otherServers),
        Group(title: "Who may use the relay", settings: credentials),
        Group(title: "Which peers may be reached", settings: peers),
        Group(title: "Limits", settings: limits),
        Group(title: "TLS", settings: tls),
        Group(title: "Web", settings: web),
        Group(title: "Rooms", settings: rooms),
        Group(title: "Walkie-talkie, channels and calls", settings: people),
        Group(title: "Log", settings: log),
        Group(title: "Administration", settings: administration),
    ]

    /// Every key that is understood: the settings, then what only coturn has.
    package static let all = groups.flatMap(\.settings) + foreign

    package static let byKey = Dictionary(all.map { ($0.key, $0) }) { first, _ in first }

    /// The names of ``byEnvironmentName`` without their prefix, sorted.
    static let environmentNames = byEnvironmentName.keys.map { String($0.dropFirst("STERNA_".count)) }.sorted()

    /// The settings of Sterna; of two keys that differ only in case, the first.
    static let byEnvironmentName = Dictionary(
        groups.flatMap(\.settings).map { ($0.environmentName, $0) }
    ) { first, _ in first }
}
