// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@testable import WebSocket

@Suite("Frames")
struct FrameTests {
    static let hello: [UInt8] = [0x48, 0x65, 0x6C, 0x6C, 0x6F]

    @Test("are written as RFC 6455 §5.7 shows them")
    func server() {
        #expect(ServerFrame.bytes(.text, Self.hello) == [0x81, 0x05] + Self.hello)
        #expect(ServerFrame.bytes(.ping, Self.hello) == [0x89, 0x05] + Self.hello)
        #expect(ServerFrame.bytes(.binary, .init(repeating: 1, count: 256)).prefix(4) == [0x82, 0x7E, 0x01, 0x00])
        #expect(
            ServerFrame.bytes(.binary, .init(repeating: 1, count: 65_536)).prefix(10)
                == [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0])
        #expect(ServerFrame.bytes(.binary, .init(repeating: 1, count: 65_536)).count == 65_546)
    }

    @Test("are read as RFC 6455 §5.7 shows them")
    func client() {
        let exchange = Exchange()
        exchange.receive([0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
        exchange.receive([0x8A, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
        exchange.receive([0x89, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
        #expect(exchange.outputs == [.text(Self.hello), .send([0x8A, 0x05] + Self.hello)])
    }

    static let conversation: [UInt8] =
        ClientFrame.text("Hel", isFinal: false) + ClientFrame.bytes(0x9, [1, 2])
        + ClientFrame.bytes(0x0, [], isFinal: false)
        + ClientFrame.bytes(0x0, Array("lo ö".utf8)) + ClientFrame.text("")
        + ClientFrame.text(String(repeating: "é", count: 200))
        + ClientFrame.bytes(0xA, []) + ClientFrame.close(1000)

    @Test("make the same messages however they are cut, a character included")
    func splits() {
        let whole = Exchange()
        whole.receive(Self.conversation)
        #expect(whole.texts == ["Hello ö", "", String(repeating: "é", count: 200)])
        #expect(whole.code == 1000 && whole.isDisconnected)
        for size in 1...Self.conversation.count {
            let cut = Exchange()
            for start in stride(from: 0, to: Self.conversation.count, by: size) {
                cut.receive(Array(Self.conversation[start..<min(start + size, Self.conversation.count)]))
            }
            #expect(cut.outputs == whole.outputs, "pieces of \(size)")
        }
    }

    @Test("that stop in the middle deliver nothing, and the end says the connection was lost")
    func truncation() {
        let frame = ClientFrame.text("Hello")
        for count in frame.indices {
            let exchange = Exchange()
            exchange.receive(Array(frame[..<count]))
            exchange.handle(.end)
            #expect(exchange.outputs == [.closed(.lost), .disconnect])
        }
    }

    @Test(
        "survive a round trip at every length where the header changes",
        arguments: [0, 1, 125, 126, 127, 65_535, 65_536])
    func lengths(count: Int) {
        var limits = Limits(.binary)
        limits.message = 65_536
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let exchange = Exchange(limits)
        exchange.receive(ClientFrame.bytes(0x2, payload))
        #expect(exchange.outputs == [.binary(payload)])
    }

    @Test("validate UTF-8 exactly as the standard library does")
    func validator() {
        var random: UInt64 = 88_172_645_463_325_252
        let interesting: [UInt8] = [
            0, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
            0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        for _ in 0..<200_000 {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            let bytes = (0..<4).map { interesting[Int(random >> (UInt64($0) * 8) & 0xFF) % interesting.count] }
            var validator = UTF8Validator()
            var valid = true
            for byte in bytes where valid { valid = validator.take(byte) }
            valid = valid && validator.isComplete
            #expect(valid == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
        }
    }
}
