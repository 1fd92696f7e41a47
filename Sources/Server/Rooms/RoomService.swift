// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Crypto
internal import Engine
internal import Signaling
internal import WebSocket
internal import Wire

/// Drives the machine of one-link calls on the web loop: its sockets, its timer, its credentials, its records.
final class RoomService {
    /// Why a room was not made.
    enum Failure: Error, Hashable {
        case refused(Rooms.Refusal)
    }

    private var machine: Rooms
    private unowned let loop: Loop
    private let mint: ICEServerMint
    private let records: Records
    private let log: Log
    private let hosts: PeerHosts
    private var sockets: [Socket: WebSocketConnection] = [:]
    private var timer: Timer?
    private var isDraining = false
    private var calls = CallTally()
    /// Keeps who is inside for the next process; nil where nothing is kept.
    private let kept: KeptRooms?

    init(
        _ settings: Configuration.Settings, on loop: Loop, mint: ICEServerMint, records: Records,
        kept: KeptRooms? = nil, log: Log
    ) {
        self.kept = kept
        let hosts = PeerHosts()
        (self.loop, self.mint, self.records, self.log, self.hosts) = (loop, mint, records, log, hosts)
        machine = Rooms(settings: Self.limits(settings), random: RandomStream(seed: Randomness.bytes(32))) {
            peer, now in
            mint.servers(for: peer, at: hosts.host(of: peer), now: now)
        }
        timer = Timer(on: loop) { [weak self] in self?.handle(.timeout) }
    }

    /// Applies other limits to rooms that are made or joined from now on.
    func reload(_ settings: Configuration.Settings) { machine.settings = Self.limits(settings) }

    private static func limits(_ settings: Configuration.Settings) -> Rooms.Settings {
        var limits = Rooms.Settings()
        limits.lifetime = settings.roomTTL
        limits.maxParticipants = settings.roomMaxParticipants
        return limits
    }

    /// What was kept over a restart.
    func restore(_ records: [RoomRecord]) { handle(.restored(records)) }

    /// Who was inside when the process before this one ended.
    func resume(_ records: [Record]) { handle(.resumed(records)) }

    // MARK: - WebSockets

    /// Lets a new WebSocket in. What the machine closes at once is closed when the loop comes back to it.
    ///
    /// - Parameter host: The name that the client reached this server by, and so can reach its relay by.
    func connect(_ connection: WebSocketConnection, to token: String, from address: IPAddress, host: String) {
        let socket = Socket(connection.number)
        sockets[socket] = connection
        hosts.names[socket] = host
        handle(.connected(socket, room: token, from: address))
    }

    // MARK: - The verbs of /api/rooms

    var settings: Rooms.Settings { machine.settings }

    /// How many rooms there are, and people in them.
    var census: RoomCensus {
        let census = machine.census
        return RoomCensus(
            rooms: census.rooms, active: census.active, people: census.people, calls: calls,
            storage: records.census(now: loop.now.instant))
    }

    func status(of token: String, now: Moment) throws(Rooms.Refusal) -> Rooms.Status {
        try machine.status(of: token, now: now)
    }

    /// Makes a room and answers once it is on the disk.
    ///
    /// - Parameter maker: Whom it is counted for; nil for who has shown a key.
    func create(
        _ request: RoomRequest, by maker: IPAddress?, now: Moment,
        answer: @escaping (Result<Rooms.NewRoom, Failure>) -> Void
    ) {
        do throws(Rooms.Refusal) {
            tell(try machine.create(request, by: maker, now: now), to: answer)
        } catch {
            answer(.failure(.refused(error)))
        }
    }

    func renew(
        _ token: String, ownerKey: String, now: Moment, answer: @escaping (Result<Rooms.NewRoom, Failure>) -> Void
    ) {
        do throws(Rooms.Refusal) {
            tell(try machine.renew(token, ownerKey: ownerKey, now: now), to: answer)
        } catch {
            answer(.failure(.refused(error)))
        }
    }

    func end(_ token: String, ownerKey: String, now: Moment) throws(Rooms.Refusal) {
        try machine.end(token, ownerKey: ownerKey, now: now)
        drain()
    }

    func kick(_ peer: String, from token: String, ownerKey: String, now: Moment) throws(Rooms.Refusal) {
        try machine.kick(peer, from: token, ownerKey: ownerKey, now: now)
        drain()
    }

    // MARK: - The operator

    var tokens: [String] { machine.tokens }

    func tokens(named name: String) -> [String] { machine.tokens(named: name) }

    func entry(of token: String) -> JSON? { machine.entry(of: token, now: loop.now) }

    /// Ends a room, or deletes it, and calls `done` once that is on the disk.
    func end(
        _ token: String, deleting: Bool, saying words: String?, done: @escaping (_ isWritten: Bool) -> Void
    ) throws(Rooms.Refusal) {
        if deleting {
            try machine.delete(token, saying: words, now: loop.now)
        } else {
            try machine.end(token, saying: words, now: loop.now)
        }
        drain()
        records.whenWritten(done)
    }

    private func tell(_ room: Rooms.NewRoom, to answer: @escaping (Result<Rooms.NewRoom, Failure>) -> Void) {
        drain()
        // A call can be made while nothing can be stored: the room then ends with this process.
        records.whenWritten { _ in answer(.success(room)) }
    }

    // MARK: - Credentials

    /// For somebody who has the link but no seat.
    func mintForGuest(of token: String, from address: IPAddress, host: String, now: Moment) -> ICEServers {
        let guest = machine.guest(of: token, from: address, now: now)
        drain()
        guard let guest else { return withoutCredentials(host: host, now: now.time) }
        return mint.servers(for: guest.name, at: host, now: now.time, until: guest.until)
    }

    func withoutCredentials(host: String, now: UnixTime) -> ICEServers { mint.withoutRelay(at: host, now: now) }

    // MARK: - The machine

    private func handle(_ input: Rooms.Input) {
        machine.handle(input, now: loop.now)
        drain()
    }

    /// Does all that the machine asks for. What is asked meanwhile is done by the outermost call.
    private func drain() {
        guard !isDraining else { return }
        isDraining = true
        while let output = machine.nextOutput() {
            switch output {
            case .send(let socket, let bytes): sockets[socket]?.send(text: bytes)
            case .close(let socket, let code):
                sockets.removeValue(forKey: socket)?.close(WebSocket.CloseCode(rawValue: code.rawValue))
                hosts.names[socket] = nil
            case .persist(let record): records.write(.room(record))
            case .forget(let token): records.write(.forgetRoom(token: token))
            case .revoke(let peer):
                hosts.peers[peer] = nil
                mint.withdraw(peer, now: loop.now.time)
            case .scope(let scope): mint.tell(scope)
            case .log(let event): log.write(event)
            case .reported(let report): calls.count(report)
            }
        }
        while let token = machine.nextChange() { kept?.keep(machine.record(of: token), of: token) }
        isDraining = false
        timer?.arm(at: machine.deadline)
    }
}

extension RoomService: WebSocketOwner {
    func received(text: [UInt8], from connection: WebSocketConnection) {
        let socket = Socket(connection.number)
        hosts.current = hosts.names[socket]
        handle(.text(socket, text))
        hosts.current = nil
    }

    func heard(_ connection: WebSocketConnection) { handle(.heard(Socket(connection.number))) }

    func closed(_ connection: WebSocketConnection) {
        let socket = Socket(connection.number)
        sockets[socket] = nil
        hosts.names[socket] = nil
        handle(.closed(socket))
    }
}
