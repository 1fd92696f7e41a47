// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// One walkie-talkie room: exists while somebody is inside.
struct TalkieRoom {
    let name: Name
    private var listeners: [Socket: Listener] = [:]
    private var order: [Socket] = []
    private var talk: Talk?
    private var lastTalk: Talk?
    private var news = Announcement()
    /// The alarm that is set for this room.
    var alarm: Instant?
    /// Those for whom so much waits that they must be gone.
    var hopeless: Set<Socket> = []

    init(_ name: Name) { self.name = name }

    var isEmpty: Bool { order.isEmpty }
    /// Who has the air.
    var talker: Socket? { talk?.talker }
    var count: Int { order.count }
    /// Bytes that are kept for hearing them again.
    var keptBytes: Int { (talk?.keptBytes ?? 0) + (lastTalk?.keptBytes ?? 0) }

    mutating func forgetTalks() {
        talk?.forget()
        lastTalk = nil
    }

    // MARK: Coming and going

    mutating func admit(
        _ socket: Socket, peer: String, name: Name, into outputs: inout Outputs<Talkie.Output>, now: Instant
    ) {
        listeners[socket] = Listener(peer: peer, name: name)
        order.append(socket)
        // The newcomer is told at once, the others perhaps a little later.
        send(peerInfo(for: peer, suffix: peerInfoSuffix), to: socket, into: &outputs)
        if let talk {
            if let opening = talk.opening { send(opening, to: socket, into: &outputs) }
            listeners[socket]?.reception = .waiting(hasOpening: talk.opening != nil)
        }
        inform(except: socket, into: &outputs, now: now)
    }

    mutating func leave(_ socket: Socket, into outputs: inout Outputs<Talkie.Output>, now: Instant) {
        guard listeners.removeValue(forKey: socket) != nil else { return }
        order.removeAll { $0 == socket }
        hopeless.remove(socket)
        if talk?.talker == socket { release(into: &outputs, now: now) } else { inform(into: &outputs, now: now) }
    }

    // MARK: What people do

    /// Takes a message; false when it is none.
    mutating func receive(
        _ frame: [UInt8], from socket: Socket, _ settings: Talkie.Settings, into outputs: inout Outputs<Talkie.Output>,
        now: Instant
    ) -> Bool {
        switch frame.first {
        case TalkieFrame.pressed where frame.count == 1:
            press(socket, into: &outputs, now: now)
        case TalkieFrame.released where frame.count == 1:
            if talk?.talker == socket { release(into: &outputs, now: now) }
        case TalkieFrame.chunk:
            if talk?.talker == socket { relay(frame, into: &outputs, now: now) }
        case TalkieFrame.ping where frame.count <= 1 + TalkieFrame.longestPing:
            send([TalkieFrame.pong] + frame.dropFirst(), to: socket, into: &outputs)
        case TalkieFrame.replay:
            replay(to: socket, into: &outputs)
        default:
            return false
        }
        return true
    }

    private mutating func press(_ socket: Socket, into outputs: inout Outputs<Talkie.Output>, now: Instant) {
        switch talk?.talker {
        case nil:
            talk = Talk(talker: socket, now: now)
            for listener in order { listeners[listener]?.reception = .following }
            send([TalkieFrame.granted], to: socket, into: &outputs)
            informNow(into: &outputs, now: now)
        case socket?:
            send([TalkieFrame.granted], to: socket, into: &outputs)
        default:
            send([TalkieFrame.denied], to: socket, into: &outputs)
        }
    }

    private mutating func release(into outputs: inout Outputs<Talkie.Output>, now: Instant) {
        guard let talk else { return }
        outputs.append(
            .log(
                .talked(
                    peer: listeners[talk.talker]?.peer ?? "gone", for: now - talk.grantedAt, bytes: talk.bytes,
                    listeners: order.count)))
        // A press without a word is no talk to be heard again.
        if talk.bytes > 0 { lastTalk = talk }
        self.talk = nil
        for socket in order { send([TalkieFrame.airIsFree], to: socket, into: &outputs) }
        informNow(into: &outputs, now: now)
    }

    private mutating func relay(_ chunk: [UInt8], into outputs: inout Outputs<Talkie.Output>, now: Instant) {
        let mime = talk?.mime
        guard let piece = talk?.append(chunk, now: now), let talk else { return }
        // Whoever is to hear this has to know first what it is.
        if talk.mime != mime { informNow(into: &outputs, now: now) }
        let opening = talk.opening
        for socket in order where socket != talk.talker {
            for frame in listeners[socket]?.take(piece, opening: opening) ?? [] {
                send(frame, to: socket, into: &outputs)
            }
        }
    }

    /// The last talk again, when the air is free and the asker is able to listen.
    private mutating func replay(to socket: Socket, into outputs: inout Outputs<Talkie.Output>) {
        guard talk == nil, let lastTalk, let listener = listeners[socket], listener.backlog <= Listener.caughtUp else {
            return
        }
        for frame in lastTalk.replay { send(frame, to: socket, into: &outputs) }
    }

    // MARK: The network

    private mutating func send(_ frame: [UInt8], to socket: Socket, into outputs: inout Outputs<Talkie.Output>) {
        outputs.append(.send(socket, frame))
        listeners[socket]?.backlog += frame.count
        if let backlog = listeners[socket]?.backlog, backlog > Listener.hopeless { hopeless.insert(socket) }
    }

    mutating func unsent(_ socket: Socket, bytes: Int) { listeners[socket]?.backlog = bytes }

    // MARK: Time

    /// When something happens in this room if nobody does anything.
    func nextWake(_ settings: Talkie.Settings) -> Instant? {
        let talkEnds = talk.map { min($0.heardAt + settings.silence, $0.grantedAt + settings.limit) }
        guard let newsDue = news.due else { return talkEnds }
        return talkEnds.map { min($0, newsDue) } ?? newsDue
    }

    /// Does what is due.
    mutating func wake(_ settings: Talkie.Settings, into outputs: inout Outputs<Talkie.Output>, now: Instant) {
        if let talk, now >= min(talk.heardAt + settings.silence, talk.grantedAt + settings.limit) {
            release(into: &outputs, now: now)
        }
        if let due = news.due, now >= due { informNow(into: &outputs, now: now) }
    }

    // MARK: Who is there

    /// Tells everybody of a change; in a large room several changes are told as one.
    private mutating func inform(
        except newcomer: Socket? = nil, into outputs: inout Outputs<Talkie.Output>, now: Instant
    ) {
        if news.mayBeToldNow(to: order.count, now: now) {
            informNow(except: newcomer, into: &outputs, now: now)
        }
    }

    private mutating func informNow(
        except newcomer: Socket? = nil, into outputs: inout Outputs<Talkie.Output>, now: Instant
    ) {
        news.told(now: now)
        let suffix = peerInfoSuffix
        for socket in order where socket != newcomer {
            guard let peer = listeners[socket]?.peer else { continue }
            send(peerInfo(for: peer, suffix: suffix), to: socket, into: &outputs)
        }
    }

    /// The part of PEER_INFO that is the same for everybody.
    private var peerInfoSuffix: [UInt8] {
        let talker = talk.flatMap { listeners[$0.talker]?.peer }
        let mime = (talk ?? lastTalk)?.mime
        let peers = order.compactMap { listeners[$0] }.map { listener -> JSON in
            ["peerId": .string(listener.peer), "name": .string(listener.name.description)]
        }
        let fields: JSON = [
            "talker": talker.map(JSON.string) ?? .null, "peers": .array(peers),
            "mime": mime.map(JSON.string) ?? .null,
        ]
        return Array(fields.bytes.dropFirst())
    }

    private func peerInfo(for peer: String, suffix: [UInt8]) -> [UInt8] {
        [TalkieFrame.peerInfo] + Array("{\"you\":\(JSON.string(peer).text),".utf8) + suffix
    }
}
