// SPDX-License-Identifier: Apache-2.0

import TLS

/// One end of a connection, with a buffer for each direction and everything that it was told.
struct End: ~Copyable {
    var session: Session
    var heard: [UInt8] = []
    private var plaintext: [UInt8]
    private var ciphertext: [UInt8]

    init(_ session: consuming Session, room: Int = 65_536) {
        self.session = session
        plaintext = [UInt8](repeating: 0, count: room)
        ciphertext = [UInt8](repeating: 0, count: room)
    }

    /// Gives the session all of `bytes`; what it answers.
    mutating func receive(_ bytes: [UInt8]) -> [UInt8] {
        var answer: [UInt8] = []
        var rest = bytes[...]
        while true {
            let progress = feed(Array(rest))
            rest = rest.dropFirst(progress.consumed)
            heard += plaintext[..<progress.plaintext]
            answer += ciphertext[..<progress.answer]
            if !progress.hasMore { return answer }
        }
    }

    /// Encrypts all of `bytes`.
    mutating func send(_ bytes: [UInt8]) -> [UInt8] {
        var sent: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let (taken, written) = encrypt(Array(rest))
            sent += ciphertext[..<written]
            rest = rest.dropFirst(taken)
            if taken == 0, written == 0 { break }
        }
        return sent
    }

    mutating func finish() -> [UInt8] {
        var buffer = ciphertext
        var span = buffer.mutableSpan
        let count = session.finish(into: &span)
        return Array(buffer[..<count])
    }

    private mutating func feed(_ bytes: [UInt8]) -> Session.Progress {
        var (plain, cipher) = (plaintext, ciphertext)
        defer { (plaintext, ciphertext) = (plain, cipher) }
        var plainSpan = plain.mutableSpan
        var cipherSpan = cipher.mutableSpan
        return session.receive(bytes.span, plaintext: &plainSpan, answer: &cipherSpan)
    }

    private mutating func encrypt(_ bytes: [UInt8]) -> (taken: Int, written: Int) {
        var cipher = ciphertext
        defer { ciphertext = cipher }
        var span = cipher.mutableSpan
        return session.send(bytes.span, into: &span)
    }
}

/// A client and a server with nothing between them.
struct Pair: ~Copyable {
    var client: End
    var server: End

    init(_ server: Context, _ client: Context, host: String = "localhost", room: Int = 65_536) {
        self.client = End(Session(connecting: client, to: host), room: room)
        self.server = End(Session(serving: server), room: room)
    }

    /// Shakes hands until nobody has anything more to say; the bytes that went each way.
    @discardableResult
    mutating func shakeHands() -> (up: Int, down: Int) {
        var up = client.receive([])
        var total = (up: 0, down: 0)
        while !up.isEmpty {
            total.up += up.count
            let down = server.receive(up)
            total.down += down.count
            up = client.receive(down)
        }
        return total
    }
}
