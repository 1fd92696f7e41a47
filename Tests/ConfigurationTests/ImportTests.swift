// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite("The report on a coturn configuration")
struct ImportTests {
    static let text = """
        # Debian's
        listening-port=3478
        denied-peer-ip=10.0.0.0/8
        no-cli
        syslog
        no-auth
        lisening-ip=1
        static-auth-secret=hunter2
        cli-password=hunter2
        pasword=hunter2
        no-auth=0
        min-port=x
        prometheus-port=9641
        realm=example.org
        """

    @Test("says of every line what becomes of it, and why")
    func fates() {
        let rows = ImportReport(.init(path: "turnserver.conf", text: Self.text)).rows
        #expect(rows.map(\.line) == Array(2...14))
        #expect(
            rows.map(\.fate) == [
                .taken, .taken, .needless, .dropped, .refused, .mistake, .taken, .dropped, .mistake, .needless,
                .mistake, .taken, .taken,
            ])
        #expect(rows.filter { ![.taken, .needless].contains($0.fate) }.allSatisfy { !$0.reason.isEmpty })
    }

    @Test("shows no secret, not even under a key that is misspelt")
    func secrets() {
        let report = ImportReport(.init(path: "turnserver.conf", text: Self.text))
        #expect(!report.rows.contains { $0.text.contains("hunter2") || $0.reason.contains("hunter2") })
    }

    /// In the form of what coturn and Debian ship and of what guides tell people to write.
    @Test(
        "lets what coturn ships and what guides teach start, and says what became of every line",
        arguments: ["coturn-example", "debian", "jitsi", "nextcloud-talk", "synapse"])
    func guide(name: String) throws {
        let text = try Repository.text("Tests/ConfigurationTests/Fixtures/\(name).conf")
        let file = Input.File(path: "turnserver.conf", text: text)
        #expect(Input(file: file).verdict().settings != nil)
        let rows = ImportReport(file).rows
        #expect(rows.count == text.split(separator: "\n").count { !$0.hasPrefix("#") })
        #expect(!rows.contains { $0.fate == .mistake || $0.fate == .refused })
        #expect(rows.filter { $0.fate != .taken }.allSatisfy { !$0.reason.isEmpty })
    }
}
