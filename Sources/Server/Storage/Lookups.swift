// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Wire

/// What the web loop wants looked up, handed to the thread that reads one question after the other.
final class Lookups {
    private struct Question {
        let query: StorageQuery
        let answer: (StorageFinding) -> Void
    }

    private let questions: Mailbox<StorageQuestion>
    private var queue = LookupQueue<Question>()
    private var asked: [Int: (StorageFinding) -> Void] = [:]
    private var lastNumber = 0

    /// Questions that the thread has at once: the next one is there when it has answered one.
    private static let atOnce = 2

    init(on loop: Loop, questions: Mailbox<StorageQuestion>, answers: Mailbox<StorageAnswer>) throws(Errno) {
        self.questions = questions
        try answers.open(on: loop) { [self] answer in
            asked.removeValue(forKey: answer.number)?(answer.finding)
            ask()
        }
    }

    /// Looks something up for whoever asks from `address`. What was acknowledged as written before is found.
    func find(_ query: StorageQuery, for address: IPAddress, _ answer: @escaping (StorageFinding) -> Void) {
        guard queue.add(Question(query: query, answer: answer), from: address) else { return answer(.tooMuch) }
        ask()
    }

    private func ask() {
        while asked.count < Self.atOnce, let question = queue.next() {
            lastNumber += 1
            asked[lastNumber] = question.answer
            questions.post(StorageQuestion(number: lastNumber, query: question.query))
        }
    }
}
