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
            "no-auth", "server-relay", "psql-userdb=host=db",
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

    /// A line of `Fixtures/coturn-options.txt`: an option, and how much those who move from coturn need it.
    struct Option: Sendable, CustomTestStringConvertible {
        enum Need: String { case must, nice, obsolete }

        let need: Need
        let key: String

        var testDescription: String { "\(need) \(key)" }

        static let all: [Self] = {
            let text = (try? Repository.text("Tests/ConfigurationTests/Fixtures/coturn-options.txt")) ?? ""
            return text.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                guard words.count == 2, let need = Need(rawValue: String(words[0])) else { return nil }
                return Self(need: need, key: String(words[1]))
            }
        }()
    }

    /// What people need and does not act here; each says what is lost.
    static let lost: Set = [
        "server-name", "no-auth", "max-allocate-timeout", "log-file", "syslog", "syslog-facility",
        "new-log-timestamp-format", "log-binding", "prometheus", "prometheus-port", "prometheus-path",
        "prometheus-address", "prometheus-username-labels", "tcp-proxy-port", "drain-min-allocations", "dtls", "cli",
        "cli-ip", "cli-port", "cli-password",
    ]

    @Test("uses no option that is unknown here, and each has its class", arguments: Option.all)
    func known(option: Option) throws {
        let setting = try #require(Setting.byKey[option.key])
        switch setting.standing {
        case .supported: #expect(!setting.sentence.isEmpty)
        case .always(let reason): #expect(!reason.isEmpty)
        case .planned(let text), .dropped(let text), .refused(let text):
            #expect(text.count > 10)
            if option.need == .must { #expect(Self.lost.contains(option.key)) }
        }
    }

    @Test(
        "with an obsolete option starts, with one warning at the most",
        arguments: Option.all.filter { $0.need == .obsolete && $0.key != "server-relay" })
    func obsolete(option: Option) {
        let isFlag = Setting.byKey[option.key]?.isFlag == true
        let verdict = verdict("user=ana:secret", isFlag ? option.key : "\(option.key)=1")
        #expect(verdict.settings != nil)
        #expect(verdict.problems.count <= 1)
    }

    @Test("is looked at whole: every option of coturn from 4.6.1 to 4.17")
    func complete() {
        #expect(Option.all.count(where: { $0.need == .must }) == 84)
        #expect(Option.all.count(where: { $0.need == .nice }) == 45)
        #expect(Option.all.count(where: { $0.need == .obsolete }) == 23)
    }
}
