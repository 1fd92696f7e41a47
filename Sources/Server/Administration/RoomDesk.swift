// SPDX-License-Identifier: Apache-2.0
internal import Engine

/// How many rooms there are, and people in them.
struct RoomCensus: Hashable, Sendable {
    /// Links that are good.
    var rooms = 0
    /// Rooms with two people or more inside.
    var active = 0
    /// People inside a room; who is away counts.
    var people = 0
    var calls = CallTally()
}

/// Somebody asks how many rooms there are.
struct RoomInquiry: Sendable {
    let number: Int
    let answers: Mailbox<RoomAnswer>
}

/// How many there are.
struct RoomAnswer: Sendable {
    let number: Int
    let census: RoomCensus
}

/// Asks the thread of the rooms how many there are. Lives on the loop of who asks.
final class RoomDesk {
    private let ask: (@Sendable (RoomInquiry) -> Void)?
    private let answers: Mailbox<RoomAnswer>
    private var nextNumber = 0
    private var open: [Int: (RoomCensus?) -> Void] = [:]

    /// - Parameter ask: Nil where there are no rooms.
    init(asking ask: (@Sendable (RoomInquiry) -> Void)?, on loop: Loop) throws(Errno) {
        self.ask = ask
        answers = try Mailbox()
        try answers.open(on: loop) { [weak self] answer in
            self?.open.removeValue(forKey: answer.number)?(answer.census)
        }
    }

    /// Tells how many there are; nil where there is no web.
    func census(_ done: @escaping (RoomCensus?) -> Void) {
        guard let ask else { return done(nil) }
        nextNumber += 1
        open[nextNumber] = done
        ask(RoomInquiry(number: nextNumber, answers: answers))
    }
}
