// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing
import Wire

@Suite("The site")
struct PageTests {
    @Test(
        "serves the page at / and at every link, with a policy that lets nothing foreign in",
        arguments: ["/", "/r/anything"])
    func page(path: String) throws {
        let answer = try TestService().request("GET", path)
        #expect(answer.status == 200)
        #expect(answer.fields["content-type"] == "text/html; charset=utf-8")
        let policy = try #require(answer.fields["content-security-policy"])
        #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe-inline") && !policy.contains("*"))
        #expect(answer.fields["x-content-type-options"] == "nosniff")
        #expect(answer.fields["referrer-policy"] == "no-referrer")
        #expect(answer.fields["vary"] == "Accept-Encoding")
        #expect(answer.body.contains("<!doctype html>") || answer.body.contains("<!DOCTYPE html>"))
    }

    @Test("sends a page once, and gzip where it is taken")
    func caching() throws {
        let service = try TestService()
        let plain = try service.request("GET", "/")
        let zipped = try service.request("GET", "/", headers: ["Accept-Encoding: br, gzip"])
        let tag = try #require(plain.fields["etag"])
        let zippedTag = try #require(zipped.fields["etag"])
        #expect(zipped.fields["content-encoding"] == "gzip" && tag != zippedTag)
        #expect(
            try service.request("GET", "/", headers: ["Accept-Encoding: gzip;q=0"]).fields["content-encoding"] == nil)
        let again = try service.request("GET", "/", headers: ["If-None-Match: \"x\", \(tag)"])
        #expect(again.status == 304 && again.body.isEmpty && again.fields["etag"] == tag)
        let other = try service.request("GET", "/", headers: ["If-None-Match: \(zippedTag)"])
        #expect(other.status == 200)
    }

    @Test("answers HEAD like GET, without the body", arguments: ["/", "/healthz", "/api/webrtc-config"])
    func head(path: String) throws {
        let service = try TestService()
        let get = try service.request("GET", path)
        let head = try service.request("HEAD", path)
        #expect(head.status == get.status && head.body.isEmpty)
        #expect(head.fields["content-length"] == get.fields["content-length"])
    }

    @Test(
        "knows which methods a path has",
        arguments: [
            ("/", "PUT", "GET, HEAD, OPTIONS"), ("/api/rooms", "GET", "POST, OPTIONS"),
            ("/api/rooms/x", "PATCH", "GET, HEAD, DELETE, OPTIONS"), ("/api/rooms/x/peers/y", "GET", "DELETE, OPTIONS"),
            ("/api/rooms/x/renew", "GET", "POST, OPTIONS"), ("/api/rooms/x/qr.svg", "POST", "GET, HEAD, OPTIONS"),
            ("/healthz", "DELETE", "GET, HEAD, OPTIONS"),
        ])
    func methods(path: String, wrong: String, allowed: String) throws {
        let service = try TestService()
        let refused = try service.request(wrong, path)
        #expect(refused.status == 405 && refused.fields["allow"] == allowed)
        #expect(refused.fields["content-type"] == "application/problem+json")
        let options = try service.request("OPTIONS", path)
        #expect(options.status == 204 && options.fields["allow"] == allowed)
    }

    @Test(
        "has nothing at other paths, whatever they try",
        arguments: [
            "/nothing", "/metrics", "/api", "/api/", "/api/rooms/", "/api/rooms/x/y", "/r", "/r/", "/r/a/b", "//",
            "/healthz/",
            "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../index.html", "/assets/x/..%5c..%5cetc",
            "/ws/x",
            "/index.html",
        ])
    func unknown(path: String) throws {
        let service = try TestService()
        let answer = try service.request("GET", path)
        #expect(answer.status == 404 && answer.json?["status"]?.integer == 404)
        let page = try service.request("GET", path, headers: ["Accept: text/html,*/*"])
        #expect(page.status == 404)
    }

    @Test("answers while it lives and says whether calls can be made")
    func health() throws {
        let service = try TestService()
        #expect(try service.request("GET", "/healthz").status == 200)
        #expect(try service.request("GET", "/readyz").status == 200)
    }

    @Test("keeps a connection, answers pipelined requests in order, and closes after an ambiguous one")
    func connection() throws {
        let service = try TestService()
        let client = try RawClient(service.web)
        client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.read(through: "\r\n\r\n").hasPrefix("HTTP/1.1 200"))
        #expect(try client.read(through: "404 Not Found").contains("\"ok\""))
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        #expect(try client.readToEnd().contains("HTTP/1.1 400 Bad Request"))
    }

    @Test("refuses a body that is too long before it came")
    func tooLong() throws {
        let service = try TestService()
        let client = try RawClient(service.web)
        client.send("POST /api/rooms HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n")
        #expect(try client.readToEnd().hasPrefix("HTTP/1.1 413 "))
    }
}
