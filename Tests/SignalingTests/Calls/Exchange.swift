// SPDX-License-Identifier: Apache-2.0
import Crypto
import Signaling
import Testing
import Wire

/// Calls among people who are known, with a simulated clock.
final class Exchange {
    private var calls: Calls
    private(set) var now = Moment(instant: Instant(nanoseconds: 1_000_000_000), time: UnixTime(seconds: 1_790_000_000))
    private var numbers: UInt64 = 0
    private var inbox: [Socket: [String]] = [:]
    private(set) var answers: [Int: Calls.EngineAnswer] = [:]
    private(set) var closed: [Socket: CloseCode] = [:]
    private(set) var chats: [ChatRecord] = []
    private(set) var log: [CallRecord] = []
    private(set) var revoked: [String] = []
    /// What the relay was told since last asked.
    private(set) var scopes: [RelayScope] = []

    func takeScopes() -> [RelayScope] {
        defer { scopes = [] }
        return scopes
    }

    static let names = ["ana": "Ana", "ben": "Ben", "cem": "Cem"]

    static func person(_ id: String) -> Person? {
        names[id].flatMap(Name.init).map { Person(id: id, name: $0) }
    }

    init() {
        calls = Calls(
            random: RandomStream(testSeed: 1),
            mint: { peer, now in
                ICEServers(
                    servers: [.init(urls: ["turn:t"], username: peer, credential: "c")], expiresAt: now + .seconds(3600)
                )
            },
            authenticate: { id, secret in secret == id + "-secret" ? Exchange.person(id) : nil },
            person: { Exchange.person($0) })
    }

    func handle(_ input: Calls.Input) {
        calls.handle(input, now: now)
        drain()
    }

    private func drain() {
        while let output = calls.nextOutput() {
            switch output {
            case .respond(let request, let answer):
                #expect(answers[request] == nil, "a request is answered once")
                answers[request] = answer
            case .send(let socket, let bytes):
                #expect(closed[socket] == nil, "nothing is sent after the close")
                inbox[socket, default: []].append(String(decoding: bytes, as: UTF8.self))
            case .close(let socket, let code): closed[socket] = code
            case .persist(let chat): chats.append(chat)
            case .forget(let id): chats.removeAll { $0.id == id }
            case .record(let call): log.append(call)
            case .revoke(let peer): revoked.append(peer)
            case .scope(let scope): scopes.append(scope)
            }
        }
    }

    func wait(_ delay: Duration, answeringPings sockets: [Socket] = []) {
        let end = now.instant + delay
        while let deadline = calls.deadline, deadline <= end {
            now = now + max(deadline - now.instant, .zero)
            handle(.timeout)
            if let next = calls.deadline { #expect(next > now.instant, "the machine asks to be woken later") }
            for socket in sockets where inbox[socket]?.contains("2") == true {
                inbox[socket]?.removeAll { $0 == "2" }
                say(socket, "3")
            }
        }
        now = now + (end - now.instant)
    }

    func chat(_ members: [String], by id: String) throws -> (chat: ChatRecord, isNew: Bool) {
        defer { drain() }
        let person = try #require(Self.person(id))
        return try calls.chat(of: members, by: person, now: now)
    }

    func list(of id: String) throws -> JSON {
        let person = try #require(Self.person(id))
        return calls.chats(of: person)
    }

    func check(_ query: EngineQuery) throws { try calls.check(query) }

    // MARK: Transports

    static func query(
        _ transport: String, session: String? = nil, version: String = "4", from address: IPAddress = .v4(0x0505_0501)
    ) -> EngineQuery {
        EngineQuery(version: version, transport: transport, session: session, from: address)
    }

    func get(_ query: EngineQuery) -> Int {
        numbers += 1
        handle(.get(request: Int(numbers), query))
        return Int(numbers)
    }

    /// What a GET is answered at once.
    func answer(_ query: EngineQuery) -> Calls.EngineAnswer? {
        let request = get(query)
        return answers[request]
    }

    func post(_ query: EngineQuery, _ body: String) -> Calls.EngineAnswer? {
        numbers += 1
        handle(.post(request: Int(numbers), query, Array(body.utf8)))
        return answers[Int(numbers)]
    }

    /// The packets that a poll was answered with; nil while it is held.
    func packets(_ request: Int) -> [String]? {
        guard case .packets(let text)? = answers[request] else { return nil }
        return text.split(separator: "\u{1E}").map(String.init)
    }

    func open(_ query: EngineQuery = query("websocket")) -> Socket {
        numbers += 1
        handle(.connected(Socket(numbers), query))
        return Socket(numbers)
    }

    func say(_ socket: Socket, _ text: String) { handle(.text(socket, Array(text.utf8))) }

    /// Everything since this was last asked.
    func heard(_ socket: Socket) -> [String] { inbox.removeValue(forKey: socket) ?? [] }

    // MARK: Devices

    /// A device that somebody is signed in on, over a WebSocket, and that has read what it was greeted with.
    func device(_ person: String) -> Socket {
        let socket = open()
        say(socket, #"40{"userId":"\#(person)","secret":"\#(person)-secret"}"#)
        _ = heard(socket)
        return socket
    }

    func emit(_ socket: Socket, _ name: String, _ data: JSON) {
        say(socket, "42" + JSON.array([.string(name), data]).text)
    }

    /// The events since this was last asked: names and data.
    func events(_ socket: Socket) -> [(name: String, data: JSON)] { Self.events(heard(socket)) }

    static func events(_ packets: [String]) -> [(name: String, data: JSON)] {
        packets.compactMap { packet in
            guard packet.hasPrefix("42"), let event = try? JSON(parsing: Array(packet.dropFirst(2).utf8)).array,
                event.count == 2
            else { return nil }
            return (event[0].string ?? "", event[1])
        }
    }

    /// The names of the events since this was last asked, with reasons or messages behind a colon.
    func names(_ socket: Socket) -> [String] {
        events(socket).map { name, data in
            let detail = data["reason"]?.string ?? data["message"]?.string
            return String(name.dropFirst(name.hasPrefix("call:") ? 5 : 0)) + (detail.map { ":" + $0 } ?? "")
        }
    }
}

let offer: JSON = ["type": "offer", "sdp": "v=0 offer"]
let answer: JSON = ["type": "answer", "sdp": "v=0 answer"]
