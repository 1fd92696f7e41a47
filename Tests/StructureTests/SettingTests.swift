// SPDX-License-Identifier: Apache-2.0
import Testing

/// A setting that is read and then used by nobody would be a lie in the manual.
@Suite("The settings")
struct SettingTests {
    /// Fields that are used through another one, or whose whole effect is a check of the configuration.
    static let through = [
        "minPort": "relayPorts", "maxPort": "relayPorts", "realm": "realmOrDefault", "useAuthSecret": "restSecrets",
        "rfc5780": "discoveryAddresses", "altListeningPort": "discoveryPort", "altTLSListeningPort": "discoveryTLSPort",
        "oauth": "acceptsTokens", "relayAddresses": "wishes", "allowLoopbackPeers": "wishes",
    ]

    /// Fields that switch off what is not there to be switched off.
    static let ofWhatIsMissing: Set = ["servesDTLS", "relaysTCP"]

    @Test("that the table calls supported reach the server")
    func used() {
        let table = SourceTree.swiftFiles(under: "Sources/Configuration/Table").map(\.text).joined(separator: "\n")
        let server = SourceTree.swiftFiles(under: "Sources/Server").map(\.text).joined(separator: "\n")
        let rows = table.split(separator: "        Setting(\n").dropFirst()
        #expect(rows.count > 50)
        for row in rows where !row.contains(").planned(") && !row.contains(".planned(") && !row.contains(".refused(") {
            guard let field = row.firstMatch(of: /into: \\\.([A-Za-z0-9]+)/).map({ String($0.1) }),
                !Self.ofWhatIsMissing.contains(field)
            else { continue }
            let name = Self.through[field] ?? field
            #expect(server.contains(".\(name)"), "nothing in Server uses Settings.\(name)")
        }
    }
}
