// SPDX-License-Identifier: Apache-2.0
import HTTP
import Testing
import Wire

@Suite("An answer")
struct ResponseTests {
    @Test("cannot be made to hold another field or another answer")
    func injection() {
        let exchange = Exchange()
        exchange.answers = false
        exchange.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        var response = Response(.created)
        response.set(.location, "/a\r\nSet-Cookie: x\n\r\0y")
        exchange.answer(response)
        #expect(exchange.sent.contains("Location: /a  Set-Cookie: x   y\r\n"))
        #expect(FieldName(rawValue: "X\r\nY") == nil)
    }

    @Test(
        "without a body says no length where none may stand", arguments: [Response(.noContent), Response(.notModified)])
    func bodiless(response: Response) {
        let exchange = Exchange()
        exchange.answers = false
        exchange.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        exchange.answer(response)
        #expect(!exchange.sent.contains("Content-Length"))
        #expect(exchange.sent.hasSuffix("\r\n\r\n"))
    }

    @Test("replaces a field that is set again")
    func replaces() {
        var response = Response(.ok)
        response.set(.etag, "\"1\"")
        response.set(.etag, "\"2\"")
        #expect(response.fields.count == 1)
        #expect(response[.etag] == "\"2\"")
    }

    @Test("that reports a problem is JSON whatever the sentence holds")
    func problem() throws {
        let response = Problem(.badRequest, "a \"b\" \\ \u{1} ö").response
        let document = try JSON(parsing: response.body)
        #expect(document["detail"]?.string == "a \"b\" \\ \u{1} ö")
        #expect(document["title"]?.string == "Bad Request")
    }
}
