// SPDX-License-Identifier: Apache-2.0
import HTTP
import Testing
import Wire

@Suite("A request that is in order")
struct RequestTests {
    static let texts = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /api/rooms?x=1&y=%20z HTTP/1.1\r\nHost: [::1]:8080\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\nhost:a\r\n\r\n",
        "\r\nPOST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n00A\r\n0123456789\r\n0\r\n\r\n"
            + "GET /d HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /never HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok",
        "GET http://Other:81/f?q HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /g HTTP/1.0\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /x\r\n\r\n",
        "POST /h HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\nabc",
    ]

    @Test("reads the same however it is cut", arguments: texts)
    func splits(_ text: String) {
        let bytes = Array(text.utf8)
        let whole = events(of: bytes)
        #expect(!whole.isEmpty)
        for size in 1...max(1, bytes.count) {
            #expect(events(of: bytes, inPackets: size) == whole, "packets of \(size)")
        }
    }

    @Test(
        "has extensions and trailers of its chunks read past, and nothing behind them",
        arguments: [
            "5;a\r\nhello\r\n0\r\n\r\n", "5 ; a=b\r\nhello\r\n0;c\r\n\r\n",
            "5;a=\"b\\\"; c\" ; d = e;f\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\nX: y\r\nExpires: never\r\n\r\n",
        ])
    func extensions(_ body: String) {
        let head = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let bytes = Array((head + body + "GET /b HTTP/1.1\r\nHost: a\r\n\r\n").utf8)
        let whole = events(of: bytes)
        let requests = whole.compactMap { if case .request(let request) = $0 { request } else { nil } }
        #expect(requests.map(\.target.rawPath) == ["/a"] && requests.first?.body == Array("hello".utf8))
        #expect(requests.first?.fields.contains("x") == false)
        #expect(whole.last == .closed)
        for size in 1...bytes.count { #expect(events(of: bytes, inPackets: size) == whole, "packets of \(size)") }
    }

    @Test("is not told before it is complete", arguments: texts.prefix(7))
    func truncation(_ text: String) {
        let bytes = Array(text.utf8)
        let requests = { (events: [Exchange.Event]) in events.count { if case .request = $0 { true } else { false } } }
        let all = requests(events(of: bytes))
        var last = 0
        for count in bytes.indices {
            let some = requests(events(of: Array(bytes[..<count])))
            #expect(some >= last && some <= all)
            last = some
        }
    }

    @Test func hasItsPartsRead() throws {
        let exchange = Exchange()
        exchange.receive(
            "POST /api/r%C3%B6om/a%2Fb/?name=J+%26&flag HTTP/1.1\r\nHOST:  Example.ORG:8080 \r\nX-A: 1, Two\r\nx-a: THREE\r\nContent-Length: 2\r\n\r\n{}"
        )
        let request = try #require(exchange.requests.first)
        #expect(request.method == .post)
        #expect(request.target.path == ["api", "röom", "a/b", ""])
        #expect(request.target.query["name"] == "J &")
        #expect(request.target.query["flag"] == "")
        #expect(request.target.query["none"] == nil)
        #expect(request.authority == "example.org:8080")
        #expect(request.fields.list("x-a") == ["1", "two", "three"])
        #expect(request.fields.only("x-a") == nil)
        #expect(request.body == Array("{}".utf8))
    }

    @Test("takes the host from an absolute target")
    func absolute() {
        let exchange = Exchange()
        exchange.receive(Self.texts[4])
        #expect(exchange.requests.first?.authority == "other:81")
        #expect(exchange.requests.first?.target.path == ["f"])
    }

    @Test("is answered one at a time, in order")
    func pipelining() {
        let exchange = Exchange()
        exchange.answers = false
        exchange.receive("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(exchange.requests.map(\.target.rawPath) == ["/1"])
        exchange.answer(Response(.noContent))
        #expect(exchange.requests.map(\.target.rawPath) == ["/1", "/2"])
        exchange.handle(.end)
        #expect(!exchange.isClosed)
        exchange.answer(Response(.noContent))
        #expect(exchange.isClosed)
    }

    @Test("is told to go on when it asks first")
    func expectation() {
        let exchange = Exchange()
        exchange.receive("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n")
        #expect(exchange.sent == "HTTP/1.1 100 Continue\r\n\r\n")
        exchange.receive("ok")
        #expect(exchange.sent.hasSuffix("/ ok"))
    }

    @Test("gets an answer with date and length, and without a body when it is HEAD")
    func head() {
        let exchange = Exchange()
        exchange.receive("HEAD /abc HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(
            exchange.sent
                == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 5\r\n\r\n"
        )
        #expect(!exchange.isClosed)
    }

    @Test("closes the connection when it is HTTP/1.0 or says so", arguments: [5, 2])
    func closes(index: Int) {
        let exchange = Exchange()
        exchange.receive(Self.texts[index])
        #expect(exchange.isClosed)
        #expect(exchange.sent.contains("Connection: close\r\n"))
        #expect(!exchange.sent.contains("never"))
    }

    @Test("hands the connection over after 101, with what was not read")
    func upgrade() {
        let exchange = Exchange()
        exchange.answers = false
        exchange.receive("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n\r\nrest")
        var response = Response(.switchingProtocols)
        response.set(.upgrade, "websocket")
        exchange.answer(response)
        #expect(exchange.events.last == .upgraded(Array("rest".utf8)))
        #expect(exchange.connection.deadline == nil)
    }
}
