// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite("A coturn configuration")
struct CoturnTests {
    @Test("of the usual kind starts, and says what is lost")
    func usual() throws {
        let verdict = verdict(
            "listening-port=3478", "tls-listening-port=5349", "fingerprint", "lt-cred-mech", "use-auth-secret",
            "static-auth-secret=0123456789abcdef0123456789abcdef", "realm=turn.example.org", "total-quota=100",
            "stale-nonce=600", "no-multicast-peers", "no-cli", "no-tlsv1", "no-tlsv1_1",
            "denied-peer-ip=10.0.0.0-10.255.255.255", "allowed-peer-ip=10.0.0.1", "syslog", "pidfile=\"/run/t.pid\"")
        let settings = try #require(verdict.settings)
        #expect(settings.realmOrDefault == "turn.example.org")
        #expect(settings.deniedPeers.map(\.range.description) == ["10.0.0.0-10.255.255.255"])
        #expect(settings.deniedPeers.map(\.origin.description) == ["sterna.conf:14"])
        #expect(verdict.errors.isEmpty)
        #expect(verdict.warnings.allSatisfy { $0.explanation.contains("does nothing here: ") })
    }

    @Test(
        "that would leave the server less safe without its effect is refused",
        arguments: [
            "no-auth", "CA-file=/etc/ca.pem", "server-relay", "psql-userdb=host=db",
            "redis-userdb=ip=127.0.0.1",
        ])
    func refused(line: String) {
        let verdict = verdict("user=ana:secret", line)
        #expect(verdict.settings == nil)
        #expect(verdict.messages.count == 1)
        #expect(verdict.messages.first?.contains("is refused: ") == true)
    }

    @Test("may name a refused flag to switch it off")
    func switchedOff() {
        #expect(verdict("user=ana:secret", "no-auth=0", "server-relay=no").problems.isEmpty)
    }

    @Test("with users left beside a secret is told that they are good here")
    func leftovers() {
        let verdict = verdict("static-auth-secret=0123456789abcdef", "user=test:test")
        #expect(
            verdict.messages == [
                "sterna.conf:2: warning: users are good beside static-auth-secret, where coturn ignores them; remove user= lines that are left over"
            ])
    }

    /// Every option that `turnserver --help` of 4.6.1 names, and those that 4.17 added.
    static let options = """
        CA-file Verbose acme-redirect allocation-default-address-family allow-loopback-peers allowed-peer-ip \
        alt-listening-port alt-tls-listening-port alternate-server aux-server bps-capacity cert channel-lifetime \
        check-origin-consistency cipher-list cli-ip cli-max-output-sessions cli-password cli-port daemon db \
        denied-peer-ip dh-file dh1066 dh566 ec-curve-name external-ip fingerprint keep-address-family \
        listening-device listening-ip listening-port log-binding log-file lt-cred-mech max-allocate-lifetime \
        max-allocate-timeout max-bps max-port min-port mobility mysql-userdb ne new-log-timestamp \
        new-log-timestamp-format no-auth no-auth-pings no-cli no-dtls no-dynamic-ip-list no-dynamic-realms \
        no-multicast-peers no-rfc5780 no-software-attribute no-stdout-log no-stun no-stun-backward-compatibility \
        no-tcp no-tcp-relay no-tls no-tlsv1 no-tlsv1_1 no-tlsv1_2 no-udp no-udp-relay oauth permission-lifetime \
        pidfile pkey pkey-pwd proc-group proc-user prod psql-userdb realm redis-statsdb redis-userdb relay-device \
        relay-ip relay-threads response-origin-only-with-rfc5780 rest-api-separator secret-key-file secure-stun \
        server-name server-relay simple-log sql-userdb stale-nonce static-auth-secret stun-only syslog \
        syslog-facility tcp-proxy-port tls-alternate-server tls-listening-port total-quota udp-self-balance \
        use-auth-secret user user-quota userdb verbose web-admin web-admin-ip web-admin-listen-on-workers \
        web-admin-port \
        cli cpus dh2066 drain-min-allocations drop-invalid-packets drop-invalid-packets-log dtls \
        include-reason-string log-min-level mongo-userdb multiplex-peer multiplex-peer-max-peers \
        multiplex-peer-port no-loopback-peers no-sslv2 no-sslv3 prometheus prometheus-address prometheus-path \
        prometheus-port prometheus-username-labels prometheus-tls prometheus-cert prometheus-key raw-public-keys \
        respond-http-unsupported rfc3489-compatibility rfc5766-channel-numbers rfc5780 secret-ts-exp-time \
        sock-buf-size software-attribute stateless-nonce stateless-nonce-secret stun-backward-compatibility \
        tcp-alternate-server tlsv1 tlsv1_1 udp-alternate-server udp-gso udp-recvmmsg udp-recvmmsg-log \
        udp-sendmmsg-log unauthorized-ratelimit unauthorized-ratelimit-rps
        """.split(separator: " ").map(String.init)

    @Test("uses no option that is unknown here", arguments: options)
    func known(option: String) {
        #expect(Setting.byKey[option] != nil)
    }
}
