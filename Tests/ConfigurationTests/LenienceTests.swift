// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Testing
import Wire

/// Lines that coturn starts with although something is not right about them.
@Suite("A line of a coturn file that is not quite right")
struct LenienceTests {
    static let text: [(line: String, value: String)] = [
        ("external-ip=203.0.113.10 # the public one", "external-ip=203.0.113.10"),
        ("external-ip=203.0.113.10#public", "external-ip=203.0.113.10"),
        ("listening-port=3478;", "listening-port=3478"),
        ("listening-port=3478; # plain", "listening-port=3478"),
        ("listening-port=3478,80", "listening-port=3478"),
        ("listening-port=3478 443", "listening-port=3478"),
        ("min-port=49152-65535", "min-port=49152"),
        ("user-quota=12 # each", "user-quota=12"),
        ("total-quota=100x", "total-quota=100"),
        ("stale-nonce=600sec", "stale-nonce=600"),
        ("listening-ip=10.0.0.5;", "listening-ip=10.0.0.5"),
        ("denied-peer-ip=10.0.0.0-10.255.255.255 # inside", "denied-peer-ip=10.0.0.0-10.255.255.255"),
        ("fingerprint # always", "fingerprint=yes"),
        ("fingerprint=yes;", "fingerprint=yes"),
        ("mobility=True, please", "mobility=yes"),
        ("no-tcp=nope", "no-tcp=no"),
        ("cert=/etc/tls/cert.pem # chain", "cert=/etc/tls/cert.pem"),
        ("cert=/etc/tls/cert.pem;", "cert=/etc/tls/cert.pem"),
        ("denied-peer-ip=10.0.0.0–10.255.255.255", "denied-peer-ip=10.0.0.0-10.255.255.255"),
        ("allowed-peer-ip=10.0.0.0 — 10.0.0.9", "allowed-peer-ip=10.0.0.0-10.0.0.9"),
        ("denied-peer-ip=10.0.0.0 - 10.255.255.255", "denied-peer-ip=10.0.0.0-10.255.255.255"),
        ("listening-ip=10.0.0.5/24", "listening-ip=10.0.0.5"),
        ("relay-ip=2001:db8::5/64", "relay-ip=2001:db8::5"),
        ("listening-ip=10.0.0.5:3478", "listening-ip=10.0.0.5"),
        ("relay-ip=[2001:db8::5]:3478", "relay-ip=2001:db8::5"),
        ("external-ip=203.0.113.10:3478", "external-ip=203.0.113.10"),
        ("external-ip=203.0.113.10/24", "external-ip=203.0.113.10"),
    ]

    @Test("is read as it was meant, and told", arguments: text)
    func mended(line: String, value: String) throws {
        let verdict = verdict("user=ana:secret", line)
        let settings = try #require(verdict.settings)
        let key = try #require(value.split(separator: "=").first.map(String.init))
        let setting = try #require(Setting.byKey[key])
        #expect(setting.values(in: settings).map { "\(key)=\($0)" } == [value])
        #expect(verdict.messages.count == 1)
        #expect(verdict.messages.first?.hasPrefix("sterna.conf:2: warning: \(key): “") == true)
    }

    @Test("of two ports says where the second one can be written")
    func secondPort() {
        #expect(
            verdict("user=ana:secret", "tls-listening-port=5349,443").messages == [
                "sterna.conf:2: warning: tls-listening-port: “5349,443” is read as “5349”; only the digits in front count, as in coturn; another port is written as alt-tls-listening-port=443"
            ])
        #expect(
            verdict("user=ana:secret", "listening-port=3478", "listening-port=80").messages == [
                "sterna.conf:3: warning: listening-port was set before (sterna.conf:2); the last one counts; another port is written as alt-listening-port="
            ])
    }

    @Test(
        "without a value counts as not written, and says so",
        arguments: [
            "external-ip=", "realm=", "min-port", "listening-port=", "static-auth-secret=", "user=", "cert=\"\"",
            "max-bps=", "allowed-peer-ip=", "alternate-server=", "relay-threads=", "userdb=",
        ])
    func empty(line: String) throws {
        let verdict = verdict("user=ana:secret", line)
        #expect(verdict.settings != nil)
        #expect(verdict.messages.count == 1)
        #expect(verdict.messages.first?.contains(" has no value and counts as not written; write ") == true)
        var settings = try #require(verdict.settings)
        settings.users = []
        #expect(settings == Settings())
    }

    @Test(
        "names no database where a template has left it empty",
        arguments: ["psql-userdb=", "mysql-userdb=\"\"", "log-file="])
    func emptyForeign(line: String) {
        let verdict = verdict("user=ana:secret", line)
        #expect(verdict.settings != nil)
        #expect(verdict.messages.isEmpty)
    }

    @Test(
        "that holds several values is told to be several lines",
        arguments: [
            "listening-ip=10.0.0.5,10.0.0.6", "relay-ip=10.0.0.5 10.0.0.6", "external-ip=203.0.113.10, 203.0.113.11",
            "denied-peer-ip=10.0.0.0/8; 192.168.0.0/16",
        ])
    func several(line: String) {
        let verdict = verdict("user=ana:secret", line)
        #expect(verdict.settings == nil)
        #expect(verdict.messages.count == 1)
        #expect(verdict.messages.first?.hasSuffix("; several of them want a line each") == true)
    }

    @Test("with a variable that nothing fills in is told so, where it is a mistake and where it is taken as it stands")
    func variables() {
        for line in [
            "external-ip=$EXTERNAL_IP", "relay-ip=${IP}", "external-ip=$(curl -s ifconfig.me)", "min-port=$MIN",
        ] {
            let verdict = verdict("user=ana:secret", line)
            #expect(verdict.settings == nil)
            #expect(
                verdict.messages.first?.hasSuffix(
                    "; nothing here fills in what begins with “$”: write the value itself")
                    == true)
        }
        for line in [
            "static-auth-secret=${TURN_SECRET_OF_OURS}", "realm=$DOMAIN", "static-auth-secret=$(openssl rand -hex 32)",
        ] {
            let told = verdict(line).messages.filter { $0.contains("fills in what begins with “$”") }
            #expect(told.count == 1)
            #expect(told.first?.contains("template") == line.hasPrefix("static"))
        }
        #expect(verdict("user=ana:pa$$word$", "realm=a$b").messages.isEmpty)
    }

    @Test("in typographic quotes is read without them", arguments: ["“", "”", "„", "‘", "«"])
    func quotes(quote: String) throws {
        let verdict = verdict("user=ana:secret", "realm=\(quote)example.org”")
        #expect(verdict.settings?.realm == "example.org")
        #expect(
            verdict.messages == [
                "sterna.conf:2: warning: realm: the quotes \(quote)” around the value are left out; write straight ones, or none"
            ])
    }

    @Test(
        "with a key that nobody knows is passed over, as in coturn, with what was meant",
        arguments: [
            ("udp-port-range=10000-20000", "write min-port= and max-port="),
            ("relay-ipv6=2001:db8::1", "write relay-ip="), ("listen-ip=127.0.0.1", "write listening-ip="),
            ("prometheus-ip=10.0.0.5", "write prometheus-address="),
            ("lisening-port=1", "did you mean “listening-port”?"),
            ("zrest", "remove it (sterna config --default lists those that exist)"),
            ("no-anonymous", "remove it (sterna config --default lists those that exist)"),
            ("no-stale-nonce-check", "remove it (sterna config --default lists those that exist)"),
            ("include=/etc/other.conf", "write the lines of that file into this one"),
        ])
    func unknown(line: String, advice: String) {
        let verdict = verdict("user=ana:secret", line)
        #expect(verdict.settings != nil)
        #expect(verdict.messages.count == 1)
        #expect(verdict.messages.first?.hasSuffix("does nothing, in coturn either; \(advice)") == true)
    }

    @Test("with dashes before its key does nothing, and says how it is written", arguments: ["-v", "--verbose", "-o"])
    func dashes(line: String) {
        let verdict = verdict("user=ana:secret", line)
        #expect(verdict.settings != nil)
        #expect(
            verdict.messages.first?.contains(
                "does nothing, in coturn either: in a file keys have no dashes before them")
                == true)
    }

    @Test(
        "that nearly says who may log in or which peers may be reached keeps everything closed",
        arguments: [
            "allowed-peer=192.0.2.1", "denied-peers=10.0.0.0/8", "denied_peer_ip=10.0.0.0/8", "deny-peer-ip=10.0.0.1",
            "static-auth-secert=0123456789abcdef", "Static-Auth-Secret=0123456789abcdef", "users=ana:secret",
            "lt-cred-mechanism", "noauth", "use-auth-secrets", "no-multicast-peer", "--no-auth",
            "-u ana:secret", "denied-peer-ip-v6=fc00::/7",
        ])
    func grave(line: String) {
        let verdict = verdict("user=ana:secret", line)
        #expect(verdict.settings == nil)
        #expect(verdict.errors.count == 1)
        #expect(verdict.messages.first?.contains("did you mean “") == true)
    }

    @Test("in a file that is coturn's opens no page", arguments: ["turnserver.conf", "/etc/coturn/turnserver.conf"])
    func web(path: String) {
        let verdict = Input(file: .init(path: path, text: "user=ana:secret\nweb-port=8080")).verdict()
        #expect(verdict.settings?.servesWeb == false)
        #expect(verdict.warnings.count == 1)
    }

    @Test("beside keys that only coturn has, and none of ours, makes a file coturn's, whatever it is called but ours")
    func names() {
        let text = "user=ana:secret\nlt-cred-mech\nweb-port=8080"
        #expect(Input(file: .init(path: "/etc/relay.conf", text: text)).verdict().settings?.webPort == nil)
        #expect(Input(file: .init(path: "/etc/sterna/sterna.conf", text: text)).verdict().settings?.webPort == 8080)
        #expect(
            Input(file: .init(path: "/etc/relay.conf", text: text + "\ndata-dir=/srv")).verdict().settings?.webPort
                == 8080)
        #expect(
            Input(file: .init(path: "turnserver.conf", text: text), arguments: ["--web-port=80"]).verdict().settings?
                .webPort == 80)
    }

    @Test("flags of one letter are read as turnserver reads them")
    func shortFlags() {
        #expect(
            ShortFlags.spelledOut(["-n", "-va", "-p", "3479", "-uana:secret", "--realm=x", "-o", "-L", "::"]) == [
                "--no-config", "--verbose", "--lt-cred-mech", "--listening-port=3479", "--user=ana:secret", "--realm=x",
                "--daemon", "--listening-ip=::",
            ])
        #expect(ShortFlags.spelledOut(["-", "-?", "file"]) == ["-", "-?", "file"])
    }

    @Test(
        "behind another comment's sign is none, whatever it names",
        arguments: [";user=eva:x", "//realm=y", "; no-auth"])
    func otherComments(line: String) {
        let verdict = verdict("user=ana:secret", line)
        #expect(verdict.settings?.users.map(\.name) == ["ana"])
        #expect(
            verdict.messages == [
                "sterna.conf:2: warning: a comment begins with #; the line does nothing, in coturn either"
            ])
    }

    @Test("that switches something dangerous off does so with a comment behind it, too")
    func switchedOff() {
        #expect(verdict("user=ana:secret", "no-auth=no # never").problems.isEmpty)
        #expect(verdict("user=ana:secret", "no-auth # never").settings == nil)
    }

    @Test("that names an address beside all of its family serves it once")
    func wildcard() {
        let addresses = { (lines: String) in
            Input(file: .init(path: "sterna.conf", text: lines)).verdict().settings?.listeningAddresses.map(
                \.description)
        }
        let all = "user=ana:secret\nlistening-ip=0.0.0.0\nlistening-ip=10.0.0.5\nlistening-ip=2001:db8::1"
        #expect(addresses(all) == ["0.0.0.0", "2001:db8::1"])
        #expect(addresses(all + "\nrfc5780") == ["0.0.0.0", "10.0.0.5", "2001:db8::1"])
    }

    @Test("names of other servers are looked up, and their addresses kept as they are")
    func alternates() throws {
        let settings = try #require(
            verdict(
                "user=ana:secret", "alternate-server=turn2.example.org:3479", "alternate-server=192.0.2.1",
                "tls-alternate-server=Turn3.example.org/turn.example.org", "udp-alternate-server=[2001:db8::1]:3478"
            ).settings)
        let values = { (key: String) in Setting.byKey[key]?.values(in: settings) }
        #expect(values("alternate-server") == ["turn2.example.org:3479", "192.0.2.1"])
        #expect(values("tls-alternate-server") == ["turn3.example.org/turn.example.org"])
        #expect(values("udp-alternate-server") == ["[2001:db8::1]:3478"])
        #expect(verdict("user=ana:secret", "alternate-server=192.0.2.1:0").settings == nil)
        #expect(verdict("user=ana:secret", "alternate-server=1.2.3").settings == nil)
    }

    @Test("a comment that is not UTF-8 hinders nobody")
    func encoding() throws {
        let folder = FileManager.default.temporaryDirectory
        let path = folder.appending(path: "sterna-\(UUID().uuidString).conf")
        defer { try? FileManager.default.removeItem(at: path) }
        try Data([UInt8]("# ".utf8) + [0xE4, 0x0A] + [UInt8]("user=ana:secret".utf8)).write(to: path)
        #expect(try Input(file: Input.File(reading: path.path)).verdict().settings?.users.count == 1)
        try Data([UInt8]("# x\nrealm=".utf8) + [0xE4]).write(to: path)
        let problem = #expect(throws: Problem.self) { try Input.File(reading: path.path) }
        #expect(problem?.explanation == "line 2 is not UTF-8; save the file in that encoding")
    }
}
