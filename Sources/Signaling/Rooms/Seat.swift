// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// A participant's place in a room, which outlives the sockets it is spoken through.
struct Seat {
    /// Whether the page counts what it gets: only then is anything kept for it.
    enum Counting: UInt64 { case undecided, counts, doesNot }

    /// How long a seat is kept while its participant is away.
    static let patience = Duration.seconds(45)
    /// How long a page may be silent before it is away.
    static let silence = Duration.seconds(12)

    let peer: String
    /// The secret that gives the seat back to whoever shows it.
    let resume: String
    let name: String
    let role: ServerMessage.Role
    let takenAt: Instant
    var media = MediaState()
    var signalled = Signalled()
    var socket: Socket?
    var heardAt: Instant
    var awaySince: Instant?
    /// The highest number of the page's messages, received in order.
    var received: Int64 = 0
    var counting = Counting.undecided
    /// How many connections the page has told of.
    var reports = 0
    var outbox = Outbox<ServerMessage>()
    /// When to hand out fresh credentials.
    var renewal: Instant

    var entry: ServerMessage.PeerEntry {
        ServerMessage.PeerEntry(peer: peer, name: name, media: media, away: awaySince != nil)
    }

    /// When something happens to this seat if nobody says anything.
    var nextWake: Instant {
        if let awaySince { return awaySince + Self.patience }
        return min(heardAt + Self.silence, renewal)
    }

    /// Sends a message that counts, and keeps it until it is acknowledged.
    mutating func tell(_ message: ServerMessage, in hall: inout Hall) {
        let number = outbox.number()
        let bytes = message.bytes(number: number, acknowledged: received)
        if counting != .doesNot { outbox.keep(message, size: bytes.count) }
        if let socket { hall.send(socket, bytes) }
    }

    /// Sends again, over a new socket, what has not been acknowledged.
    func replay(in hall: inout Hall) {
        guard let socket else { return }
        for (number, message) in outbox.unacknowledged {
            hall.send(socket, message.bytes(number: number, acknowledged: received))
        }
    }

    /// Takes note of an acknowledgement; false when it names what was never sent.
    mutating func acknowledge(_ number: Int64) -> Bool {
        if counting == .undecided { counting = .counts }
        return outbox.acknowledge(number)
    }

    /// The page leaves numbers out: nothing is kept for it from now on.
    mutating func stopCounting() {
        counting = .doesNot
        outbox.discard()
    }
}
