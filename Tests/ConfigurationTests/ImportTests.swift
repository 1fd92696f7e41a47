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
                .taken, .changed, .needless, .dropped, .refused, .mistake, .taken, .dropped, .mistake, .needless,
                .mistake, .needless, .taken,
            ])
        #expect(rows.filter { ![.taken, .needless].contains($0.fate) }.allSatisfy { !$0.reason.isEmpty })
    }

    @Test("shows no secret, not even under a key that is misspelt")
    func secrets() {
        let report = ImportReport(.init(path: "turnserver.conf", text: Self.text))
        #expect(!report.rows.contains { $0.text.contains("hunter2") || $0.reason.contains("hunter2") })
    }

    /// Written after the TURN chapters of guides that many follow.
    static let guides = [
        "Debian's own, uncommented lines":
            "syslog\nno-rfc5780\nno-stun-backward-compatibility\nresponse-origin-only-with-rfc5780",
        "a Matrix homeserver": """
        use-auth-secret
        static-auth-secret=0123456789abcdef0123456789abcdef
        realm=turn.example.org
        no-tcp-relay
        denied-peer-ip=10.0.0.0-10.255.255.255
        denied-peer-ip=192.168.0.0-192.168.255.255
        denied-peer-ip=172.16.0.0-172.31.255.255
        no-multicast-peers
        denied-peer-ip=::1
        denied-peer-ip=64:ff9b::-64:ff9b::ffff:ffff
        denied-peer-ip=fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff
        allowed-peer-ip=10.0.0.1
        user-quota=12
        total-quota=1200
        cert=/path/to/fullchain.pem
        pkey=/path/to/privkey.pem
        no-tlsv1
        no-tlsv1_1
        no-tls
        no-dtls
        """,
        "a talk server": """
        listening-port=3478
        fingerprint
        use-auth-secret
        static-auth-secret=0123456789abcdef0123456789abcdef
        realm=cloud.example.org
        total-quota=0
        bps-capacity=0
        stale-nonce
        no-multicast-peers
        """,
        "a meeting server": """
        use-auth-secret
        keep-address-family
        static-auth-secret=0123456789abcdef
        realm=meet.example.org
        cert=/etc/coturn/certs/meet.example.org.fullchain.pem
        pkey=/etc/coturn/certs/meet.example.org.privkey.pem
        no-multicast-peers
        no-cli
        no-loopback-peers
        no-tcp-relay
        no-tcp
        listening-port=3478
        tls-listening-port=5349
        no-tlsv1
        no-tlsv1_1
        cipher-list=ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256
        denied-peer-ip=0.0.0.0-0.255.255.255
        denied-peer-ip=240.0.0.0-255.255.255.255
        syslog
        """,
    ]

    @Test("of the kind that guides tell people to write lets the server start", arguments: guides.keys.sorted())
    func guide(name: String) throws {
        let text = try #require(Self.guides[name])
        let file = Input.File(path: "turnserver.conf", text: text)
        #expect(Input(file: file).verdict().settings != nil)
        let rows = ImportReport(file).rows
        #expect(rows.count == text.split(separator: "\n").count)
        #expect(!rows.contains { $0.fate == .mistake || $0.fate == .refused })
    }
}
