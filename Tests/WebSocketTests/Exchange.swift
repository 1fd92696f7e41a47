// SPDX-License-Identifier: Apache-2.0
import WebSocket
import Wire

/// A WebSocket and a clock that only the test moves.
final class Exchange {
    var connection: WebSocket.Connection
    var now = Instant(nanoseconds: 1)
    var outputs: [WebSocket.Connection.Output] = []

    init(_ limits: WebSocket.Limits = WebSocket.Limits(.text)) { connection = Connection(limits: limits, now: now) }

    func receive(_ bytes: [UInt8]) {
        connection.handle(received: bytes.span, now: now)
        drain()
    }

    func handle(_ input: WebSocket.Connection.Input) {
        connection.handle(input, now: now)
        drain()
    }

    /// Lets time pass, waking the connection at each of its deadlines.
    func wait(_ duration: Duration) {
        let end = now + duration
        while let deadline = connection.deadline, deadline <= end {
            now = deadline
            handle(.timeout)
        }
        now = end
    }

    private func drain() { while let output = connection.nextOutput() { outputs.append(output) } }

    var texts: [String] {
        outputs.compactMap { if case .text(let text) = $0 { String(decoding: text, as: UTF8.self) } else { nil } }
    }

    /// How it ended, if it did.
    var code: UInt16? {
        outputs.compactMap { if case .closed(let code) = $0 { code.rawValue } else { nil } }.first
    }

    var isDisconnected: Bool { outputs.last == .disconnect }
}

/// Frames as clients send them.
enum ClientFrame {
    static let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]

    static func bytes(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
        var frame = [(isFinal ? 0x80 : 0) | opcode]
        switch payload.count {
        case ...125: frame.append(0x80 | UInt8(payload.count))
        case ...0xFFFF:
            frame.append(0x80 | 126)
            frame.append(bigEndian: UInt16(payload.count))
        default:
            frame.append(0x80 | 127)
            frame.append(bigEndian: UInt64(payload.count))
        }
        return frame + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    static func text(_ text: String, isFinal: Bool = true) -> [UInt8] { bytes(0x1, Array(text.utf8), isFinal: isFinal) }

    static func close(_ code: UInt16) -> [UInt8] { bytes(0x8, [UInt8(code >> 8), UInt8(code & 0xFF)]) }
}
