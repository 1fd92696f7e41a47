// SPDX-License-Identifier: Apache-2.0
import Configuration
import TLS
import Testing
import Wire

@testable import Server

@Suite("STUN and TURN over TLS")
struct SecureRelayTests {
    let server: TestService
    let relay: Endpoint
    let authority: String

    /// A Binding request without attributes.
    static let binding: [UInt8] = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + [UInt8](1...12)

    init() throws {
        server = try TestService { $0.webTLSPort = 0 }
        relay = try #require(server.service.relayStreamEndpoints.first)
        authority = server.directory + "/tls/authority.pem"
    }

    /// What the server answers to a Binding request over TLS.
    private func answer(at endpoint: Endpoint, protocols: [String]) throws -> [UInt8] {
        let client = try SecureClient(endpoint, trusting: authority, protocols: protocols)
        #expect(client.negotiatedProtocol == protocols.first)
        client.send(Self.binding)
        return try client.read { $0.count >= 32 }
    }

    @Test(
        "share the port with TCP, with the names of RFC 7443 or none",
        arguments: [["stun.turn"], ["stun.nat-discovery"], []])
    func binding(protocols: [String]) throws {
        let answer = try answer(at: relay, protocols: protocols)
        #expect(answer.prefix(4).elementsEqual([1, 1, 0, 12]))
        #expect(answer[8..<20].elementsEqual(1...12))
        let plain = try RawClient(relay)
        plain.send(Self.binding)
        #expect(try plain.read(32).prefix(2).elementsEqual([1, 1]))
    }

    @Test("share the port of HTTPS too", arguments: [["stun.turn"], ["stun.nat-discovery"], []])
    func webPort(protocols: [String]) throws {
        let web = try #require(server.service.secureWebEndpoints.first)
        let client = try SecureClient(web, trusting: authority, protocols: protocols)
        client.send(Self.binding + Self.binding)
        let answers = try client.read { $0.count >= 64 }
        #expect(answers.count == 64)
        #expect(answers.prefix(4).elementsEqual([1, 1, 0, 12]))
        client.send(Self.binding)
        #expect(try client.read { $0.count >= 96 }.count == 96)
    }

    @Test("are not had by who asks for HTTP, by name or by what it says")
    func others() throws {
        #expect(throws: Failure.alert(120)) { try SecureClient(relay, trusting: authority, protocols: ["http/1.1"]) }
        let client = try SecureClient(relay, trusting: authority)
        client.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
        #expect(try client.read { !$0.isEmpty }.isEmpty)
        let plain = try RawClient(relay)
        plain.send("GET / HTTP/1.1\r\n\r\n")
        #expect(try plain.readToEnd().isEmpty)
    }

    @Test("are served without TLS where no-tls says so")
    func switchedOff() throws {
        let server = try TestService { settings in
            settings.webTLSPort = 0
            settings.servesTLS = false
        }
        let endpoint = try #require(server.service.relayStreamEndpoints.first)
        #expect(throws: (any Error).self) {
            try SecureClient(endpoint, trusting: server.directory + "/tls/authority.pem")
        }
        let plain = try RawClient(endpoint)
        plain.send(Self.binding)
        #expect(try plain.read(32).prefix(2).elementsEqual([1, 1]))
    }
}
