// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@testable import WebSocket

@Suite("The life of a WebSocket")
struct LifeTests {
    static let ping = WebSocket.Connection.Output.send([0x89, 0])

    @Test("pings every 25 s and lives while pongs come")
    func pings() {
        let exchange = Exchange()
        exchange.wait(.milliseconds(24_999))
        #expect(exchange.outputs.isEmpty)
        for _ in 0..<10 {
            exchange.wait(.seconds(25))
            #expect(exchange.outputs == [Self.ping])
            exchange.receive(ClientFrame.bytes(0xA, []))
            exchange.outputs = []
        }
    }

    @Test("ends after 60 s without a frame")
    func silence() {
        let exchange = Exchange()
        exchange.wait(.milliseconds(59_999))
        #expect(exchange.outputs == [Self.ping, Self.ping])
        exchange.wait(.milliseconds(1))
        #expect(exchange.code == 4408 && exchange.isDisconnected)
        #expect(exchange.connection.deadline == nil)
    }

    @Test("says goodbye once, hears nothing more, and waits five seconds for the answer")
    func closing() {
        let exchange = Exchange()
        exchange.handle(.sendText(Array("hi".utf8)))
        exchange.handle(.close(.goingAway, reason: "later"))
        exchange.handle(.close(.normal))
        exchange.handle(.sendText(Array("not sent".utf8)))
        exchange.receive(ClientFrame.text("not heard") + ClientFrame.bytes(0x9, []))
        #expect(
            exchange.outputs == [
                .send([0x81, 2, 0x68, 0x69]), .send([0x88, 7, 0x03, 0xE9] + Array("later".utf8)), .closed(.goingAway),
            ])
        exchange.wait(.milliseconds(4_999))
        #expect(!exchange.isDisconnected)
        exchange.wait(.milliseconds(1))
        #expect(exchange.isDisconnected)
    }

    @Test("ends at once when the goodbye is answered")
    func closed() {
        let exchange = Exchange()
        exchange.handle(.close(CloseCode(rawValue: 4410)))
        exchange.receive(ClientFrame.close(4410))
        #expect(exchange.isDisconnected)
        #expect(exchange.outputs.count { if case .closed = $0 { true } else { false } } == 1)
    }

    @Test("cuts a reason that is too long for its frame between characters")
    func reason() {
        let exchange = Exchange()
        exchange.handle(.close(.normal, reason: String(repeating: "ö", count: 100)))
        guard case .send(let frame)? = exchange.outputs.first else { return }
        #expect(frame.count == 2 + 2 + 122)
        #expect(String(validating: frame[4...], as: UTF8.self) != nil)
    }
}
