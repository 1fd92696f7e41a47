// SPDX-License-Identifier: Apache-2.0

/// What was sent to a seat and not acknowledged yet, in order; numbers begin at 1.
struct Outbox<Message> {
    /// Beyond either the seat is lost.
    static var messageLimit: Int { 256 }
    static var byteLimit: Int { 1 << 20 }

    private var entries: [(message: Message, size: Int)] = []
    private var bytes = 0
    /// The number of the last message that was appended.
    private(set) var sent: Int64 = 0

    init() {}

    /// Goes on with what another process had sent and not got acknowledged, in order, and how large each is.
    init(sent: Int64, unacknowledged: [(message: Message, size: Int)]) {
        self.sent = sent
        entries = unacknowledged
        bytes = unacknowledged.reduce(0) { $0 + $1.size }
    }

    var hasOverflowed: Bool { entries.count > Self.messageLimit || bytes > Self.byteLimit }

    /// Takes the next number for a message.
    mutating func number() -> Int64 {
        sent += 1
        return sent
    }

    /// Keeps the message that has just got its number.
    mutating func keep(_ message: Message, size: Int) {
        entries.append((message, size))
        bytes += size
    }

    /// Lets go of everything up to `number`; false when that was never sent.
    mutating func acknowledge(_ number: Int64) -> Bool {
        guard number <= sent else { return false }
        let kept = Int(clamping: sent - number)
        while entries.count > kept { bytes -= entries.removeFirst().size }
        return true
    }

    /// Lets go of everything: whoever reads does not count.
    mutating func discard() {
        entries = []
        bytes = 0
    }

    /// What is not acknowledged, with its numbers.
    var unacknowledged: [(number: Int64, message: Message)] {
        entries.enumerated().map { (sent - Int64(entries.count - 1 - $0.offset), $0.element.message) }
    }
}
