// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import TLS
internal import WebSocket
internal import Wire

/// One request over HTTP/1.1 and its answer.
enum WebQuestion {
    struct Answer {
        let status: Int
        let head: String
        let body: String

        var json: JSON? { try? JSON(parsing: Array(body.utf8)) }

        /// The value of a header field; nil where it is not there.
        func field(_ name: String) -> String? {
            for line in head.split(separator: "\r\n").dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2, parts[0].lowercased() == name else { continue }
                return String(parts[1].drop { $0 == " " })
            }
            return nil
        }

        /// Nil where not even the head of an answer is there.
        init?(_ bytes: [UInt8]) {
            let whole = String(decoding: bytes, as: UTF8.self)
            guard let gap = whole.firstRange(of: "\r\n\r\n"), let status = Int(whole.dropFirst(9).prefix(3)) else {
                return nil
            }
            (self.status, head) = (status, String(whole[..<gap.lowerBound]))
            body = String(whole[gap.upperBound...])
        }
    }

    static func ask(
        _ method: String, _ path: String, bearer: String? = nil, at target: Target, trusting trust: Trust,
        on station: Station
    ) -> Result<Answer, Obstacle> {
        let road = WebRoad(to: target, trusting: trust, on: station)
        defer { road.close() }
        let fields =
            (bearer.map { "Authorization: Bearer \($0)\r\n" } ?? "") + (method == "POST" ? "Content-Length: 0\r\n" : "")
        road.say(
            Array("\(method) \(path) HTTP/1.1\r\nHost: \(target.authority)\r\n\(fields)Connection: close\r\n\r\n".utf8))
        _ = road.wait { _ in false }
        return Answer(road.heard).map { .success($0) }
            ?? .failure(road.obstacle ?? (road.heard.isEmpty ? .silence : .closed))
    }

    /// Becomes a WebSocket (RFC 6455 §4.1), says one text and waits for the first text that comes back.
    ///
    /// - Returns: That text; or the answer that it did not become one with, nil where there was none.
    static func converse(
        _ path: String, saying text: String, at target: Target, trusting trust: Trust, on station: Station
    ) -> Result<String, Refusal> {
        let road = WebRoad(to: target, trusting: trust, on: station)
        defer { road.close() }
        let key = Base64.encode(Randomness.bytes(16))
        road.say(
            Array(
                ("GET \(path) HTTP/1.1\r\nHost: \(target.authority)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \(key)\r\n\r\n").utf8))
        guard road.wait(until: { Answer($0) != nil }), let answer = Answer(road.heard) else {
            return .failure(Refusal(nil))
        }
        let accepted = answer.field("sec-websocket-accept") == Handshake.accept(key)
        guard answer.status == 101, accepted else { return .failure(Refusal(answer)) }
        road.heard.removeFirst(answer.head.utf8.count + 4)
        road.say(ClientFrame.text(text))
        guard road.wait(until: { ClientFrame.firstText(in: $0) != nil }),
            let said = ClientFrame.firstText(in: road.heard)
        else { return .failure(Refusal(answer)) }
        return .success(said)
    }

    struct Refusal: Error {
        let answer: Answer?
        init(_ answer: Answer?) { self.answer = answer }
    }
}

/// Frames as a client needs them here (RFC 6455 §5.2): short texts there, whole texts back.
private enum ClientFrame {
    /// - Parameter text: At most 125 bytes.
    static func text(_ text: String) -> [UInt8] {
        let mask = Randomness.bytes(4)
        let payload = text.utf8.prefix(125).enumerated().map { $1 ^ mask[$0 & 3] }
        return [0x81, 0x80 | UInt8(payload.count)] + mask + payload
    }

    /// The text that the bytes begin with; nil while it is not whole.
    static func firstText(in bytes: [UInt8]) -> String? {
        let span = bytes.span
        guard span.integer(UInt8.self, at: 0) == 0x81, let short = span.integer(UInt8.self, at: 1) else { return nil }
        var (start, count) = (2, Int(short))
        if short == 126 {
            guard let long = span.integer(UInt16.self, at: 2) else { return nil }
            (start, count) = (4, Int(long))
        }
        guard short < 127, bytes.count - start >= count else { return nil }
        return String(decoding: bytes[start..<start + count], as: UTF8.self)
    }
}
