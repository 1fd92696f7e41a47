// SPDX-License-Identifier: Apache-2.0
import Configuration
import Glibc
import TLS
import Testing
import Wire

@testable import Server

@Suite("HTTPS")
struct SecureTests {
    let server: TestService
    let secure: Endpoint
    let authority: String

    init() throws {
        server = try TestService {
            $0.webTLSPort = 0
            $0.allowedOrigins = ["https://call.example.org"]
        }
        secure = try #require(server.service.secureWebEndpoints.first)
        authority = server.directory + "/tls/authority.pem"
    }

    private func request(_ lines: [String], protocols: [String] = ["http/1.1"]) throws -> Answer {
        let client = try SecureClient(secure, trusting: authority, protocols: protocols)
        client.send(Array((lines + ["Connection: close", "", ""]).joined(separator: "\r\n").utf8))
        return try Answer(String(decoding: try client.read { _ in false }, as: UTF8.self))
    }

    @Test(
        "serves the page with a certificate of the server's own authority",
        arguments: [["http/1.1"], ["h2", "http/1.1"], []])
    func page(protocols: [String]) throws {
        let answer = try request(["GET / HTTP/1.1", "Host: localhost"], protocols: protocols)
        #expect(answer.status == 200)
        #expect(answer.fields["content-type"] == "text/html; charset=utf-8")
        #expect(answer.fields["strict-transport-security"] == nil)
    }

    @Test("makes links and WebSockets that stay with it")
    func links() throws {
        let answer = try request(["POST /api/rooms HTTP/1.1", "Host: call.example.org", "Content-Length: 0"])
        #expect(answer.json?["url"]?.string?.hasPrefix("https://call.example.org/r/") == true)
        let token = try #require(answer.json?["token"]?.string)
        let client = try SecureClient(secure, trusting: authority)
        client.send(
            Array(
                """
                GET /ws/rooms/\(token) HTTP/1.1\r\nHost: call.example.org\r\nOrigin: https://call.example.org\r\n\
                Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
                """.utf8))
        let mark = Array("\r\n\r\n".utf8)
        let bytes = try client.read { $0.suffix(4).elementsEqual(mark) }
        #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("HTTP/1.1 101 "))
    }

    @Test("refuses a client that wants another protocol, by name or by its first byte")
    func others() throws {
        #expect(throws: Failure.alert(120)) {
            try SecureClient(secure, trusting: authority, protocols: ["h2"])
        }
        let client = try SecureClient(secure, trusting: authority)
        client.send(Array("ftp".utf8))
        #expect(try client.read { !$0.isEmpty }.isEmpty)
    }

    @Test("has nothing to say to who speaks plain HTTP to its port")
    func plain() throws {
        let client = try RawClient(secure)
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(!(try client.readToEnd()).contains("HTTP/1.1"))
    }

    @Test(
        "takes over from HTTP, but for this machine, probes and proxies",
        arguments: [
            ("/r/abc?name=Ana", "call.example.org:8080", "https://call.example.org:PORT/r/abc?name=Ana"),
            ("/", "192.0.2.7", "https://192.0.2.7:PORT/"),
            ("/api/webrtc-config", "[2001:db8::1]:80", "https://[2001:db8::1]:PORT/api/webrtc-config"),
            ("/", "localhost:8080", nil), ("/", "127.0.0.1", nil), ("/", "[::1]:8080", nil),
            ("/healthz", "call.example.org", nil),
        ] as [(String, String, String?)])
    func redirection(path: String, host: String, location: String?) throws {
        let answer = try server.request("GET", path, headers: ["Host: \(host)"])
        #expect(answer.status == (location == nil ? 200 : 308))
        #expect(answer.fields["location"] == location?.replacing("PORT", with: "\(secure.port)"))
    }

    @Test("is promised where the certificate is the operator's and the port 443")
    func promise() {
        var transport = SiteTransport(Settings(), promises: true)
        transport.securePort = 443
        #expect(transport.promise(to: "call.example.org") == "max-age=31536000")
        for host in ["localhost", "192.0.2.7", "[2001:db8::1]:443"] { #expect(transport.promise(to: host) == nil) }
        transport.securePort = 8443
        #expect(transport.promise(to: "call.example.org") == nil)
        var own = SiteTransport(Settings(), promises: false)
        own.securePort = 443
        #expect(own.promise(to: "call.example.org") == nil)
    }

    @Test("shows a renewed certificate to new clients, and keeps the old one when the new one is damaged")
    func renewal() throws {
        let first = try SecureClient(secure, trusting: authority)
        let (certificate, key) = (server.directory + "/tls/cert.pem", server.directory + "/tls/key.pem")
        let operated = try TestService { settings in
            settings.webTLSPort = 0
            settings.certificate = certificate
            settings.privateKey = key
        }
        let endpoint = try #require(operated.service.secureWebEndpoints.first)
        let before = try SecureClient(endpoint, trusting: authority)
        #expect(before.certificate == first.certificate)
        #expect(unsafe unlink(certificate) == 0)
        operated.service.refreshCertificate()
        let still = try SecureClient(endpoint, trusting: authority)
        #expect(still.certificate == before.certificate)
        // The first server's authority puts a new one there.
        server.service.refreshCertificate()
        operated.service.refreshCertificate()
        var after = try SecureClient(endpoint, trusting: authority).certificate
        for _ in 0..<50 where after == before.certificate {
            usleep(20_000)
            after = try SecureClient(endpoint, trusting: authority).certificate
        }
        #expect(after != before.certificate)
    }

    @Test("does not start without the files that cert and pkey name")
    func missing() {
        let failure = #expect(throws: ServiceFailure.self) {
            try TestService {
                $0.webTLSPort = 0
                $0.certificate = "/nowhere/cert.pem"
            }
        }
        #expect(failure?.description.contains("cannot read “/nowhere/cert.pem”") == true)
    }
}
