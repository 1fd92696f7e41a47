// SPDX-License-Identifier: Apache-2.0
import HTTP
import Wire

/// A connection and a clock that only the test moves; every request is answered with its own path.
final class Exchange {
    /// What came out, with neighbouring bytes joined: how outputs are cut is nobody's promise.
    enum Event: Hashable {
        case request(Request)
        case sent(String)
        case upgraded([UInt8])
        case closed
    }

    var connection: HTTP.Connection
    var now = Moment(instant: Instant(nanoseconds: 1), time: UnixTime(seconds: 784_111_777))
    var events: [Event] = []
    /// Whether requests are answered at once.
    var answers = true

    init() { connection = HTTP.Connection(now: now) }

    func receive(_ text: String) { receive(Array(text.utf8)) }

    func receive(_ bytes: [UInt8]) {
        connection.handle(received: bytes.span, now: now)
        drain()
    }

    func handle(_ input: HTTP.Connection.Input) {
        connection.handle(input, now: now)
        drain()
    }

    func answer(_ response: Response) {
        connection.answer(response, now: now)
        drain()
    }

    func wait(_ duration: Duration) {
        now = now + duration
        handle(.timeout)
    }

    private func drain() {
        while let output = connection.nextOutput() {
            switch output {
            case .request(let request):
                events.append(.request(request))
                guard answers else { continue }
                let body = request.target.rawPath + " " + String(decoding: request.body, as: UTF8.self)
                connection.answer(Response(.ok, type: "text/plain", body: Array(body.utf8)), now: now)
            case .send(let bytes):
                let text = String(decoding: bytes, as: UTF8.self)
                if case .sent(let before) = events.last {
                    events[events.count - 1] = .sent(before + text)
                } else {
                    events.append(.sent(text))
                }
            case .upgraded(let unread): events.append(.upgraded(unread))
            case .close: events.append(.closed)
            }
        }
    }

    /// All that was sent.
    var sent: String {
        events.map { if case .sent(let text) = $0 { text } else { "" } }.joined()
    }

    var requests: [Request] {
        events.compactMap { if case .request(let request) = $0 { request } else { nil } }
    }

    var isClosed: Bool { events.last == .closed }
}

/// What a connection makes of `bytes`, cut into packets of `size`.
func events(of bytes: [UInt8], inPackets size: Int = .max) -> [Exchange.Event] {
    let exchange = Exchange()
    var index = 0
    while index < bytes.count {
        let end = size >= bytes.count - index ? bytes.count : index + size
        exchange.receive(Array(bytes[index..<end]))
        index = end
    }
    return exchange.events
}
