// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Wire

/// Engine.IO 4 and Socket.IO 5 for all clients: long-polling, WebSocket, the upgrade between them, pings, and packets.
struct SocketIO: ~Copyable {
    /// What the layer above is told.
    enum Event: Hashable {
        /// Somebody wants in; to be answered with ``SocketIO/accept(_:)`` or ``SocketIO/refuse(_:)``.
        case connecting(session: String, auth: JSON)
        case event(session: String, name: String, data: JSON)
        /// Somebody who was let in is gone.
        case gone(session: String)
    }

    /// Sessions at once, those included that have not said yet who they are.
    static let sessionLimit = 65_536
    /// Sessions of one IPv4 address or IPv6 /64: an office behind one address has that many telephones.
    static let sessionsPerSubscriber = 512

    private(set) var sessions: [String: EngineSession] = [:]
    private var sockets: [Socket: String] = [:]
    /// Whose session the requests are that are held open.
    private var polls: [Int: String] = [:]
    private var counts: [IPAddress: Int] = [:]
    private var random: RandomStream
    private var alarms = Alarms<String>()
    var outputs = Outputs<Calls.Output>()
    private var events = Outputs<Event>()

    init(random: consuming RandomStream) { self.random = random }

    var deadline: Instant? { alarms.next }

    mutating func nextEvent() -> Event? { events.next() }

    // MARK: From outside

    /// Whether a WebSocket with that query may be accepted.
    func check(_ query: EngineQuery, isWebSocket: Bool) throws(EngineRefusal) {
        guard query.version == "4" else { throw .unsupportedVersion }
        guard query.transport == (isWebSocket ? "websocket" : "polling") else { throw .unknownTransport }
        guard let id = query.session else {
            guard sessions.count < Self.sessionLimit, counts[query.subscriber] ?? 0 < Self.sessionsPerSubscriber else {
                throw .badRequest
            }
            return
        }
        guard let session = sessions[id] else { throw .unknownSession }
        // A session that has left polling never goes back, and is upgraded once.
        guard session.transport == .polling || (!isWebSocket && session.socket != nil) else { throw .badRequest }
    }

    mutating func get(_ request: Int, _ query: EngineQuery, now: Instant) {
        do throws(EngineRefusal) {
            try check(query, isWebSocket: false)
            guard let id = query.session else {
                let session = open(.polling, for: query, now: now)
                return outputs.append(.respond(request, .packets(session.opening)))
            }
            switch sessions[id]?.transport {
            case .polling? where sessions[id]?.poll == nil:
                sessions[id]?.poll = request
                polls[request] = id
                flush(id)
            case .upgrading?:
                outputs.append(.respond(request, .packets("6")))
            case .polling?:
                // Two polls at once would each get half of what is said.
                outputs.append(.respond(request, .refused(.badRequest)))
                close(id)
            case .webSocket?, nil:
                throw .badRequest
            }
        } catch {
            outputs.append(.respond(request, .refused(error)))
        }
    }

    mutating func post(_ request: Int, _ query: EngineQuery, _ body: [UInt8], now: Instant) {
        do throws(EngineRefusal) {
            try check(query, isWebSocket: false)
            guard let id = query.session else { throw .badHandshakeMethod }
            guard let text = String(validating: body, as: UTF8.self) else { throw .badRequest }
            outputs.append(.respond(request, .taken))
            for packet in text.split(separator: "\u{1E}", omittingEmptySubsequences: false) {
                receive(packet, from: id, now: now)
            }
        } catch {
            outputs.append(.respond(request, .refused(error)))
        }
    }

    /// The client hung up on a request that was held.
    mutating func abandon(_ request: Int) {
        if let id = polls.removeValue(forKey: request) { sessions[id]?.poll = nil }
    }

    /// Takes the request that is held for a session, to be answered.
    private mutating func takePoll(of id: String) -> Int? {
        guard let poll = sessions[id]?.poll.take() else { return nil }
        polls[poll] = nil
        return poll
    }

    mutating func connect(_ socket: Socket, _ query: EngineQuery, now: Instant) {
        guard (try? check(query, isWebSocket: true)) != nil else {
            return outputs.append(.close(socket, .badMessage))
        }
        if let id = query.session {
            sockets[socket] = id
        } else {
            let session = open(.webSocket(socket), for: query, now: now)
            sockets[socket] = session.id
            send(socket, session.opening)
        }
    }

    mutating func text(_ socket: Socket, _ bytes: [UInt8], now: Instant) {
        guard let id = sockets[socket], let session = sessions[id] else { return }
        guard let text = String(validating: bytes, as: UTF8.self) else { return close(id) }
        switch (session.transport, text) {
        case (.polling, "2probe"):
            sessions[id]?.transport = .upgrading(socket)
            send(socket, "3probe")
            // Ends the poll that is held, so that the client can leave it.
            if let poll = takePoll(of: id) { outputs.append(.respond(poll, .packets("6"))) }
        case (.upgrading(socket), "5"):
            sessions[id]?.transport = .webSocket(socket)
            flush(id)
        case (.upgrading, _), (.polling, _):
            // Not the one that is on its way, or said something else first.
            sockets[socket] = nil
            outputs.append(.close(socket, .badMessage))
            if session.transport == .upgrading(socket) { sessions[id]?.transport = .polling }
        case (.webSocket(socket), _):
            receive(text[...], from: id, now: now)
        case (.webSocket, _):
            sockets[socket] = nil
            outputs.append(.close(socket, .badMessage))
        }
    }

    mutating func closed(_ socket: Socket) {
        guard let id = sockets.removeValue(forKey: socket) else { return }
        switch sessions[id]?.transport {
        case .webSocket(socket)?: close(id)
        case .upgrading(socket)?: sessions[id]?.transport = .polling
        default: break
        }
    }

    mutating func wake(_ now: Instant) {
        while let alarm = alarms.due(now) {
            guard let session = sessions[alarm.key] else { continue }
            if let pongBy = session.pongBy {
                if now >= pongBy { close(session.id) } else { alarms.set(session.id, at: pongBy) }
            } else if now >= session.pingAt, !session.isConnected {
                // Had all that time to say who it is.
                close(session.id)
            } else if now >= session.pingAt {
                let pongBy = now + EngineSession.pingTimeout
                sessions[session.id]?.pongBy = pongBy
                alarms.set(session.id, at: pongBy)
                say("2", to: session.id)
            } else {
                alarms.set(session.id, at: session.pingAt)
            }
        }
    }

    // MARK: From above

    mutating func accept(_ id: String) {
        sessions[id]?.isConnected = true
        say("4" + SocketPacket.connected(Base58.encode(random.bytes(12))), to: id)
    }

    mutating func refuse(_ id: String) { say("4" + SocketPacket.refused("Not authorised"), to: id) }

    /// Says that the session is not wanted any more, and ends it.
    mutating func dismiss(_ id: String) {
        say("4" + SocketPacket.refused("Not authorised"), to: id)
        close(id, .forbidden)
    }

    mutating func emit(_ name: String, _ data: JSON, to id: String) {
        say("4" + SocketPacket.event(name, data), to: id)
    }

    /// Whether the client has everything that was said to it, as far as one can know.
    func isDelivered(to id: String) -> Bool { sessions[id]?.queue.isEmpty ?? false }

    // MARK: Sessions

    private mutating func open(
        _ transport: EngineSession.Transport, for query: EngineQuery, now: Instant
    ) -> EngineSession {
        let session = EngineSession(
            id: Base58.encode(random.bytes(16)), from: query.subscriber, transport: transport, now: now)
        sessions[session.id] = session
        counts[session.subscriber, default: 0] += 1
        alarms.set(session.id, at: session.nextWake)
        return session
    }

    private mutating func close(_ id: String, _ code: CloseCode = .normal) {
        let poll = takePoll(of: id)
        guard let session = sessions.removeValue(forKey: id) else { return }
        let others = (counts[session.subscriber] ?? 1) - 1
        counts[session.subscriber] = others > 0 ? others : nil
        if let poll { outputs.append(.respond(poll, .packets("1"))) }
        if let socket = session.socket, sockets.removeValue(forKey: socket) != nil {
            outputs.append(.close(socket, code))
        }
        if session.isConnected { events.append(.gone(session: id)) }
    }

    private mutating func receive(_ packet: Substring, from id: String, now: Instant) {
        guard let session = sessions[id] else { return }
        guard sessions[id]?.packets.take(now: now) == true else { return close(id, .tooFast) }
        switch packet.first {
        case "1": close(id)
        case "3":
            guard session.pongBy != nil else { return }
            sessions[id]?.pongBy = nil
            sessions[id]?.pingAt = now + EngineSession.pingInterval
            alarms.set(id, at: now + EngineSession.pingInterval)
        case "4": receive(SocketPacket(packet.dropFirst()), from: id)
        default: close(id)
        }
    }

    private mutating func receive(_ packet: SocketPacket?, from id: String) {
        let isConnected = sessions[id]?.isConnected ?? false
        switch packet {
        case .connect(let auth)? where !isConnected:
            events.append(.connecting(session: id, auth: auth))
        case .event(let name, let arguments, let number)? where isConnected:
            if let number { say("4" + SocketPacket.acknowledgement(number), to: id) }
            events.append(.event(session: id, name: name, data: arguments.first ?? .null))
        case .foreign(let namespace, isConnect: true)?:
            say("4" + SocketPacket.refused("Invalid namespace", namespace: namespace), to: id)
        case .acknowledgement?, .foreign?: break
        case .disconnect?, .connect?, .event?, nil: close(id)
        }
    }

    private mutating func say(_ packet: String, to id: String) {
        sessions[id]?.enqueue(packet)
        flush(id)
        if sessions[id]?.hasOverflowed == true { close(id) }
    }

    /// Sends what waits, if there is a way.
    private mutating func flush(_ id: String) {
        guard let session = sessions[id], !session.queue.isEmpty else { return }
        switch session.transport {
        case .webSocket(let socket):
            for packet in sessions[id]?.takeQueue() ?? [] { send(socket, packet) }
        case .polling:
            guard let poll = takePoll(of: id), let packets = sessions[id]?.takeQueue() else { return }
            outputs.append(.respond(poll, .packets(packets.joined(separator: "\u{1E}"))))
        case .upgrading: break
        }
    }

    private mutating func send(_ socket: Socket, _ text: String) {
        outputs.append(.send(socket, Array(text.utf8)))
    }
}
