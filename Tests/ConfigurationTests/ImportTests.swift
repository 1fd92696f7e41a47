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
                .taken, .taken, .needless, .dropped, .refused, .unknown, .taken, .dropped, .unknown, .needless,
                .mistake, .taken, .taken,
            ])
        #expect(rows.filter { ![.taken, .needless].contains($0.fate) }.allSatisfy { !$0.reason.isEmpty })
    }

    @Test("shows no secret, not even under a key that is misspelt")
    func secrets() {
        let report = ImportReport(.init(path: "turnserver.conf", text: Self.text))
        #expect(!report.rows.contains { $0.text.contains("hunter2") || $0.reason.contains("hunter2") })
    }

    @Test("calls a line changed only where it does something else than in coturn")
    func changed() {
        let rows = { (lines: String...) in
            ImportReport(.init(path: "turnserver.conf", text: lines.joined(separator: "\n"))).rows.map(\.fate)
        }
        #expect(rows("user=ana:secret", "external-ip=192.0.2.1") == [.taken, .taken])
        #expect(rows("user=ana:secret", "static-auth-secret=0123456789abcdef") == [.changed, .taken])
        #expect(rows("external-ip=turn.example.org", "user=ana:secret") == [.changed, .taken])
        #expect(rows("allowed-peer-ip=10.0.0.0/8", "allowed-peer-ip=127.0.0.1") == [.taken, .changed])
        #expect(rows("alt-listening-port=0", "alt-listening-port=3479") == [.needless, .changed])
    }

    @Test("takes no line twice, and none that is an error")
    func once() {
        let text =
            "realm=a\nrealm=b\nno-tcp\nno-tcp\nmin-port=60000\nmax-port=50000\ndenied-peer-ip=10.0.0.0/8\ndenied-peer-ip=10.0.0.0/8"
        let rows = ImportReport(.init(path: "turnserver.conf", text: text)).rows
        #expect(
            rows.map(\.fate) == [
                .needless, .taken, .taken, .needless, .mistake, .taken, .taken, .needless,
            ])
        #expect(rows[0].reason == "line 2 says it anew, and the last one counts")
        #expect(rows[3].reason == "line 3 says the same")
    }

    @Test("says that a port of ours opens nothing in a file of coturn's")
    func web() {
        let file = Input.File(path: "any.conf", text: "user=ana:secret\nweb-port=8080")
        let report = ImportReport(file)
        #expect(report.rows.map(\.fate) == [.taken, .unknown])
        #expect(report.rows[1].reason.hasPrefix("web-port means nothing in a file of coturn's, and no page is served"))
        #expect(report.verdict.settings?.webPort == nil)
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
