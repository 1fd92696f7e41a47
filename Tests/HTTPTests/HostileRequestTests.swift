// SPDX-License-Identifier: Apache-2.0
import HTTP
import Testing
import Wire

@Suite("A hostile request")
struct HostileRequestTests {
    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        var status = 400

        var testDescription: String { name }
    }

    static let get = "GET / HTTP/1.1\r\nHost: a\r\n"
    static let post = "POST / HTTP/1.1\r\nHost: a\r\n"
    static let chunked = "Transfer-Encoding: chunked\r\n\r\n"

    static let attacks = [
        Attack(
            name: "length and coding", text: post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Attack(
            name: "coding and length", text: post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
        Attack(name: "two lengths", text: post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
        Attack(name: "two equal lengths", text: post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
        Attack(name: "a list of lengths", text: post + "Content-Length: 5, 5\r\n\r\nhello"),
        Attack(name: "a length with a sign", text: post + "Content-Length: +5\r\n\r\nhello"),
        Attack(name: "a negative length", text: post + "Content-Length: -5\r\n\r\nhello"),
        Attack(name: "an empty length", text: post + "Content-Length:\r\n\r\nhello"),
        Attack(name: "a hexadecimal length", text: post + "Content-Length: 0x5\r\n\r\nhello"),
        Attack(
            name: "chunked with a KELVIN SIGN", text: post + "Transfer-Encoding: chun\u{212A}ed\r\n\r\n0\r\n\r\n"),
        Attack(name: "a foreign coding", text: post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        Attack(name: "a coding with a Kelvin sign", text: post + "Transfer-Encoding: chun\u{212A}ed\r\n\r\n0\r\n\r\n"),
        Attack(name: "two codings", text: post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        Attack(
            name: "a repeated coding",
            text: post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Attack(name: "a coding in HTTP/1.0", text: "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Attack(name: "an extension of LF", text: post + chunked + "5;\nhello\r\n0\r\n\r\n"),
        Attack(name: "an extension without a name", text: post + chunked + "5;\r\nhello\r\n0\r\n\r\n"),
        Attack(name: "an extension without a value", text: post + chunked + "5;a=\r\nhello\r\n0\r\n\r\n"),
        Attack(name: "an extension with an open quote", text: post + chunked + "0;a=\"\r\n\r\nGET / HTTP/1.1\r\n"),
        Attack(name: "an extension with NUL", text: post + chunked + "5;a=\"\0\"\r\nhello\r\n0\r\n\r\n"),
        Attack(name: "an extension behind another's value", text: post + chunked + "5;a=\"b\"c\r\nhello\r\n0\r\n\r\n"),
        Attack(name: "a blank behind a size", text: post + chunked + "5 \r\nhello\r\n0\r\n\r\n"),
        Attack(name: "a blank before a size", text: post + chunked + " 5\r\nhello\r\n0\r\n\r\n"),
        Attack(
            name: "extensions without end",
            text: post + chunked + String(repeating: "1;a=\(String(repeating: "b", count: 500))\r\nx\r\n", count: 40),
            status: 431),
        Attack(
            name: "one extension without end", text: post + chunked + "1;a=" + String(repeating: "b", count: 20_000),
            status: 431),
        Attack(
            name: "a trailer without end",
            text: post + chunked + "0\r\n" + String(repeating: "X: y\r\n", count: 200), status: 431),
        Attack(name: "a trailer that is no field", text: post + chunked + "0\r\nGET / HTTP/1.1\r\n\r\n"),
        Attack(name: "a folded trailer", text: post + chunked + "0\r\nX: y\r\n z\r\n\r\n"),
        Attack(name: "a trailer ended by LF", text: post + chunked + "0\r\nX: y\n\r\n"),
        Attack(name: "a trailer with a length", text: post + chunked + "0\r\nContent-Length: 5\r\n\r\n"),
        Attack(name: "a trailer with a coding", text: post + chunked + "0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        Attack(name: "a trailer with a host", text: post + chunked + "0\r\nHost: b\r\n\r\n"),
        Attack(name: "a chunk without a size", text: post + "Transfer-Encoding: chunked\r\n\r\n\r\nhello"),
        Attack(name: "a chunk of 2^32", text: post + "Transfer-Encoding: chunked\r\n\r\n100000000\r\n", status: 413),
        Attack(
            name: "a chunk that is longer than it says",
            text: post + "Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n"),
        Attack(name: "a chunk ended by LF", text: post + "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n"),
        Attack(name: "a bare LF", text: "GET / HTTP/1.1\nHost: a\n\n"),
        Attack(name: "a bare LF behind a field", text: get + "X: y\nZ: w\r\n\r\n"),
        Attack(name: "a bare CR", text: get + "X: y\rZ: w\r\n\r\n"),
        Attack(name: "a folded line", text: get + "X: y\r\n z\r\n\r\n"),
        Attack(name: "a folded first line", text: "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        Attack(name: "NUL in a value", text: get + "X: y\0z\r\n\r\n"),
        Attack(name: "NUL in the target", text: "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack(name: "a control in a value", text: get + "X: \u{1}\r\n\r\n"),
        Attack(name: "a blank before the colon", text: get + "X : y\r\n\r\n"),
        Attack(name: "an empty name", text: get + ": y\r\n\r\n"),
        Attack(name: "a line without a colon", text: get + "X\r\n\r\n"),
        Attack(name: "no host", text: "GET / HTTP/1.1\r\n\r\n"),
        Attack(name: "an empty host", text: "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        Attack(name: "two hosts", text: get + "Host: a\r\n\r\n"),
        Attack(name: "a host with a path", text: "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        Attack(name: "a host with a user", text: "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
        Attack(name: "a host with a port too far", text: "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"),
        Attack(name: "three spaces", text: "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack(name: "a tab for a space", text: "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack(name: "a space in the target", text: "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack(name: "a fragment", text: "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack(name: "bytes beyond ASCII in the target", text: "GET /ö HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack(name: "a target of another scheme", text: "GET file:///etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack(name: "authority form", text: "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack(name: "an asterisk for GET", text: "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack(name: "a broken escape", text: "GET /%2 HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack(name: "an encoded NUL", text: "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack(name: "an overlong slash", text: "GET /%c0%af HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack(name: "a broken query", text: "GET /?a=%ff HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack(name: "two empty lines first", text: "\r\n\r\n" + get + "\r\n"),
        Attack(name: "no version", text: "GET /\r\n\r\n"),
        Attack(name: "a lower-case version", text: "GET / http/1.1\r\nHost: a\r\n\r\n"),
        Attack(name: "HTTP/2's preface", text: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status: 505),
        Attack(name: "another expectation", text: post + "Expect: 200-ok\r\nContent-Length: 1\r\n\r\nx", status: 417),
        Attack(name: "a body too long", text: post + "Content-Length: 65537\r\n\r\n", status: 413),
        Attack(
            name: "a body beyond all numbers", text: post + "Content-Length: 99999999999999999999\r\n\r\n", status: 413),
        Attack(name: "101 fields", text: get + String(repeating: "X: y\r\n", count: 100) + "\r\n", status: 431),
        Attack(name: "a head of 16 KiB", text: get + "X: " + String(repeating: "y", count: 16_384), status: 431),
        Attack(name: "a request line of 16 KiB", text: "GET /" + String(repeating: "y", count: 16_384), status: 431),
        Attack(name: "TLS", text: "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\r\n"),
    ]

    @Test("is refused, answered and closed, however it is cut", arguments: attacks)
    func refused(_ attack: Attack) {
        let bytes = Array(attack.text.utf8)
        let whole = events(of: bytes)
        guard case .sent(let answer)? = whole.first else {
            Issue.record("was not refused: \(whole)")
            return
        }
        #expect(answer.hasPrefix("HTTP/1.1 \(attack.status) "))
        #expect(answer.contains("Connection: close\r\n") && answer.contains("application/problem+json"))
        #expect(whole.last == .closed && whole.count == 2)
        for size in [1, 2, 3, 7, 64] { #expect(events(of: bytes, inPackets: size) == whole) }
    }

    @Test("may come close to every limit")
    func limits() {
        let fields = String(repeating: "X: y\r\n", count: 98)
        let body = String(repeating: "b", count: 65_536)
        let exchange = Exchange()
        exchange.receive(Self.post + fields + "Content-Length: 65536\r\n\r\n" + body)
        #expect(exchange.requests.count == 1)
        let head = Self.get + "X: "
        exchange.receive(head + String(repeating: "y", count: 16_384 - head.utf8.count - 4) + "\r\n\r\n")
        #expect(exchange.requests.count == 2)
    }

    @Test("fills no more memory than the pipeline's limit")
    func flood() {
        let exchange = Exchange()
        exchange.answers = false
        exchange.receive(Self.get + "\r\n")
        for _ in 0..<64 { exchange.receive([UInt8](repeating: 0x41, count: 1024)) }
        #expect(!exchange.isClosed)
        exchange.receive("A")
        #expect(exchange.isClosed)
    }

    @Test("gets ten seconds for its head, however it drips", arguments: [false, true])
    func slowHead(secondRequest: Bool) {
        let exchange = Exchange()
        if secondRequest {
            exchange.receive(Self.get + "\r\n")
            exchange.wait(.seconds(30))
        }
        exchange.events = []
        for _ in 0..<9 {
            exchange.receive("G")
            exchange.wait(.seconds(1))
        }
        #expect(exchange.events.isEmpty)
        exchange.wait(.seconds(1))
        #expect(exchange.sent.hasPrefix("HTTP/1.1 408 ") && exchange.isClosed)
    }

    @Test("gets ten seconds for its body")
    func slowBody() {
        let exchange = Exchange()
        exchange.receive(Self.post + "Content-Length: 20\r\n\r\n")
        for _ in 0..<9 {
            exchange.receive("b")
            exchange.wait(.seconds(1))
        }
        #expect(exchange.events.isEmpty)
        exchange.wait(.seconds(1))
        #expect(exchange.sent.hasPrefix("HTTP/1.1 408 ") && exchange.isClosed)
    }

    @Test("is a silent connection: closed without a word")
    func silence() {
        let exchange = Exchange()
        exchange.wait(.milliseconds(9_999))
        #expect(exchange.events.isEmpty)
        exchange.wait(.milliseconds(1))
        #expect(exchange.events == [.closed])

        let kept = Exchange()
        kept.receive(Self.get + "\r\n")
        kept.events = []
        kept.wait(.seconds(59))
        #expect(kept.events.isEmpty)
        kept.wait(.seconds(1))
        #expect(kept.events == [.closed])
    }
}
