// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

/// One operator at the administration's socket: a line of JSON asks, and lines of JSON answer, the last with `ok`.
///
/// sterna-protocol(7) has the lines.
final class AdminConnection: StreamOwner {
    private let stream: Stream
    let office: Office
    private var unread: [UInt8] = []
    /// Requests are answered one after the other.
    private var isAnswering = false

    private static let longestRequest = 4096
    /// A list of all sessions of a large server waits here for its reader.
    private static let longestAnswer = 64 << 20

    init(on stream: Stream, _ office: Office) {
        (self.stream, self.office) = (stream, office)
        stream.sendLimit = Self.longestAnswer
    }

    func received(_ bytes: Span<UInt8>, on stream: Stream) {
        for index in bytes.indices { unread.append(bytes[index]) }
        guard unread.count <= Self.longestRequest || unread.contains(0x0A) else { return stream.abort() }
        next()
    }

    func closed(_ stream: Stream, because end: Stream.End) {}

    private func next() {
        guard !isAnswering, let end = unread.firstIndex(of: 0x0A) else { return }
        let line = Array(unread[..<end])
        unread.removeSubrange(...end)
        isAnswering = true
        guard let request = try? JSON(parsing: line), let verb = request["do"]?.string else {
            return refuse("a request is one line of JSON with “do”")
        }
        switch verb {
        case "status": office.report { [self] in finish(AdminAnswer.json($0)) }
        case "sessions": list(Selection(request))
        case "kick": kick(Selection(request))
        case "drain": drain(request)
        case "reload": reload()
        case "replace": replace()
        case "rooms", "channels", "people": moderate(verb, request)
        default:
            refuse(
                "there is no “\(verb)”; status, sessions, kick, rooms, channels, people, drain, reload and replace are there"
            )
        }
    }

    // MARK: - The verbs

    private func list(_ selection: Selection) {
        var count: Int64 = 0
        office.survey.sessions { [self] batch in
            guard let batch else { return finish([.init("count", .integer(count))]) }
            for session in batch.sessions where selection.includes(session, of: batch.worker) {
                count += 1
                send(.object([.init("session", AdminAnswer.json(session, of: batch.worker))]))
            }
        }
    }

    private func kick(_ selection: Selection) {
        guard !selection.isEverything else { return refuse("kick needs “id”, “user” or “address”") }
        var found: [(worker: Int, allocation: AllocationID)] = []
        office.survey.sessions { [self] batch in
            guard let batch else {
                return office.survey.kick(found) { [self] ended in finish([.init("kicked", .integer(Int64(ended)))]) }
            }
            for session in batch.sessions where selection.includes(session, of: batch.worker) {
                found.append((batch.worker, session.allocation))
            }
        }
    }

    private func drain(_ request: JSON) {
        let order: ServiceRequest.Order
        if request["cancel"]?.boolean == true {
            order = .stay
        } else {
            let seconds = request["within"]?.integer ?? 3600
            guard (1...604_800).contains(seconds) else { return refuse("“within” is a number of seconds up to a week") }
            order = .drain(within: .seconds(seconds))
        }
        office.desk.ask(order) { [self] answer in
            if case .refused(let why) = answer { refuse(why) } else { finish([]) }
        }
    }

    private func reload() {
        office.desk.ask(.reload) { [self] answer in
            guard case .reloaded(let report) = answer else { return refuse("nothing was reloaded") }
            func list(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }
            finish(
                [
                    .init("applied", list(report.applied)), .init("waiting", list(report.waiting)),
                    .init("places", list(report.places)),
                    .init("problems", list(report.problems)),
                ], isDone: report.isInForce)
        }
    }

    private func replace() {
        office.desk.ask(.replace) { [self] answer in
            if case .refused(let why) = answer { refuse(why) } else { finish([]) }
        }
    }

    // MARK: - Answers

    func refuse(_ explanation: String) { finish([.init("error", .string(explanation))], isDone: false) }

    func finish(_ members: [JSON.Member], isDone: Bool = true) {
        send(.object([.init("ok", .boolean(isDone))] + members))
        isAnswering = false
        next()
    }

    func send(_ json: JSON) {
        // Who does not read a whole list is let go.
        if stream.isOpen, !stream.send(json.bytes + [0x0A]) { stream.abort() }
    }
}

/// Which sessions a verb is about.
private struct Selection {
    private let id: String?
    private let user: String?
    private let address: String?

    init(_ request: JSON) {
        (id, user, address) = (request["id"]?.string, request["user"]?.string, request["address"]?.string)
    }

    var isEverything: Bool { id == nil && user == nil && address == nil }

    /// A user is meant with and without the time that TURN REST puts in front of the name.
    func includes(_ session: SessionSummary, of worker: Int) -> Bool {
        if let id, id != session.allocation.name(at: worker) { return false }
        if let user, user != session.user, !session.user.hasSuffix(":\(user)") { return false }
        guard let address else { return true }
        let client = session.flow.client
        return address == "\(client.address)" || address == "\(client)"
    }
}
