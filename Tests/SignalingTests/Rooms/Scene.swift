// SPDX-License-Identifier: Apache-2.0
import Crypto
import Signaling
import Testing
import Wire

/// Rooms with a simulated clock, and what every socket of theirs was sent.
final class Scene {
    private var rooms: Rooms
    private(set) var now = Moment(instant: Instant(nanoseconds: 1_000_000_000), time: UnixTime(seconds: 1_790_000_000))
    private var sockets: UInt64 = 0
    private var inbox: [Socket: [JSON]] = [:]
    private(set) var closed: [Socket: CloseCode] = [:]
    private(set) var persisted: [RoomRecord] = []
    private(set) var forgotten: [String] = []
    private(set) var revoked: [String] = []
    /// What the relay was told, and what of the messages had gone out by then.
    private(set) var scopes: [RelayScope] = []
    private(set) var sentBefore: [Int] = []
    private var sent = 0
    private(set) var events: [RoomEvent] = []
    /// What pages told of their connections.
    private(set) var reports: [CallReport] = []
    /// Who is inside, as it was written down when it last changed.
    private(set) var kept: [String: [UInt8]] = [:]
    private let another: (UInt64) -> Rooms

    init(
        settings: Rooms.Settings = Rooms.Settings(), seed: UInt64 = 1, credentials lifetime: Duration = .seconds(3600)
    ) {
        another = { seed in
            Rooms(settings: settings, random: RandomStream(testSeed: seed)) { peer, now in
                ICEServers(
                    servers: [
                        .init(
                            urls: ["turn:turn.example.org"], username: "\((now + lifetime).seconds):\(peer)",
                            credential: "c")
                    ],
                    expiresAt: now + lifetime)
            }
        }
        rooms = another(seed)
    }

    // MARK: The machine

    func handle(_ input: Rooms.Input) {
        rooms.handle(input, now: now)
        drain()
    }

    private func drain() {
        while let output = rooms.nextOutput() {
            switch output {
            case .send(let socket, let bytes):
                sent += 1
                #expect(closed[socket] == nil, "nothing is sent after the close")
                guard let message = try? JSON(parsing: bytes) else {
                    Issue.record("not JSON: \(String(decoding: bytes, as: UTF8.self))")
                    continue
                }
                inbox[socket, default: []].append(message)
            case .close(let socket, let code):
                #expect(closed[socket] == nil, "a socket is closed once")
                closed[socket] = code
            case .persist(let record): persisted.append(record)
            case .forget(let token): forgotten.append(token)
            case .revoke(let peer): revoked.append(peer)
            case .scope(let scope):
                scopes.append(scope)
                sentBefore.append(sent)
            case .log(let event): events.append(event)
            case .reported(let report): reports.append(report)
            }
        }
        while let token = rooms.nextChange() { kept[token] = rooms.record(of: token)?.bytes }
    }

    /// Lets the clocks run, waking the machine whenever it asked for it.
    func wait(_ delay: Duration) {
        let end = now.instant + delay
        while let deadline = rooms.deadline, deadline <= end {
            now = now + max(deadline - now.instant, .zero)
            handle(.timeout)
            if let next = rooms.deadline { #expect(next > now.instant, "the machine asks to be woken later") }
        }
        now = now + (end - now.instant)
    }

    /// Sets the wall clock as an operator would; the monotonic one does not notice.
    func setWallClock(ahead delay: Duration) { now = Moment(instant: now.instant, time: now.time + delay) }

    /// Another process goes on: with the rooms that are on the disk, and who was inside as it was written down.
    func restart(with left: [[UInt8]]? = nil) {
        let records = left ?? Array(kept.values)
        rooms = another(99)
        kept = [:]
        let latest = Dictionary(persisted.map { ($0.token, $0) }) { _, later in later }
        handle(.restored(Array(latest.values)))
        handle(.resumed(records.compactMap { Record(parsing: $0.span) }))
    }

    // MARK: The owner

    func create(_ request: RoomRequest = RoomRequest(), by maker: IPAddress? = nil) throws -> Rooms.NewRoom {
        defer { drain() }
        return try rooms.create(request, by: maker, now: now)
    }

    /// Rooms that were looked at for one that could go.
    var looks: Int { rooms.looksTaken }

    func status(_ token: String) throws -> Rooms.Status { try rooms.status(of: token, now: now) }

    func end(_ token: String, key: String) throws {
        defer { drain() }
        try rooms.end(token, ownerKey: key, now: now)
    }

    func kick(_ peer: String, from token: String, key: String) throws {
        defer { drain() }
        try rooms.kick(peer, from: token, ownerKey: key, now: now)
    }

    func renew(_ token: String, key: String) throws -> Rooms.NewRoom {
        defer { drain() }
        return try rooms.renew(token, ownerKey: key, now: now)
    }

    func guest(_ token: String, from address: IPAddress = Scene.home) -> (name: String, until: UnixTime)? {
        defer { drain() }
        return rooms.guest(of: token, from: address, now: now)
    }

    /// What the relay was told since last asked, and how many messages had been sent by then.
    func takeScopes() -> [RelayScope] {
        defer { (scopes, sentBefore, sent) = ([], [], 0) }
        return scopes
    }

    // MARK: The people

    static let home = IPAddress.v4(0xC000_0201)

    func connect(_ token: String, from address: IPAddress = Scene.home) -> Socket {
        sockets += 1
        let socket = Socket(sockets)
        handle(.connected(socket, room: token, from: address))
        return socket
    }

    func say(_ socket: Socket, _ message: JSON) { handle(.text(socket, message.bytes)) }

    func say(_ socket: Socket, text: String) { handle(.text(socket, Array(text.utf8))) }

    func hangUp(_ socket: Socket) { handle(.closed(socket)) }

    /// Everything that came since it was last asked for.
    func heard(_ socket: Socket) -> [JSON] { inbox.removeValue(forKey: socket) ?? [] }

    /// The types of everything that came since it was last asked for.
    func types(_ socket: Socket) -> [String] { heard(socket).map { $0["type"]?.string ?? "?" } }

    /// Takes a seat and returns who one is.
    func join(_ token: String, name: String? = nil, from address: IPAddress = Scene.home) throws -> Guest {
        let socket = connect(token, from: address)
        say(socket, name.map { ["type": "join", "name": .string($0)] } ?? ["type": "join"])
        let joined = try #require(heard(socket).first { $0["type"] == "joined" })
        return Guest(
            socket: socket, peer: try #require(joined["peerId"]?.string),
            resume: try #require(joined["resume"]?.string),
            joined: joined)
    }

    /// Two people in one room who have read all there was to read.
    func couple(_ request: RoomRequest = RoomRequest()) throws -> (room: Rooms.NewRoom, ana: Guest, ben: Guest) {
        let room = try create(request)
        let ana = try join(room.record.token, name: "Ana")
        let ben = try join(room.record.token, name: "Ben")
        _ = heard(ana.socket)
        return (room, ana, ben)
    }

    struct Guest {
        let socket: Socket
        let peer: String
        let resume: String
        let joined: JSON
    }
}
