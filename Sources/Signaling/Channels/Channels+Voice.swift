// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Wire

/// Somebody on `/ws/voice`.
struct Speaker {
    struct Seat {
        var channel: Name
        let name: Name
        var isMuted = false
        var isDeafened = false
        var isSpeaking = false
        /// When to hand out fresh credentials.
        var renewal: Instant
    }

    /// A new one after each seat: what is revoked stays so.
    var peer: String
    /// Who they have shown to be, before they joined.
    var person: Person?
    var seat: Seat?
    var signalled = Signalled()
}

/// What a page says on `/ws/voice`, checked.
enum VoiceVerb: Hashable {
    case auth(userID: String, secret: String)
    case join(String, as: Name, key: String?)
    /// An offer, answer or candidate with its own fields.
    case signal(type: String, to: String, JSON.Member, [IPAddress])
    case state(muted: Bool, deafened: Bool)
    case speaking(Bool)
    case leave
    case ping(t: JSON?)

    init(_ type: String, _ fields: JSON) throws(FieldProblem) {
        switch type {
        case "auth": self = .auth(userID: try fields.required("userId"), secret: try fields.required("secret"))
        case "join":
            self = .join(try fields.required("channel"), as: try fields.name("name"), key: try fields.text("key"))
        case "offer", "answer":
            let sdp = try fields.sdp()
            self = .signal(
                type: type, to: try fields.required("to"), .init("sdp", .string(sdp)), CandidateAddresses.of(sdp: sdp))
        case "candidate":
            let candidate = try fields.candidate()
            self = .signal(
                type: type, to: try fields.required("to"), .init("candidate", candidate),
                CandidateAddresses.of(candidate: candidate))
        case "state": self = .state(muted: try fields.flag("muted"), deafened: try fields.flag("deafened"))
        case "speaking": self = .speaking(try fields.flag("on"))
        case "leave": self = .leave
        case "ping": self = .ping(t: fields["t"])
        default: throw FieldProblem(sentence: "unknown type")
        }
    }
}

extension Channels {
    mutating func act(on verb: VoiceVerb, from socket: Socket, now: Moment) {
        switch verb {
        case .ping(let t): return send(socket, "pong", t.map { [.init("t", $0)] } ?? [])
        case .auth(let userID, let secret): return identifySpeaker(socket, userID, secret, now: now)
        case .join(let channel, let name, let key): return enter(channel, as: name, key: key, socket, now: now)
        case .signal, .state, .speaking, .leave: break
        }
        guard let speaker = speakers[socket], let seat = speaker.seat else {
            return fail(socket, .notJoined, "join a channel first")
        }
        let from = JSON.Member("from", .string(speaker.peer))
        switch verb {
        case .signal(let type, let to, let field, let addresses):
            let others = channels[seat.channel]?.sockets ?? []
            guard let other = others.first(where: { $0 != socket && speakers[$0]?.peer == to }) else {
                return fail(socket, .noSuchPeer, "nobody else here is “to”")
            }
            let fresh = speakers[socket]?.signalled.add(addresses) ?? []
            if !fresh.isEmpty { outputs.append(.scope(.signalled(fresh, peer: speaker.peer))) }
            send(other, type, [from, field])
        case .state(let muted, let deafened):
            speakers[socket]?.seat?.isMuted = muted
            speakers[socket]?.seat?.isDeafened = deafened
            announceVoice(seat.channel, now: now)
            broadcast(
                to: seat.channel, except: socket, "state",
                [from, .init("muted", .boolean(muted)), .init("deafened", .boolean(deafened))])
        case .speaking(let on):
            speakers[socket]?.seat?.isSpeaking = on
            announceVoice(seat.channel, now: now)
            broadcast(to: seat.channel, except: socket, "speaking", [from, .init("on", .boolean(on))])
        case .leave:
            vacate(socket, because: .bye, now: now)
        case .auth, .join, .ping:
            break  // Done above.
        }
    }

    private mutating func identifySpeaker(_ socket: Socket, _ userID: String, _ secret: String, now: Moment) {
        guard speakers[socket]?.seat == nil else {
            return fail(socket, .badMessage, "“auth” comes before “join”")
        }
        guard let person = authenticate(userID, secret) else { return close(socket, .forbidden, now: now) }
        speakers[socket]?.person = person
    }

    private mutating func enter(
        _ channel: String, as name: Name, key secret: String?, _ socket: Socket, now: Moment
    ) {
        guard let key = Name(channel), let record = channels[key]?.record, record.kind == .voice,
            record.admits(speakers[socket]?.person, with: secret)
        else {
            return fail(socket, .noSuchChannel, "there is no voice channel of that name", channel: channel)
        }
        guard !isBanned(socket, from: key, now: now) else {
            return fail(socket, .banned, "whoever made the channel does not want you in it", channel: channel)
        }
        guard let speaker = speakers[socket], speaker.seat == nil else {
            return fail(socket, .badMessage, "leave the other channel first", channel: channel)
        }
        let others = channels[key]?.sockets ?? []
        guard others.count < settings.maxVoice else {
            return fail(socket, .roomFull, "\(others.count) are inside, which is all it holds", channel: channel)
        }
        if let scope = channels[key]?.scope {
            outputs.append(.scope(.joined(peer: speaker.peer, room: scope, isGuest: false)))
        }
        let servers = mint(speaker.peer, now.time)
        let seat = Speaker.Seat(channel: key, name: name, renewal: servers.renewal(mintedAt: now))
        let peers = others.compactMap { speakers[$0] }.compactMap(Self.entry).map(JSON.object)
        send(
            socket, "joined",
            [.init("peerId", .string(speaker.peer)), .init("peers", .array(peers))] + servers.fields)
        speakers[socket]?.seat = seat
        if let entry = speakers[socket].flatMap(Self.entry) { broadcast(to: key, "peer-joined", entry) }
        channels[key]?.sockets.append(socket)
        setAlarm(key, at: seat.renewal)
        announceVoice(key, now: now)
    }

    /// Takes somebody out of a voice channel at once: nothing is kept for who is not there to speak.
    mutating func vacate(_ socket: Socket, because reason: LeaveReason, now: Moment) {
        guard let speaker = speakers[socket], let seat = speaker.seat else { return }
        standUp(socket)
        channels[seat.channel]?.sockets.removeAll { $0 == socket }
        broadcast(
            to: seat.channel, "peer-left",
            [.init("peerId", .string(speaker.peer)), .init("reason", .string(reason.rawValue))])
        announceVoice(seat.channel, now: now)
    }

    /// Takes a seat's credentials back. Who sits down again is somebody else to the relay.
    mutating func standUp(_ socket: Socket) {
        guard let speaker = speakers[socket] else { return }
        outputs.append(.revoke(peer: speaker.peer))
        speakers[socket] = Speaker(peer: Base58.encode(random.bytes(8)), person: speaker.person)
    }

    mutating func renewCredentials(_ channel: Name, now: Moment) {
        for socket in channels[channel]?.sockets ?? [] {
            guard let speaker = speakers[socket], let seat = speaker.seat, now.instant >= seat.renewal else { continue }
            let servers = mint(speaker.peer, now.time)
            speakers[socket]?.seat?.renewal = servers.renewal(mintedAt: now)
            send(socket, "ice", servers.fields)
        }
    }

    private static func entry(_ speaker: Speaker) -> [JSON.Member]? {
        speaker.seat.map { seat in
            [
                .init("peerId", .string(speaker.peer)), .init("name", .string(seat.name.description)),
                .init("muted", .boolean(seat.isMuted)), .init("deafened", .boolean(seat.isDeafened)),
            ]
        }
    }
}
