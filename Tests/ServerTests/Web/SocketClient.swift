// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

/// A WebSocket to the server under test.
final class SocketClient {
    let client: RawClient
    /// The handshake's answer.
    let answer: Answer

    init(_ service: TestService, _ path: String, headers: [String] = []) throws {
        client = try RawClient(service.web)
        var lines = ["GET \(path) HTTP/1.1", "Host: \(service.web)", "Upgrade: websocket", "Connection: Upgrade"]
        lines += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
        if !headers.contains(where: { $0.hasPrefix("Sec-WebSocket-Version") }) {
            lines.append("Sec-WebSocket-Version: 13")
        }
        client.send((lines + headers).joined(separator: "\r\n") + "\r\n\r\n")
        answer = try Answer(client.read(through: "\r\n\r\n"))
    }

    func send(_ message: JSON) { sendFrame(0x1, message.bytes) }

    func sendFrame(_ opcode: UInt8, _ payload: [UInt8]) {
        var frame: [UInt8] = [0x80 | opcode]
        if payload.count < 126 {
            frame.append(0x80 | UInt8(payload.count))
        } else if let count = UInt16(exactly: payload.count) {
            frame.append(0x80 | 126)
            frame.append(bigEndian: count)
        } else {
            frame.append(0x80 | 127)
            frame.append(bigEndian: UInt64(payload.count))
        }
        // A mask of zeros hides nothing, which is allowed to a test.
        client.send(frame + [0, 0, 0, 0] + payload)
    }

    /// The next frame, whatever it is.
    func frame() throws -> (opcode: UInt8, payload: [UInt8]) {
        let head = try client.read(2)
        var length = Int(head[1])
        if length >= 126 { length = try client.read(length == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) } }
        return (head[0] & 0x0F, try client.read(length))
    }

    /// The next message of that type; others before it are passed over.
    func next(_ type: String) throws -> JSON {
        while true {
            let (opcode, payload) = try frame()
            try #require(opcode == 0x1, "waiting for \(type), got a frame \(opcode): \(payload)")
            let message = try JSON(parsing: payload)
            if message["type"]?.string == type { return message }
        }
    }

    /// The code that the server closes with; messages before it are passed over.
    func closeCode() throws -> UInt16? {
        while true {
            let (opcode, payload) = try frame()
            if opcode == 0x8 { return payload.span.integer(UInt16.self, at: 0) }
        }
    }

    /// Joins, and returns what the server says to it.
    func join(_ fields: JSON.Member...) throws -> JSON {
        send(.object([JSON.Member("type", "join")] + fields))
        return try next("joined")
    }
}
