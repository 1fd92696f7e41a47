// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

/// Asks all workers and gathers what they answer, without ever waiting for one. Lives on one loop.
final class Survey {
    private let ask: @Sendable (_ worker: Int, Inquiry) -> Void
    private let workers: Int
    private unowned let loop: Loop
    private let answers: Mailbox<WorkerAnswer>
    private var nextNumber = 0
    private var open: [Int: (WorkerAnswer) -> Void] = [:]

    /// - Parameter ask: Leaves a question with a worker; its numbers count from zero to `workers`.
    init(
        of workers: Int, on loop: Loop, ask: @escaping @Sendable (_ worker: Int, Inquiry) -> Void
    ) throws(Errno) {
        (self.workers, self.loop, self.ask) = (workers, loop, ask)
        answers = try Mailbox()
        try answers.open(on: loop) { [weak self] answer in self?.open[answer.number]?(answer) }
    }

    /// What every worker has; in no order.
    func reports(_ done: @escaping ([WorkerReport]) -> Void) {
        var reports: [WorkerReport] = []
        let number = begin()
        let wanted = workers
        guard wanted > 0 else { return done([]) }
        open[number] = { [weak self] answer in
            if case .report(let report) = answer.content { reports.append(report) }
            guard reports.count == wanted else { return }
            self?.open[number] = nil
            done(reports)
        }
        for worker in 0..<workers { put(.report, to: worker, number) }
    }

    /// Every session of every worker, a few at a time, then nil.
    func sessions(_ each: @escaping ((worker: Int, sessions: [SessionSummary])?) -> Void) {
        let number = begin()
        var left = workers
        guard left > 0 else { return each(nil) }
        open[number] = { [weak self] answer in
            guard case .sessions(let sessions, let next) = answer.content else { return }
            if !sessions.isEmpty { each((answer.worker, sessions)) }
            if let next {
                self?.put(.sessions(from: next), to: answer.worker, number)
                return
            }
            left -= 1
            guard left == 0 else { return }
            self?.open[number] = nil
            each(nil)
        }
        for worker in 0..<workers { put(.sessions(from: 0), to: worker, number) }
    }

    /// Ends sessions; tells how many of them were still there.
    func kick(_ sessions: [(worker: Int, allocation: AllocationID)], _ done: @escaping (Int) -> Void) {
        let number = begin()
        var (left, ended) = (sessions.count, 0)
        guard left > 0 else { return done(0) }
        open[number] = { [weak self] answer in
            if case .kicked(true) = answer.content { ended += 1 }
            left -= 1
            guard left == 0 else { return }
            self?.open[number] = nil
            done(ended)
        }
        for session in sessions { put(.kick(session.allocation), to: session.worker, number) }
    }

    private func begin() -> Int {
        nextNumber += 1
        return nextNumber
    }

    private func put(_ question: Inquiry.Question, to worker: Int, _ number: Int) {
        ask(worker, Inquiry(number: number, question: question, asked: Moment.read().instant, answers: answers))
    }
}
