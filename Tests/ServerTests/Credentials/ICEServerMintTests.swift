// SPDX-License-Identifier: Apache-2.0
import Configuration
import Server
import Signaling
import Testing
import Wire

@Suite("Credentials for browsers")
struct ICEServerMintTests {
    static let now = UnixTime(seconds: 1_780_000_000)

    /// The password was made with `openssl dgst -sha1 -hmac north -binary | base64`.
    @Test("a TURN REST credential is what any other implementation makes of the same secret")
    func credential() {
        let credential = RESTCredential(name: "ana", expiry: Self.now, secret: [UInt8]("north".utf8))
        #expect(credential.username == "1780000000:ana")
        #expect(credential.password == "7ipWWv7gwmyUAynTSjLhFqBfwn0=")
    }

    @Test(
        "the URLs name the host as a browser reads it",
        arguments: [
            ("call.example.org", "call.example.org"), ("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "[2001:db8::1]"),
            ("[2001:db8::1]", "[2001:db8::1]"),
        ])
    func urls(host: String, written: String) {
        var settings = Settings()
        settings.listeningPort = 3480
        let mint = ICEServerMint(settings, secret: [UInt8]("north".utf8), lifetime: .seconds(600))
        let servers = mint.servers(for: "ana", at: host, now: Self.now)
        #expect(
            servers.servers.flatMap(\.urls) == [
                "stun:\(written):3480", "turn:\(written):3480?transport=udp", "turn:\(written):3480?transport=tcp",
            ])
        #expect(servers.servers.map(\.username) == [nil, "1780000600:ana"])
        #expect(servers.expiresAt == UnixTime(seconds: 1_780_000_600))
    }

    @Test("a relay on another host is offered as it is written, with credentials that it knows")
    func elsewhere() throws {
        let file = Input.File(
            path: "sterna.conf",
            text: """
                web-port=80
                static-auth-secret=0123456789abcdef0123456789abcdef
                turn-url=turn:turn.example.org:3478?transport=udp
                turn-url=turns:turn.example.org:443?transport=tcp
                """)
        let settings = try #require(Input(file: file).verdict().settings)
        let mint = ICEServerMint(settings, secret: [UInt8]("north".utf8), lifetime: .seconds(600))
        let servers = mint.servers(for: "ana", at: "call.example.org", now: Self.now).servers
        #expect(
            servers.map(\.urls) == [
                ["stun:turn.example.org:3478"],
                ["turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:443?transport=tcp"],
            ])
    }

    @Test("TLS is offered with the operator's certificate, at the port of HTTPS where there is one")
    func secure() {
        var settings = Settings()
        settings.servesTCP = false
        func urls() -> [String] {
            ICEServerMint(settings, secret: [1], lifetime: .seconds(600))
                .servers(for: "ana", at: "call.example.org", now: Self.now).servers.last?.urls ?? []
        }
        settings.webTLSPort = 443
        #expect(urls() == ["turn:call.example.org:3478?transport=udp"])
        settings.certificate = "/etc/ssl/call.pem"
        #expect(urls().last == "turns:call.example.org:443?transport=tcp")
        settings.webTLSPort = nil
        #expect(urls().last == "turns:call.example.org:5349?transport=tcp")
        settings.servesTLS = false
        #expect(urls() == ["turn:call.example.org:3478?transport=udp"])
    }

    @Test("where nobody may relay, nobody is offered a relay")
    func stunOnly() {
        var settings = Settings()
        settings.stunOnly = true
        let mint = ICEServerMint(settings, secret: [1], lifetime: .seconds(600))
        let servers = mint.servers(for: "ana", at: "call.example.org", now: Self.now).servers
        #expect(servers == [ICEServers.Server(urls: ["stun:call.example.org:3478"])])
    }

    @Test("who gets no credentials still gets STUN, and nothing of a third party")
    func withoutRelay() {
        let mint = ICEServerMint(Settings(), secret: [1], lifetime: .seconds(600))
        let servers = mint.withoutRelay(at: "call.example.org", now: Self.now).servers
        #expect(servers == [ICEServers.Server(urls: ["stun:call.example.org:3478"])])
    }
}
