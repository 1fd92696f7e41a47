// SPDX-License-Identifier: Apache-2.0
import HTTP
import Testing
import Wire

@Suite("A path for long bodies")
struct LongBodyTests {
    private static let start = Moment(instant: Instant(nanoseconds: 0), time: UnixTime(seconds: 1_790_000_000))

    /// The length of the body that was told, or what was sent instead.
    private func outcome(
        _ path: String, _ framing: String, body: [UInt8], takesLong: Bool = true
    ) -> (length: Int?, sent: String) {
        var limits = Limits.standard
        limits.longBodies["/pictures"] = 200_000
        var connection = Connection(limits: limits, now: Self.start)
        connection.takesLongBodies = takesLong
        let head = "POST \(path) HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n"
        connection.handle(received: (Array(head.utf8) + body).span, now: Self.start)
        var (length, sent): (Int?, [UInt8]) = (nil, [])
        while let output = connection.nextOutput() {
            if case .request(let request) = output { length = request.body.count }
            if case .send(let bytes) = output { sent += bytes }
        }
        return (length, String(decoding: sent.prefix(12), as: UTF8.self))
    }

    @Test("takes them to its own limit, and no other path does", arguments: ["/pictures", "/pictures?a=b"])
    func lengths(path: String) {
        let long = Array(repeating: UInt8(ascii: "x"), count: 200_000)
        #expect(outcome(path, "Content-Length: 200000", body: long).length == 200_000)
        #expect(outcome(path, "Content-Length: 200001", body: []).sent == "HTTP/1.1 413")
        let chunked = Array("30d40\r\n".utf8) + long + Array("\r\n0\r\n\r\n".utf8)
        #expect(outcome(path, "Transfer-Encoding: chunked", body: chunked).length == 200_000)
        #expect(outcome("/other", "Content-Length: 200000", body: []).sent == "HTTP/1.1 413")
        #expect(outcome("/pictures/x", "Content-Length: 200000", body: []).sent == "HTTP/1.1 413")
    }

    @Test("are refused before a byte of them is read while there is no room, and short ones are not")
    func room() {
        #expect(
            outcome("/pictures", "Content-Length: 200000", body: [], takesLong: false).sent == "HTTP/1.1 503")
        #expect(
            outcome("/pictures", "Transfer-Encoding: chunked", body: [], takesLong: false).sent == "HTTP/1.1 503")
        let short = Array(repeating: UInt8(ascii: "x"), count: 1000)
        #expect(outcome("/pictures", "Content-Length: 1000", body: short, takesLong: false).length == 1000)
        #expect(outcome("/other", "Content-Length: 1000", body: short, takesLong: false).length == 1000)
    }
}
