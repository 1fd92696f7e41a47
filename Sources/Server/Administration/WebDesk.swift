// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import Wire

/// How many rooms there are, and people in them.
struct RoomCensus: Hashable, Sendable {
    /// Links that are good.
    var rooms = 0
    /// Rooms with two people or more inside.
    var active = 0
    /// People inside a room; who is away counts.
    var people = 0
    var calls = CallTally()
    var storage = StorageCensus()
}

/// How it stands with what is to be kept.
struct StorageCensus: Hashable, Sendable {
    /// Whether it is being stored.
    var isStoring = true
    /// How long the changes that are on their way to the disk have been.
    var delay = Duration.zero
    /// Changes that wait for a disk that takes none.
    var owed = 0
}

/// Something that the thread of the rooms, channels and people is asked.
struct WebInquiry: Sendable {
    enum Question: Sendable {
        /// How many rooms there are.
        case census
        /// What an operator wants to see or to be done.
        case moderate(ModerationOrder)
    }

    /// Tells the answer from those to other inquiries.
    let number: Int
    let question: Question
    let answers: Mailbox<WebAnswer>
}

/// What it says.
struct WebAnswer: Sendable {
    enum Content: Sendable {
        case census(RoomCensus)
        /// What there is, by name, in no order.
        case names([String])
        /// Those of the names that are still there.
        case entries([JSON])
        case done
        /// Why it was not done.
        case refused(String)
    }

    let number: Int
    let content: Content
}

/// Asks the thread of the rooms, channels and people. Lives on the loop of who asks.
final class WebDesk {
    private let ask: (@Sendable (WebInquiry) -> Void)?
    private let answers: Mailbox<WebAnswer>
    private var nextNumber = 0
    private var open: [Int: (WebAnswer.Content) -> Void] = [:]

    /// - Parameter ask: Nil where there is no web.
    init(asking ask: (@Sendable (WebInquiry) -> Void)?, on loop: Loop) throws(Errno) {
        self.ask = ask
        answers = try Mailbox()
        try answers.open(on: loop) { [weak self] answer in
            self?.open.removeValue(forKey: answer.number)?(answer.content)
        }
    }

    /// Tells how many rooms there are; nil where there is no web.
    func census(_ done: @escaping (RoomCensus?) -> Void) {
        guard ask != nil else { return done(nil) }
        put(.census) { if case .census(let census) = $0 { done(census) } else { done(nil) } }
    }

    /// Has an order of an operator done.
    func moderate(_ order: ModerationOrder, _ done: @escaping (WebAnswer.Content) -> Void) {
        guard ask != nil else {
            return done(.refused("there are no rooms, channels and people here: no web is served"))
        }
        put(.moderate(order), done)
    }

    private func put(_ question: WebInquiry.Question, _ done: @escaping (WebAnswer.Content) -> Void) {
        nextNumber += 1
        open[nextNumber] = done
        ask?(WebInquiry(number: nextNumber, question: question, answers: answers))
    }
}
