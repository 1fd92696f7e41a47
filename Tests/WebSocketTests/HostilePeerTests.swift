// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@testable import WebSocket

@Suite("A hostile peer")
struct HostilePeerTests {
    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let code: UInt16

        var testDescription: String { name }
    }

    static let attacks = [
        Attack(name: "an unmasked frame", bytes: [0x81, 0x00], code: 1002),
        Attack(name: "RSV1, as of a compressed frame", bytes: [0xC1, 0x80], code: 1002),
        Attack(name: "RSV2", bytes: [0xA1, 0x80], code: 1002),
        Attack(name: "RSV3", bytes: [0x91, 0x80], code: 1002),
        Attack(name: "an unknown opcode", bytes: [0x83, 0x80], code: 1002),
        Attack(name: "an unknown control opcode", bytes: [0x8B, 0x80], code: 1002),
        Attack(name: "a ping of 126 bytes", bytes: [0x89, 0xFE], code: 1002),
        Attack(name: "a fragmented ping", bytes: [0x09, 0x80], code: 1002),
        Attack(name: "a fragmented close", bytes: [0x08, 0x80], code: 1002),
        Attack(name: "125 bytes with a length of 16 bits", bytes: [0x81, 0xFE, 0, 125] + ClientFrame.mask, code: 1002),
        Attack(
            name: "65535 bytes with a length of 64 bits",
            bytes: [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] + ClientFrame.mask, code: 1002),
        Attack(name: "2^63 bytes", bytes: [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0] + ClientFrame.mask, code: 1002),
        Attack(
            name: "2^63-1 bytes", bytes: [0x81, 0xFF, 0x7F] + .init(repeating: 0xFF, count: 7) + ClientFrame.mask,
            code: 1009),
        Attack(
            name: "a byte more than 64 KiB", bytes: [0x81, 0xFF, 0, 0, 0, 0, 0, 1, 0, 1] + ClientFrame.mask, code: 1009),
        Attack(
            name: "a byte more than 64 KiB in two frames",
            bytes: ClientFrame.bytes(0x1, .init(repeating: 0x61, count: 65_536), isFinal: false) + [0x80, 0x81]
                + ClientFrame.mask,
            code: 1009),
        Attack(
            name: "17 fragments",
            bytes: ClientFrame.text("", isFinal: false)
                + (0..<16).flatMap { _ in ClientFrame.bytes(0x0, [], isFinal: false) },
            code: 1009),
        Attack(name: "a continuation of nothing", bytes: ClientFrame.bytes(0x0, []), code: 1002),
        Attack(
            name: "a message inside a message", bytes: ClientFrame.text("a", isFinal: false) + ClientFrame.text("b"),
            code: 1002),
        Attack(name: "a binary message", bytes: ClientFrame.bytes(0x2, [1]), code: 1003),
        Attack(
            name: "a byte that is not UTF-8, in a message that goes on",
            bytes: ClientFrame.bytes(0x1, [0x61, 0xFF], isFinal: false), code: 1007),
        Attack(name: "half a character", bytes: ClientFrame.bytes(0x1, [0xC3]), code: 1007),
        Attack(name: "a surrogate", bytes: ClientFrame.bytes(0x1, [0xED, 0xA0, 0x80]), code: 1007),
        Attack(name: "an overlong slash", bytes: ClientFrame.bytes(0x1, [0xC0, 0xAF]), code: 1007),
        Attack(name: "a close of one byte", bytes: ClientFrame.bytes(0x8, [3]), code: 1002),
        Attack(name: "a close with half a character", bytes: ClientFrame.bytes(0x8, [0x03, 0xE8, 0xC3]), code: 1007),
    ]

    @Test("is told why and cut off, however the bytes are cut", arguments: attacks)
    func refused(_ attack: Attack) {
        let whole = Exchange()
        whole.receive(attack.bytes)
        #expect(whole.code == attack.code)
        #expect(whole.isDisconnected)
        guard case .send(let frame)? = whole.outputs.first else {
            Issue.record("no close frame")
            return
        }
        #expect(frame.prefix(1) == [0x88] && frame[2...3] == [UInt8(attack.code >> 8), UInt8(attack.code & 0xFF)])
        let cut = Exchange()
        for byte in attack.bytes { cut.receive([byte]) }
        #expect(cut.outputs == whole.outputs)
        // Nothing of it is kept or answered afterwards.
        whole.receive(ClientFrame.text("more"))
        #expect(whole.outputs == cut.outputs)
    }

    @Test(
        "cannot close with a code that no frame may carry",
        arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535])
    func closeCodes(code: UInt16) {
        let exchange = Exchange()
        exchange.receive(ClientFrame.close(code))
        #expect(exchange.code == 1002)
    }

    @Test(
        "may close with the others, and gets the code back",
        arguments: [1000, 1001, 1003, 1007, 1011, 1014, 3000, 4400, 4999])
    func validCloseCodes(code: UInt16) {
        let exchange = Exchange()
        exchange.receive(ClientFrame.close(code))
        #expect(
            exchange.outputs == [
                .send([0x88, 2, UInt8(code >> 8), UInt8(code & 0xFF)]), .closed(CloseCode(rawValue: code)), .disconnect,
            ])
    }

    @Test("gets 120 messages at once and 60 a second")
    func messageRate() {
        let exchange = Exchange()
        for _ in 0..<120 { exchange.receive(ClientFrame.text("x")) }
        exchange.wait(.seconds(1))
        for _ in 0..<60 { exchange.receive(ClientFrame.text("x")) }
        #expect(exchange.texts.count == 180 && exchange.code == nil)
        exchange.receive(ClientFrame.text("x"))
        #expect(exchange.texts.count == 180 && exchange.code == 4429)
    }

    @Test("gets ten pings a second answered", arguments: [0x9, 0xA] as [UInt8])
    func pingRate(opcode: UInt8) {
        let exchange = Exchange()
        for _ in 0..<10 { exchange.receive(ClientFrame.bytes(opcode, [])) }
        #expect(exchange.code == nil)
        exchange.receive(ClientFrame.bytes(opcode, []))
        #expect(exchange.code == 4429)
    }

    @Test("that drips a frame is cut off: only whole frames are a sign of life")
    func drip() {
        let exchange = Exchange()
        let frame = ClientFrame.text(String(repeating: "x", count: 100))
        for byte in frame.prefix(70) {
            exchange.receive([byte])
            exchange.wait(.seconds(1))
        }
        #expect(exchange.code == 4408 && exchange.isDisconnected)
    }
}
