// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

/// Something that a worker is asked from outside, and where it leaves the answer.
struct Inquiry: Sendable {
    enum Question: Sendable {
        /// What it has and has counted.
        case report
        /// Its sessions from a place in its table on; a bounded number, so that no packet waits.
        case sessions(from: UInt32)
        /// To end one session.
        case kick(AllocationID)
    }

    /// Tells the answer from those to other inquiries.
    let number: Int
    let question: Question
    let asked: Instant
    let answers: Mailbox<WorkerAnswer>
}

/// What one worker says to an inquiry.
struct WorkerAnswer: Sendable {
    enum Content: Sendable {
        case report(WorkerReport)
        /// Some of the sessions; where to go on, or nil after the last of them.
        case sessions([SessionSummary], next: UInt32?)
        /// Whether there was such a session.
        case kicked(Bool)
    }

    let number: Int
    let worker: Int
    let content: Content
}

/// One worker, as it stood when it was asked.
struct WorkerReport: Sendable {
    let number: Int
    let tally: RelayTally
    let counts: Counts
    let census: Census
    /// How long the question waited until the worker came to it: as long as a packet waits just then.
    let delay: Duration
    /// Clients over TCP and TLS that are connected.
    let streams: Int
}

extension Worker {
    private static var sessionsAtOnce: Int { 128 }

    /// Answers somebody who asks from another thread.
    func answer(_ inquiry: Inquiry) {
        inquiry.answers.post(
            WorkerAnswer(number: inquiry.number, worker: place.number, content: content(for: inquiry)))
    }

    private func content(for inquiry: Inquiry) -> WorkerAnswer.Content {
        switch inquiry.question {
        case .report:
            return .report(
                WorkerReport(
                    number: place.number, tally: wholeTally, counts: relay.counts, census: relay.census(),
                    delay: loop.now.instant - inquiry.asked, streams: streams.count))
        case .sessions(let first):
            var sessions: [SessionSummary] = []
            let next = relay.sessions(from: first, atMost: Self.sessionsAtOnce, now: loop.now) { sessions.append($0) }
            return .sessions(sessions, next: next)
        case .kick(let allocation):
            let before = relay.allocationCount
            relay.handle(.kick(allocation), now: loop.now)
            performOutputs()
            return .kicked(relay.allocationCount < before)
        }
    }
}
