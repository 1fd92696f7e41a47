// SPDX-License-Identifier: Apache-2.0
import HTTP
import Testing
import Wire

@testable import WebSocket

@Suite("The handshake")
struct HandshakeTests {
    static let good = [
        "Upgrade: websocket", "Connection: keep-alive, Upgrade", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]

    static func answer(
        _ lines: [String], method: String = "GET", host: String = "good:8080", policy: OriginPolicy = OriginPolicy()
    ) -> Response? {
        var connection = HTTP.Connection(now: Moment(instant: Instant(nanoseconds: 0), time: UnixTime(seconds: 0)))
        let text = (["\(method) /ws HTTP/1.1", "Host: \(host)"] + lines).joined(separator: "\r\n") + "\r\n\r\n"
        connection.handle(
            received: Array(text.utf8).span, now: Moment(instant: Instant(nanoseconds: 0), time: UnixTime(seconds: 0)))
        guard case .request(let request)? = connection.nextOutput() else { return nil }
        return Handshake.answer(to: request, allowing: policy)
    }

    @Test("is answered as in RFC 6455 §1.3, and nothing that was offered is taken up")
    func accepted() {
        let response = Self.answer(
            Self.good + ["Sec-WebSocket-Extensions: permessage-deflate", "Sec-WebSocket-Protocol: chat"])
        #expect(response?.status == .switchingProtocols)
        #expect(response?[.acceptWebSocket] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(response?.fields.count == 3)
    }

    @Test("is of ASCII: the KELVIN SIGN is no k, whatever case is looked at")
    func kelvin() {
        let lines = Self.good.filter { !$0.hasPrefix("Upgrade") } + ["Upgrade: websoc\u{212A}et"]
        #expect(Self.answer(lines)?.status == .badRequest)
        #expect(
            Self.answer(Self.good.map { $0.replacing("websocket", with: "WebSocKet") })?.status == .switchingProtocols)
        let policy = OriginPolicy(allowed: ["https://kiosk.example"])
        #expect(Self.answer(Self.good + ["Origin: https://\u{212A}iosk.example"], policy: policy)?.status == .forbidden)
    }

    @Test("of another version is told which one is spoken", arguments: ["8", "14", "13, 8", ""])
    func version(version: String) {
        let response = Self.answer(Self.good.filter { !$0.contains("Version") } + ["Sec-WebSocket-Version: \(version)"])
        #expect(response?.status == .upgradeRequired)
        #expect(response?[.webSocketVersion] == "13")
    }

    @Test("without one of its parts is refused", arguments: [0, 1, 3])
    func parts(missing: Int) {
        var lines = Self.good
        lines.remove(at: missing)
        #expect(Self.answer(lines)?.status == .badRequest)
        #expect(Self.answer(Self.good, method: "POST")?.status == .badRequest)
    }

    @Test(
        "with a key that is not 16 bytes is refused",
        arguments: ["", "dGhlIHNhbXBsZQ==", "dGhlIHNhbXBsZSBub25jZQ", "x"])
    func key(key: String) {
        #expect(Self.answer(Self.good.dropLast() + ["Sec-WebSocket-Key: \(key)"])?.status == .badRequest)
    }

    @Test(
        "from a foreign page is refused",
        arguments: [
            "https://evil", "null", "", "https://good.evil", "https://good", "https://good:8081", "good:8080",
            "ftp://good:8080",
            "https://good:8080/", "https://good:8080.evil", "https://ally.example.evil", "http://ally.example",
            "https://evil, https://ally.example",
        ])
    func foreign(origin: String) {
        let policy = OriginPolicy(allowed: ["https://ally.example"])
        #expect(Self.answer(Self.good + ["Origin: \(origin)"], policy: policy)?.status == .forbidden)
    }

    @Test(
        "from this site, an allowed one or no page is taken",
        arguments: ["Origin: http://good:8080", "Origin: https://Good:8080", "Origin: https://ally.example", "X: y"])
    func own(line: String) {
        let policy = OriginPolicy(allowed: ["https://Ally.example"])
        #expect(Self.answer(Self.good + [line], policy: policy)?.status == .switchingProtocols)
    }

    @Test("with two origins is refused")
    func twoOrigins() {
        #expect(Self.answer(Self.good + ["Origin: http://good:8080", "Origin: https://evil"])?.status == .forbidden)
    }
}
