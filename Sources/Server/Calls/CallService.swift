// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Crypto
internal import Engine
internal import Signaling
internal import WebSocket
internal import Wire

/// Drives the machine of a messenger's calls on the web loop: polling and WebSocket clients, its timer, its records.
final class CallService {
    private var machine: Calls
    private unowned let loop: Loop
    private let mint: ICEServerMint
    private let records: Records
    private let hosts = PeerHosts()
    private var sockets: [Socket: WebSocketConnection] = [:]
    /// Requests that are not answered yet.
    private var requests: [Int: (Calls.EngineAnswer) -> Void] = [:]
    private var lastRequest = 0
    private var timer: Timer?
    private var isDraining = false

    init(
        _ settings: Configuration.Settings, on loop: Loop, mint: ICEServerMint, people: PeopleService,
        records: Records, remembered: [ChatRecord]
    ) {
        (self.loop, self.mint, self.records) = (loop, mint, records)
        machine = Calls(
            ringing: settings.callRinging, random: RandomStream(seed: Randomness.bytes(32)),
            mint: { [hosts] peer, now in mint.servers(for: peer, at: hosts.host(of: peer), now: now) },
            authenticate: { people.authenticate($0, $1) }, person: { people.person($0) })
        timer = Timer(on: loop) { [weak self] in self?.handle(.timeout) }
        restore(remembered)
    }

    /// Takes over what a database holds, beside what is there.
    func restore(_ remembered: [ChatRecord]) { handle(.restored(remembered)) }

    // MARK: - Engine.IO

    /// Whether a WebSocket with that query may be accepted.
    func check(_ query: EngineQuery) throws(EngineRefusal) { try machine.check(query) }

    /// Lets a new WebSocket in.
    ///
    /// - Parameter host: The name that the client reached this server by, and so can reach its relay by.
    func connect(_ connection: WebSocketConnection, _ query: EngineQuery, host: String) {
        let socket = Socket(connection.number)
        sockets[socket] = connection
        hosts.names[socket] = host
        handle(.connected(socket, query), at: host)
    }

    /// Answers a request of a polling client, now or when there is something to say.
    ///
    /// - Parameter body: What was posted; nil for a GET.
    /// - Returns: To be called when the client has hung up before the answer.
    func serve(
        _ query: EngineQuery, body: [UInt8]?, host: String, answer: @escaping (Calls.EngineAnswer) -> Void
    ) -> () -> Void {
        lastRequest += 1
        let number = lastRequest
        requests[number] = answer
        if let body {
            handle(.post(request: number, query, body), at: host)
        } else {
            handle(.get(request: number, query), at: host)
        }
        return { [weak self] in
            guard self?.requests.removeValue(forKey: number) != nil else { return }
            self?.handle(.abandoned(request: number))
        }
    }

    // MARK: - The verbs of /api/chats and /api/calls

    /// Makes a chat, or finds it, and answers once it is on the disk.
    func chat(
        of members: [String], by person: Person,
        answer: @escaping (_ chat: JSON, _ isNew: Bool, _ isWritten: Bool) -> Void
    ) throws(Calls.Refusal) {
        let (chat, isNew) = try machine.chat(of: members, by: person, now: loop.now)
        drain()
        records.whenWritten { [self] isWritten in answer(machine.json(chat), isNew, isWritten) }
    }

    func chats(of person: Person) -> JSON { machine.chats(of: person) }

    // MARK: - The operator

    /// How many devices of a person are here.
    func devices(of person: String) -> Int { machine.deviceCount(of: person) }

    /// Ends every device of a person; tells how many there were.
    func dismiss(_ person: String) -> Int {
        defer { drain() }
        return machine.dismiss(person, now: loop.now)
    }

    /// Forgets the chats of a person.
    func forget(_ person: String) {
        machine.forget(person)
        drain()
    }

    /// The last calls of a person, newest first; nil when they cannot be read.
    func log(
        of person: Person, people: PeopleService, for address: IPAddress, answer: @escaping (JSON?) -> Void
    ) {
        records.lookups.find(.calls(of: person.id), for: address) { finding in
            guard case .calls(let calls) = finding else { return answer(nil) }
            answer(["calls": .array(calls.map { $0.json(for: person, people) })])
        }
    }

    // MARK: - The machine

    private func handle(_ input: Calls.Input, at host: String? = nil) {
        hosts.current = host
        machine.handle(input, now: loop.now)
        hosts.current = nil
        drain()
    }

    /// Does all that the machine asks for. What is asked meanwhile is done by the outermost call.
    private func drain() {
        guard !isDraining else { return }
        isDraining = true
        while let output = machine.nextOutput() {
            switch output {
            case .respond(let request, let answer): requests.removeValue(forKey: request)?(answer)
            case .send(let socket, let bytes): sockets[socket]?.send(text: bytes)
            case .close(let socket, let code):
                sockets.removeValue(forKey: socket)?.close(WebSocket.CloseCode(rawValue: code.rawValue))
                hosts.names[socket] = nil
            case .persist(let chat): records.write(.chat(chat))
            case .forget(let chat): records.write(.forgetChat(id: chat))
            case .record(let call): records.write(.call(call))
            case .revoke(let peer):
                hosts.peers[peer] = nil
                mint.withdraw(peer, now: loop.now.time)
            case .scope(let scope): mint.tell(scope)
            }
        }
        isDraining = false
        timer?.arm(at: machine.deadline)
    }
}

extension CallService: WebSocketOwner {
    func received(text: [UInt8], from connection: WebSocketConnection) {
        let socket = Socket(connection.number)
        handle(.text(socket, text), at: hosts.names[socket])
    }

    func closed(_ connection: WebSocketConnection) {
        let socket = Socket(connection.number)
        sockets[socket] = nil
        hosts.names[socket] = nil
        handle(.closed(socket))
    }
}

extension CallRecord {
    /// An entry of `GET /api/calls`, as one of the two sees it.
    fileprivate func json(for person: Person, _ people: PeopleService) -> JSON {
        let isOutgoing = caller == person.id
        let other = isOutgoing ? callee : caller
        var members: [JSON.Member] = [
            .init("chatId", .string(chat)), .init("direction", isOutgoing ? "outgoing" : "incoming"),
            .init("userId", .string(other)), .init("name", .string(people.person(other)?.name.description ?? "")),
            .init("video", .boolean(video)), .init("startedAt", .string(startedAt.description)),
            .init("endedAt", .string(endedAt.description)), .init("outcome", .string(outcome.rawValue)),
            .init("missed", .boolean(!isOutgoing && isMissed)),
        ]
        if let answeredAt { members.append(.init("answeredAt", .string(answeredAt.description))) }
        return .object(members)
    }
}
