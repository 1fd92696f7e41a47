// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import Wire

/// What the administration asks of the service as a whole; answered on the service's own loop.
struct ServiceRequest: Sendable {
    enum Order: Sendable {
        case facts
        /// Reads the configuration again and tells what came of it.
        case reload
        /// Takes no new allocations, and ends the server when there are none left, at the latest after this time.
        case drain(within: Duration)
        /// Takes new allocations again.
        case stay
        /// Becomes the program that lies in its place, and takes all sessions along.
        case replace
    }

    /// Tells the answer from those to other requests.
    let number: Int
    let order: Order
    let answers: Mailbox<ServiceAnswer>
}

/// What the service says to a request.
struct ServiceAnswer: Sendable {
    enum Content: Sendable {
        case facts(ServerFacts)
        case reloaded(ReloadReport)
        /// Draining was begun or ended.
        case done
        /// Why it was not done.
        case refused(String)
    }

    let number: Int
    let content: Content
}

/// What came of reading the configuration again.
struct ReloadReport: Sendable {
    /// Whether it is in force; a configuration with a mistake changes nothing.
    var isInForce = false
    var applied: [String] = []
    /// Keys that wait for a restart.
    var waiting: [String] = []
    /// Where each of them stands now; empty where its line was taken away.
    var places: [String] = []
    /// Where and what, one for each warning and mistake.
    var problems: [String] = []
}

/// Leaves requests with the service, and gives each its answer. Lives on the loop of who asks.
final class ServiceDesk {
    private let requests: Mailbox<ServiceRequest>
    private let answers: Mailbox<ServiceAnswer>
    private var nextNumber = 0
    private var open: [Int: (ServiceAnswer.Content) -> Void] = [:]

    /// - Parameter requests: Where the service looks.
    init(asking requests: Mailbox<ServiceRequest>, on loop: Loop) throws(Errno) {
        self.requests = requests
        answers = try Mailbox()
        try answers.open(on: loop) { [weak self] answer in
            self?.open.removeValue(forKey: answer.number)?(answer.content)
        }
    }

    func ask(_ order: ServiceRequest.Order, _ done: @escaping (ServiceAnswer.Content) -> Void) {
        nextNumber += 1
        open[nextNumber] = done
        requests.post(ServiceRequest(number: nextNumber, order: order, answers: answers))
    }
}
