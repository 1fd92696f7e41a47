// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import WebSocket
internal import Wire

/// Who is told what a WebSocket says.
protocol WebSocketOwner: AnyObject {
    func received(text: [UInt8], from socket: WebSocketConnection)
    func received(binary: [UInt8], from socket: WebSocketConnection)
    /// Something came, be it only the answer to a ping, which a browser gives whatever its page is doing.
    func heard(_ socket: WebSocketConnection)
    /// Everything that waited to be sent has gone out.
    func drained(_ socket: WebSocketConnection)
    /// The conversation is over, whoever ended it; told once.
    func closed(_ socket: WebSocketConnection)
}

extension WebSocketOwner {
    func received(text: [UInt8], from socket: WebSocketConnection) {}
    func received(binary: [UInt8], from socket: WebSocketConnection) {}
    func heard(_ socket: WebSocketConnection) {}
    func drained(_ socket: WebSocketConnection) {}
}

/// What carries a WebSocket.
protocol WebSocketCarrier: AnyObject {
    func send(_ bytes: [UInt8])
    /// Bytes that wait to be sent.
    var backlog: Int { get }
    /// Closes when everything has been sent.
    func finish()
    /// Closes at once, and lets go of what waits to be sent.
    func cutOff()
    /// Drains the socket and watches over its deadline, now or when whoever does so already is done.
    func wantsDraining()
}

/// One open WebSocket, on the loop of its connection.
final class WebSocketConnection {
    /// Never given twice by this process.
    let number: UInt64

    private var machine: WebSocket.Connection
    private unowned let loop: Loop
    private unowned let carrier: any WebSocketCarrier
    private var owner: (any WebSocketOwner)?

    init(number: UInt64, limits: WebSocket.Limits, loop: Loop, carrier: any WebSocketCarrier) {
        (self.number, self.loop, self.carrier) = (number, loop, carrier)
        machine = WebSocket.Connection(limits: limits, now: loop.now.instant)
    }

    func open(with owner: any WebSocketOwner) { self.owner = owner }

    var deadline: Instant? { machine.deadline }

    /// Sends a text message, which is UTF-8.
    func send(text: [UInt8]) { handle(.sendText(text)) }

    func send(binary: [UInt8]) { handle(.sendBinary(binary)) }

    /// Bytes of what was sent that have not left yet.
    var backlog: Int { carrier.backlog }

    /// Bytes of a message that is not complete.
    var held: Int { machine.held }

    /// Everything has left; only for the carrier.
    func drained() { owner?.drained(self) }

    /// Ends the conversation after what was sent before.
    func close(_ code: WebSocket.CloseCode, reason: String = "") { handle(.close(code, reason: reason)) }

    /// Ends the conversation without a word to a peer who does not listen.
    func cutOff() { carrier.cutOff() }

    func received(_ bytes: Span<UInt8>) {
        machine.handle(received: bytes, now: loop.now.instant)
        owner?.heard(self)
    }

    func handle(_ input: WebSocket.Connection.Input) {
        machine.handle(input, now: loop.now.instant)
        carrier.wantsDraining()
    }

    /// Does all that the machine asks for; only for the carrier.
    func drain() {
        while let output = machine.nextOutput() {
            switch output {
            case .text(let text): owner?.received(text: text, from: self)
            case .binary(let bytes): owner?.received(binary: bytes, from: self)
            case .send(let bytes): carrier.send(bytes)
            case .closed:
                let owner = owner
                self.owner = nil
                owner?.closed(self)
            case .disconnect: carrier.finish()
            }
        }
    }
}
