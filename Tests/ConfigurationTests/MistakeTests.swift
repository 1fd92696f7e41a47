// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite("A mistake in the configuration")
struct MistakeTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        let line: String
        let message: String

        var testDescription: String { line }
    }

    static let grave =
        "It would say who may log in or which peers may be reached, so nothing is served until the line is corrected or removed"

    static let mistakes = [
        Mistake(
            line: "Realm=example.org",
            message: "unknown setting “Realm”; did you mean “realm”? " + grave),
        Mistake(
            line: "allowed-peer=192.0.2.1",
            message: "unknown setting “allowed-peer”; did you mean “allowed-peer-ip”? " + grave),
        Mistake(
            line: "auth-secret=0123456789abcdef",
            message: "unknown setting “auth-secret”; did you mean “use-auth-secret”? " + grave),
        Mistake(
            line: "--user=ana:secret",
            message: "unknown setting “--user”; did you mean “user”? " + grave),
        Mistake(
            line: "denied-peer-ip=",
            message:
                "denied-peer-ip has no value, so that what it should deny would be open; write an address A, a range A-B with A not above B, or a network A/prefix, or remove the line"
        ),
        Mistake(
            line: "max-port=70000",
            message: "max-port: “70000” is not right; right would be a number from 1 to 65535"),
        Mistake(
            line: "channel=general",
            message:
                "channel: “general” is not right; right would be text:NAME or voice:NAME, with a name of 1 to 64 characters"
        ),
        Mistake(
            line: "channel=video:x",
            message:
                "channel: “video:x” is not right; right would be text:NAME or voice:NAME, with a name of 1 to 64 characters"
        ),
        Mistake(
            line: "denied-peer-ip=10.0.0.9-10.0.0.1",
            message:
                "denied-peer-ip: “10.0.0.9-10.0.0.1” is not right; right would be an address A, a range A-B with A not above B, or a network A/prefix"
        ),
        Mistake(
            line: "external-ip=192.0.2.1/fd00::1",
            message:
                "external-ip: “192.0.2.1/fd00::1” is not right; right would be PUBLIC or PUBLIC/PRIVATE, two addresses of one family or a DNS name first; or auto"
        ),
        Mistake(
            line: "user=ana",
            message:
                "user: the value is not right; right would be name:password, or name:0x and the 32 or 64 hexadecimal digits of a key"
        ),
        Mistake(
            line: "user=ana:0x00112233445566778899aabbccddeeff",
            message: "the key of user “ana” was made with a realm; add realm= with the same one"),
        Mistake(
            line: "room-creation=key",
            message: "room-creation=key needs a key; add room-key= and what “openssl rand -hex 16” prints"),
        Mistake(
            line: "public-url=call.example.org",
            message:
                "public-url: “call.example.org” is not right; right would be https:// or http://, a host and perhaps a port, and nothing behind them"
        ),
        Mistake(
            line: "no-auth",
            message:
                "no-auth is refused: the relay is never open to everybody; remove it, and add user= or static-auth-secret="
        ),
    ]

    @Test("is told with its line and with what would be right", arguments: mistakes)
    func explained(_ mistake: Mistake) {
        let verdict = verdict("web-port=80", mistake.line)
        #expect(verdict.settings == nil)
        #expect(verdict.messages == ["sterna.conf:2: " + mistake.message])
    }

    @Test("does not hide the next one")
    func allAtOnce() {
        let verdict = verdict("realmm=1", "max-port=0", "web-port=x", "user=x")
        #expect(
            verdict.errors.map(\.origin).map(\.description) == (1...4).map { "sterna.conf:\($0)" })
    }

    @Test(
        "is seen across settings",
        arguments: [
            (
                ["min-port=60000", "max-port=50000"],
                "sterna.conf:2: min-port=60000 is above max-port=50000; right would be the lower number first"
            ),
            (["web-port=3478"], "sterna.conf:2: web-port=3478 is the port of STUN and TURN; give it one of its own"),
            (
                ["external-ip=192.0.2.1", "external-ip=192.0.2.2"],
                "sterna.conf:3: two public addresses of one family; write each as external-ip=PUBLIC/PRIVATE"
            ),
            (
                ["relay-ip=0.0.0.0"],
                "sterna.conf:2: warning: relay-ip=0.0.0.0 is no address that peers can reach and counts as not written: relayed addresses are opened on the one that the client reached; name an address of this host, or remove the line"
            ),
            (
                ["no-udp", "no-tcp"],
                "sterna.conf:2: nothing is left to listen at; remove no-udp or no-tcp, or add web-port=80"
            ),
            (
                ["no-udp", "no-tcp", "no-tls", "no-dtls", "cert=/etc/tls/cert.pem"],
                "sterna.conf:2: nothing is left to listen at; remove no-udp or no-tcp, or add web-port=80"
            ),
            (
                ["no-udp-relay", "no-tcp-relay"],
                "sterna.conf:2: warning: nothing is relayed, neither over UDP nor over TCP; remove no-udp-relay, or write stun-only if that is meant"
            ),
            (
                ["denied-peer-ip=10.0.0.0/8", "allowed-peer-ip=0.0.0.0/0"],
                "sterna.conf:3: warning: allowed-peer-ip=0.0.0.0-255.255.255.255 lets clients reach what listens on this host's loopback and the metadata of the cloud (169.254.169.254), which coturn leaves closed; name the networks that are meant"
            ),
            (
                ["alt-tls-listening-port=443", "web-tls-port=443"],
                "sterna.conf:2: alt-tls-listening-port=443 is the web-tls-port, which takes TURN over TLS too; remove the line"
            ),
        ])
    func contradictions(lines: [String], message: String) {
        let text = (["user=ana:secret"] + lines).joined(separator: "\n")
        let verdict = Input(file: .init(path: "sterna.conf", text: text)).verdict()
        #expect(verdict.messages == [message])
    }

    @Test("a configuration that nobody could log in with serves STUN and says what to add")
    func nobody() {
        let verdict = verdict("realm=example.org")
        #expect(verdict.settings != nil)
        #expect(
            verdict.messages == [
                "sterna.conf: warning: only STUN is answered, because nobody could log in to the relay; add user=name:password, or static-auth-secret= and what “openssl rand -hex 32” prints, or web-port=80 for calls in the browser"
            ])
    }

    @Test("no message repeats a secret")
    func secrets() {
        let verdict = verdict(
            "user=ana:hunter2", "user=hunter2", "static-auth-secret=hunter2", "room-key=hunter2", "user=ana:hunter2",
            "static-auth-secret=hunter2 # hunter2", "pkey-pwd=hunter2", "cli-password=hunter2", "web-port=80")
        #expect(!verdict.problems.isEmpty)
        #expect(!verdict.messages.contains { $0.contains("hunter2") })
    }
}
