// SPDX-License-Identifier: Apache-2.0

import TLS
import Wire

/// What a DTLS server does for one client address: the gate in front, the association behind it.
struct DatagramServer: ~Copyable {
    let context: Context
    let gate: CookieGate
    let client: Endpoint
    var association = Association()
    var heard: [[UInt8]] = []
    var changes: [Association.Change] = []
    var now = Instant(nanoseconds: 1_000_000_000_000)
    private(set) var admitted = 0
    /// A ClientHello that comes in fragments.
    private(set) var assembly: HelloAssembly?

    init(_ context: Context, client: String = "192.0.2.7:5000") {
        self.context = context
        gate = CookieGate(secret: Array(repeating: 7, count: 32))
        self.client = Endpoint(client) ?? Endpoint(.loopbackV4, 1)
    }

    /// Takes a datagram; those it answers with.
    mutating func receive(_ received: [UInt8]) -> [[UInt8]] {
        var datagram = received
        var plaintext = [UInt8](repeating: 0, count: DatagramSession.room)
        var answer = plaintext
        var answerSpan = answer.mutableSpan
        switch gate.judge(datagram.span, from: client, now: now, answer: &answerSpan) {
        case .challenged(let count): return [Array(answer[..<count])]
        case .admitted(let random):
            admitted += 1
            association.admit(random, to: context, now: now)
        case .begun(let random):
            assembly = HelloAssembly(beginningWith: datagram.span, random, now: now)
            datagram = takeAssembly() ?? []
        case .passed where assembly != nil:
            assembly?.take(datagram.span)
            datagram = takeAssembly() ?? []
        case .passed: break
        }
        if datagram.isEmpty { return [] }
        var plaintextSpan = plaintext.mutableSpan
        var secondSpan = answer.mutableSpan
        let progress = association.receive(datagram.span, plaintext: &plaintextSpan, answer: &secondSpan)
        if progress.change != .none { changes.append(progress.change) }
        heard += (0..<progress.messages.count).map { Array(plaintext[progress.messages[$0]]) }
        return (0..<progress.datagrams.count).map { Array(answer[progress.datagrams[$0]]) }
    }

    /// Begins the handshake of a ClientHello all of whose fragments are there.
    private mutating func takeAssembly() -> [UInt8]? {
        guard let random = assembly?.random, let whole = assembly?.whole else { return nil }
        assembly = nil
        admitted += 1
        association.admit(random, to: context, now: now)
        return whole
    }

    mutating func send(_ message: [UInt8]) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: DatagramSession.room)
        var span = buffer.mutableSpan
        let count = association.send(message.span, into: &span)
        return Array(buffer[..<count])
    }

    mutating func finish() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: DatagramSession.room)
        var span = buffer.mutableSpan
        let count = association.finish(into: &span)
        return Array(buffer[..<count])
    }

    /// Moves the clock to `later` and lets the server do what is due.
    mutating func wait(_ later: Duration) -> [[UInt8]] {
        now = now + later
        var buffer = [UInt8](repeating: 0, count: DatagramSession.room)
        var span = buffer.mutableSpan
        let progress = association.handleTimeout(now: now, answer: &span)
        if progress.change != .none { changes.append(progress.change) }
        return (0..<progress.datagrams.count).map { Array(buffer[progress.datagrams[$0]]) }
    }
}

/// The client of a DTLS server.
struct DatagramClient: ~Copyable {
    var session: DatagramSession
    var heard: [[UInt8]] = []

    init(_ context: Context, host: String = "localhost") { session = DatagramSession(connecting: context, to: host) }

    mutating func start() -> [[UInt8]] {
        var buffer = [UInt8](repeating: 0, count: DatagramSession.room)
        var span = buffer.mutableSpan
        let pieces = session.start(into: &span)
        return (0..<pieces.count).map { Array(buffer[pieces[$0]]) }
    }

    mutating func receive(_ datagram: [UInt8]) -> [[UInt8]] {
        var plaintext = [UInt8](repeating: 0, count: DatagramSession.room)
        var answer = plaintext
        var plaintextSpan = plaintext.mutableSpan
        var answerSpan = answer.mutableSpan
        let progress = session.receive(datagram.span, plaintext: &plaintextSpan, answer: &answerSpan)
        heard += (0..<progress.messages.count).map { Array(plaintext[progress.messages[$0]]) }
        return (0..<progress.datagrams.count).map { Array(answer[progress.datagrams[$0]]) }
    }

    mutating func send(_ message: [UInt8]) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: DatagramSession.room)
        var span = buffer.mutableSpan
        let count = session.send(message.span, into: &span)
        return Array(buffer[..<count])
    }

    mutating func retransmit() -> [[UInt8]] {
        var buffer = [UInt8](repeating: 0, count: DatagramSession.room)
        var span = buffer.mutableSpan
        let pieces = session.retransmit(into: &span)
        return (0..<pieces.count).map { Array(buffer[pieces[$0]]) }
    }

    /// Shakes hands with `server` until nobody says anything more; every datagram of either side is kept.
    @discardableResult
    mutating func shakeHands(with server: inout DatagramServer) -> (up: [[UInt8]], down: [[UInt8]]) {
        var all: (up: [[UInt8]], down: [[UInt8]]) = ([], [])
        var up = start()
        while !up.isEmpty {
            all.up += up
            var down: [[UInt8]] = []
            for datagram in up { down += server.receive(datagram) }
            all.down += down
            up = []
            for datagram in down { up += receive(datagram) }
        }
        return all
    }
}
