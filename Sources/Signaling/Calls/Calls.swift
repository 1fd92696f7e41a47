// SPDX-License-Identifier: Apache-2.0

package import Crypto
package import Wire

/// Calls as in a messenger (API §4): people with devices, chats of two, and ringing, over Socket.IO.
///
/// After every call of ``handle(_:now:)`` or of a verb for HTTP, drain ``nextOutput()`` until it returns nil, then
/// sleep no longer than ``deadline``.
package struct Calls: ~Copyable {
    package enum Input: Sendable {
        /// Chats that were persisted before a restart.
        case restored([ChatRecord])
        /// `GET /socket.io/` that asks for no upgrade. Requests are numbered by the driver, never twice the same.
        case get(request: Int, EngineQuery)
        /// `POST /socket.io/`
        case post(request: Int, EngineQuery, [UInt8])
        /// The client hung up on a request that was not answered yet.
        case abandoned(request: Int)
        /// A WebSocket was accepted at `/socket.io/`, after ``Calls/check(_:)``.
        case connected(Socket, EngineQuery)
        /// A whole text message. A binary one is refused by the driver.
        case text(Socket, [UInt8])
        case closed(Socket)
        case timeout
    }

    package enum Output: Hashable, Sendable {
        case respond(Int, EngineAnswer)
        case send(Socket, [UInt8])
        /// To be done after everything sent before has gone out. The machine has forgotten the socket.
        case close(Socket, CloseCode)
        case persist(ChatRecord)
        /// The chat is gone.
        case forget(chat: String)
        /// A call is over: to be kept in the call log.
        case record(CallRecord)
        /// The device is gone: credentials minted for it are no longer honoured.
        case revoke(peer: String)
        /// To be known to the relay before anything that comes after.
        case scope(RelayScope)
    }

    /// What a polling client is answered.
    package enum EngineAnswer: Hashable, Sendable {
        /// 200, `text/plain; charset=UTF-8`
        case packets(String)
        /// 200 `ok`, `text/html`
        case taken
        /// 400, `application/json`
        case refused(EngineRefusal)
    }

    package enum Refusal: Error, Hashable, Sendable {
        /// 400
        case badMembers
        /// 404
        case unknownPerson
    }

    /// A browser or app that somebody is signed in on.
    struct Device {
        let person: Person
        var renewal: Instant
    }

    enum Alarm: Hashable { case call(String), device(String) }

    var io: SocketIO
    /// How long a call rings.
    let ringing: Duration
    let mint: Mint
    let authenticate: Authenticate
    let person: (_ id: String) -> Person?
    var chats: [String: ChatRecord] = [:]
    /// The chats of every person, in the order of their making.
    var chatsOf: [String: [String]] = [:]
    var devices: [String: Device] = [:]
    var devicesOf: [String: [String]] = [:]
    var calls: [String: Call] = [:]
    /// In which call somebody is, ringing or running.
    var callOf: [String: String] = [:]
    /// Chats whose call ended while one side could not be told, and until when they still are.
    var unheardEnds: [String: Instant] = [:]
    /// When somebody began calls within the last minute.
    var attempts: [String: [Instant]] = [:]
    var alarms = Alarms<Alarm>()
    private var random: RandomStream

    /// - Parameters:
    ///   - authenticate: Who shows the right secret.
    ///   - person: Who somebody is.
    package init(
        ringing: Duration = .seconds(30), random: consuming RandomStream, mint: @escaping Mint,
        authenticate: @escaping Authenticate, person: @escaping (_ id: String) -> Person?
    ) {
        var random = random
        self.ringing = ringing
        io = SocketIO(random: RandomStream(seed: random.bytes(32)))
        self.random = random
        (self.mint, self.authenticate, self.person) = (mint, authenticate, person)
    }

    package var deadline: Instant? {
        guard let alarm = alarms.next else { return io.deadline }
        return io.deadline.map { min($0, alarm) } ?? alarm
    }

    package mutating func nextOutput() -> Output? { io.outputs.next() }

    /// Whether a WebSocket with that query may be accepted; asked before the upgrade.
    package func check(_ query: EngineQuery) throws(EngineRefusal) { try io.check(query, isWebSocket: true) }

    package mutating func handle(_ input: Input, now: Moment) {
        switch input {
        case .restored(let records): for record in records { add(record) }
        case .get(let request, let query):
            io.get(request, query, now: now.instant)
            // What was waiting may have been an offer.
            if let device = query.session { tellRinging(device) }
        case .post(let request, let query, let body): io.post(request, query, body, now: now.instant)
        case .abandoned(let request): io.abandon(request)
        case .connected(let socket, let query): io.connect(socket, query, now: now.instant)
        case .text(let socket, let bytes): io.text(socket, bytes, now: now.instant)
        case .closed(let socket): io.closed(socket)
        case .timeout:
            io.wake(now.instant)
            while let alarm = alarms.due(now.instant) { wake(alarm.key, now: now) }
        }
        follow(now: now)
    }

    /// Does what came of the sessions.
    private mutating func follow(now: Moment) {
        while let event = io.nextEvent() {
            switch event {
            case .connecting(let session, let auth): enter(session, auth, now: now)
            case .event(let session, let name, let data): act(on: name, data, from: session, now: now)
            case .gone(let session): leave(session, now: now)
            }
        }
    }

    // MARK: Chats

    /// `POST /api/chats`, by a person who has shown who they are.
    /// - Returns: The chat, and whether it was made now.
    package mutating func chat(of members: [String], by person: Person, now: Moment) throws(Refusal)
        -> (chat: ChatRecord, isNew: Bool)
    {
        guard members.count == 2, members[0] != members[1], members.contains(person.id) else { throw .badMembers }
        guard members.allSatisfy({ self.person($0) != nil }) else { throw .unknownPerson }
        if let id = chatsOf[members[0]]?.first(where: { chats[$0]?.members.contains(members[1]) == true }),
            let chat = chats[id]
        {
            return (chat, false)
        }
        let chat = ChatRecord(id: Base58.encode(random.bytes(12)), members: members, createdAt: now.time)
        add(chat)
        io.outputs.append(.persist(chat))
        for member in members where isOnline(member) { tellPresence(of: member, to: chat.other(than: member)) }
        return (chat, true)
    }

    /// `GET /api/chats`
    package func chats(of person: Person) -> JSON {
        // A loop, because the compiler crashes on a method of a noncopyable value that is passed as a function.
        var entries: [JSON] = []
        for id in chatsOf[person.id] ?? [] { if let chat = chats[id] { entries.append(json(chat)) } }
        return ["chats": .array(entries)]
    }

    /// A chat as `POST /api/chats` answers.
    package func json(_ chat: ChatRecord) -> JSON {
        [
            "chatId": .string(chat.id),
            "members": .array(
                chat.members.map { id in
                    [
                        "userId": .string(id), "name": .string(person(id)?.name.description ?? ""),
                        "online": .boolean(isOnline(id)),
                    ]
                }),
        ]
    }

    private mutating func add(_ chat: ChatRecord) {
        guard chats[chat.id] == nil else { return }
        chats[chat.id] = chat
        for member in chat.members { chatsOf[member, default: []].append(chat.id) }
    }

    /// How many devices a person is signed in on.
    package func deviceCount(of person: String) -> Int { devicesOf[person]?.count ?? 0 }

    /// Ends every device of a person; tells how many there were.
    package mutating func dismiss(_ person: String, now: Moment) -> Int {
        let sessions = devicesOf[person] ?? []
        for session in sessions { io.dismiss(session) }
        follow(now: now)
        return sessions.count
    }

    /// Forgets a person and their chats, after ``dismiss(_:now:)``.
    package mutating func forget(_ person: String) {
        for id in chatsOf.removeValue(forKey: person) ?? [] {
            guard let chat = chats.removeValue(forKey: id) else { continue }
            if let other = chat.other(than: person) { chatsOf[other]?.removeAll { $0 == id } }
            io.outputs.append(.forget(chat: id))
        }
        attempts[person] = nil
    }

    // MARK: Devices

    func isOnline(_ person: String) -> Bool { devicesOf[person]?.isEmpty == false }

    private mutating func enter(_ session: String, _ auth: JSON, now: Moment) {
        guard let id = auth["userId"]?.string, let secret = auth["secret"]?.string,
            let person = authenticate(id, secret)
        else { return io.refuse(session) }
        let servers = mint(session, now.time)
        devices[session] = Device(person: person, renewal: servers.renewal(mintedAt: now))
        let isFirst = !isOnline(person.id)
        devicesOf[person.id, default: []].append(session)
        alarms.set(.device(session), at: servers.renewal(mintedAt: now))
        io.accept(session)
        tell(servers, to: session)
        for other in acquaintances(of: person.id) {
            if isOnline(other) {
                io.emit("presence", ["userId": .string(other), "online": true], to: session)
            }
            if isFirst { tellPresence(of: person.id, to: other) }
        }
        welcome(session, person.id)
    }

    private mutating func leave(_ session: String, now: Moment) {
        guard let device = devices.removeValue(forKey: session) else { return }
        devicesOf[device.person.id]?.removeAll { $0 == session }
        miss(session, device.person.id, now: now)
        io.outputs.append(.revoke(peer: session))
        guard !isOnline(device.person.id) else { return }
        devicesOf[device.person.id] = nil
        for other in acquaintances(of: device.person.id) { tellPresence(of: device.person.id, to: other) }
    }

    private func acquaintances(of person: String) -> [String] {
        (chatsOf[person] ?? []).compactMap { chats[$0]?.other(than: person) }
    }

    private mutating func tellPresence(of person: String, to other: String?) {
        guard let other else { return }
        emit("presence", ["userId": .string(person), "online": .boolean(isOnline(person))], toAllOf: other)
    }

    mutating func emit(_ name: String, _ data: JSON, toAllOf person: String, except device: String? = nil) {
        for other in devicesOf[person] ?? [] where other != device { io.emit(name, data, to: other) }
    }

    private mutating func tell(_ servers: ICEServers, to session: String) {
        io.emit(
            "webrtc-config", ["iceServers": servers.json, "expiresAt": .string(servers.expiresAt.description)],
            to: session)
    }

    private mutating func wake(_ alarm: Alarm, now: Moment) {
        switch alarm {
        case .call(let chat): wakeCall(chat, now: now)
        case .device(let session):
            guard let device = devices[session] else { return }
            if now.instant >= device.renewal {
                let servers = mint(session, now.time)
                devices[session]?.renewal = servers.renewal(mintedAt: now)
                tell(servers, to: session)
            }
            alarms.set(.device(session), at: devices[session]?.renewal ?? now.instant + .seconds(60))
        }
    }
}
