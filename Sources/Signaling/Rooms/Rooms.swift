// SPDX-License-Identifier: Apache-2.0

package import Crypto
package import Wire

/// The one-link calls (API §3): every room, who is inside, and what they say to each other.
///
/// Knows no socket but by its number. After every call of ``handle(_:now:)`` or of a verb for HTTP, drain
/// ``nextOutput()`` until it returns nil, then sleep no longer than ``deadline``.
package struct Rooms: ~Copyable {
    package enum Input: Sendable {
        /// Rooms that were persisted before a restart.
        case restored([RoomRecord])
        /// Who was inside when another process ended; after the rooms themselves.
        case resumed([Record])
        /// A WebSocket was accepted on `/ws/rooms/{token}` from that client.
        case connected(Socket, room: String, from: IPAddress)
        /// A whole text message.
        case text(Socket, [UInt8])
        /// Something came over the socket that is no message: the browser is there, though its page may be asleep.
        case heard(Socket)
        /// The socket is gone, whoever closed it. A socket that an output closed may be reported or not.
        case closed(Socket)
        case timeout
    }

    package enum Output: Hashable, Sendable {
        /// A text message.
        case send(Socket, [UInt8])
        /// To be done after everything sent before has gone out. The machine has forgotten the socket.
        case close(Socket, CloseCode)
        /// To be written before a person is told of the room.
        case persist(RoomRecord)
        case forget(token: String)
        /// The participant's seat is gone: credentials minted for it are no longer honoured.
        case revoke(peer: String)
        /// To be known to the relay before anything that comes after.
        case scope(RelayScope)
        case log(RoomEvent)
        /// A page has told how a connection came about.
        case reported(CallReport)
    }

    /// What the operator decides; may change while rooms are open.
    package struct Settings: Hashable, Sendable {
        /// How far ahead a join moves a room's end, and the longest `ttl`.
        package var lifetime: Duration = .seconds(7 * 86_400)
        /// The most that a room may be asked to hold.
        package var maxParticipants = 4
        /// Rooms in memory, the ended ones that are still remembered included.
        package var limit = 100_000
        /// Those that one IPv4 address or IPv6 /64 has made.
        package var limitPerAddress = 10_000

        package init() {}
    }

    var rooms: [String: Room] = [:]
    var hall: Hall
    /// Every room since it was made, the oldest first; those that are gone stay until their turn comes.
    var ages: [String] = []
    var oldest = 0
    /// Rooms that were looked at so far for one that could go.
    package private(set) var looksTaken = 0
    /// How many rooms there are by who has made them.
    var made: [IPAddress: Int] = [:]
    /// Rooms in which something changed that ``nextChange()`` has not told.
    var changes: Set<String> = []
    private var alarms = Alarms<String>()
    private var nextSweep: Instant?

    package init(settings: Settings = Settings(), random: consuming RandomStream, mint: @escaping Mint) {
        hall = Hall(settings: settings, random: random, mint: mint)
    }

    /// Rooms that have not ended, those with two people or more inside, and the people; who is away counts.
    package var census: (rooms: Int, active: Int, people: Int) {
        rooms.values.reduce(into: (0, 0, 0)) { census, room in
            guard room.record.end == nil else { return }
            census.0 += 1
            if room.seats.count > 1 { census.1 += 1 }
            census.2 += room.seats.count
        }
    }

    package var settings: Settings {
        get { hall.settings }
        set { hall.settings = newValue }
    }

    /// When to call ``handle(_:now:)`` with `.timeout`, unless something else comes first.
    package var deadline: Instant? {
        guard let alarm = alarms.next else { return nextSweep }
        return nextSweep.map { min($0, alarm) } ?? alarm
    }

    package mutating func nextOutput() -> Output? { hall.outputs.next() }

    package mutating func handle(_ input: Input, now: Moment) {
        switch input {
        case .restored(let records):
            // Who is inside of one that is there already stays.
            for record in records.sorted(by: { $0.createdAt < $1.createdAt }) where rooms[record.token] == nil {
                rooms[record.token] = Room(record)
                ages.append(record.token)
            }
            scheduleSweep(now)
        case .resumed(let records):
            for record in records { resume(record, now: now) }
        case .connected(let socket, let token, let address):
            connect(socket, to: token, from: address, now: now)
        case .text(let socket, let bytes):
            guard let caller = hall.callers[socket] else { return }
            rooms[caller.room]?.receive(bytes, from: socket, in: &hall, now: now)
            settle(caller.room, now: now)
        case .heard(let socket):
            guard let caller = hall.callers[socket] else { return }
            rooms[caller.room]?.hear(socket, in: &hall, now: now)
            settle(caller.room, now: now)
        case .closed(let socket):
            guard let caller = hall.callers.removeValue(forKey: socket) else { return }
            rooms[caller.room]?.lose(socket, in: &hall, now: now)
            settle(caller.room, now: now)
        case .timeout:
            wake(now)
        }
    }

    private mutating func connect(_ socket: Socket, to token: String, from address: IPAddress, now: Moment) {
        guard let room = rooms[token] else { return hall.close(socket, .noSuchRoom) }
        if let end = room.end(at: now.time) {
            hall.send(socket, .ended(reason: end.rawValue))
            return hall.close(socket, .ended)
        }
        hall.callers[socket] = Hall.Caller(room: token, address: address.subscriber)
        rooms[token]?.strangers.insert(socket)
        settle(token, now: now)
    }

    private mutating func wake(_ now: Moment) {
        while let alarm = alarms.due(now.instant) {
            // One that was set earlier and superseded by an earlier one.
            guard rooms[alarm.key]?.alarm == alarm.at else { continue }
            rooms[alarm.key]?.alarm = nil
            rooms[alarm.key]?.wake(in: &hall, now: now)
            settle(alarm.key, now: now)
        }
        if let nextSweep, now.instant >= nextSweep { sweep(now) { $0.forgottenAt <= now.time } }
    }

    /// Puts right what an input left behind in a room, and sets its alarm.
    mutating func settle(_ token: String, now: Moment) {
        rooms[token]?.settle(in: &hall, now: now)
        changes.insert(token)
        guard let room = rooms[token], let wanted = room.nextWake(now) else { return }
        if let alarm = room.alarm, alarm <= wanted { return }
        rooms[token]?.alarm = wanted
        alarms.set(token, at: wanted)
    }

    /// Lets go of rooms that nobody is in.
    mutating func sweep(_ now: Moment, where isDone: (RoomRecord) -> Bool) {
        for (token, room) in rooms where room.isEmpty && isDone(room.record) {
            forget(token, room)
        }
        nextSweep = nil
        scheduleSweep(now)
    }

    mutating func forget(_ token: String, _ room: Room) {
        if !room.guests.isEmpty {
            rooms[token]?.dismissGuests(in: &hall)
            hall.outputs.append(.scope(.ended(room: room.scope)))
        }
        if let maker = room.maker {
            let others = (made[maker] ?? 1) - 1
            made[maker] = others > 0 ? others : nil
        }
        rooms[token] = nil
        hall.outputs.append(.forget(token: token))
    }

    /// Lets go of the room that is of least use: one that is over, else the oldest in which nobody ever was.
    ///
    /// Looks at a few, whatever there are; those that stay are asked again when all others were.
    mutating func makeRoom(_ now: Moment) {
        for _ in 0..<Self.looks where oldest < ages.count {
            let token = ages[oldest]
            oldest += 1
            looksTaken += 1
            guard let room = rooms[token] else { continue }
            let wasEntered = room.wasEntered || room.record.expiresAt > room.record.createdAt + settings.lifetime
            guard room.isEmpty, room.end(at: now.time) != nil || !wasEntered else {
                ages.append(token)
                continue
            }
            forget(token, room)
            break
        }
        if oldest > 1024, oldest * 2 > ages.count {
            ages.removeFirst(oldest)
            oldest = 0
        }
    }

    /// Rooms that are looked at for one that is made.
    private static let looks = 64

    mutating func scheduleSweep(_ now: Moment) {
        if nextSweep == nil, !rooms.isEmpty { nextSweep = now.instant + .seconds(3600) }
    }
}
