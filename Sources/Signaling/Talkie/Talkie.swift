// SPDX-License-Identifier: Apache-2.0

package import Crypto
package import Wire

/// The video walkie-talkie (API §6): who has the air in every room, and whose chunks go to whom.
///
/// After every call of ``handle(_:now:)``, drain ``nextOutput()`` until it returns nil, then sleep no longer than
/// ``deadline``.
package struct Talkie: ~Copyable {
    package enum Input: Sendable {
        /// A WebSocket was accepted; room and name were checked in the handshake.
        case connected(Socket, room: Name, name: Name)
        /// A whole binary message.
        case frame(Socket, [UInt8])
        /// A text message, which nobody sends here.
        case text(Socket)
        /// So many bytes of what was sent to the socket have not left yet; told after sending and when it changes.
        case unsent(Socket, bytes: Int)
        case closed(Socket)
        case timeout
    }

    package enum Output: Hashable, Sendable {
        /// A binary message. One that goes to many is one array.
        case send(Socket, [UInt8])
        /// To be done after everything sent before has gone out. The machine has forgotten the socket.
        case close(Socket, CloseCode)
        case log(TalkieEvent)
    }

    package struct Settings: Hashable, Sendable {
        /// How long the talker may send nothing (`talkie-silence`).
        package var silence: Duration = .seconds(5)
        /// How long one may talk (`talkie-limit`).
        package var limit: Duration = .seconds(60)
        package var maxPeople = 1000
        /// What all rooms together keep for hearing it again, in bytes; beyond it the room that kept first keeps nothing.
        package var maxKept = 256 << 20

        package init() {}
    }

    package var settings: Settings
    private var random: RandomStream
    private var rooms: [Name: TalkieRoom] = [:]
    private var places: [Socket: Name] = [:]
    private var outputs = Outputs<Output>()
    private var alarms = Alarms<Name>()
    /// What the rooms keep, and all of them together.
    private var keepers = Keepers()

    package init(settings: Settings = Settings(), random: consuming RandomStream) {
        self.settings = settings
        self.random = random
    }

    /// When to call ``handle(_:now:)`` with `.timeout`, unless something else comes first.
    package var deadline: Instant? { alarms.next }

    package mutating func nextOutput() -> Output? { outputs.next() }

    /// Whether the socket has the air of its room: what it sends goes to everybody there.
    package func isTalking(_ socket: Socket) -> Bool { places[socket].map { rooms[$0]?.talker == socket } ?? false }

    package mutating func handle(_ input: Input, now: Moment) {
        switch input {
        case .connected(let socket, let room, let name):
            connect(socket, to: room, as: name, now: now.instant)
        case .frame(let socket, let bytes):
            guard let room = places[socket] else { return }
            if rooms[room]?.receive(bytes, from: socket, settings, into: &outputs, now: now.instant) == false {
                drop(socket, .badMessage, now: now.instant)
            }
            settle(room, now: now.instant)
        case .text(let socket):
            drop(socket, .unsupportedData, now: now.instant)
        case .unsent(let socket, let bytes):
            if let room = places[socket] { rooms[room]?.unsent(socket, bytes: bytes) }
        case .closed(let socket):
            forget(socket, now: now.instant)
        case .timeout:
            while let alarm = alarms.due(now.instant) {
                guard rooms[alarm.key]?.alarm == alarm.at else { continue }
                rooms[alarm.key]?.alarm = nil
                rooms[alarm.key]?.wake(settings, into: &outputs, now: now.instant)
                settle(alarm.key, now: now.instant)
            }
        }
    }

    /// Counts what a room keeps now, and makes those who kept first forget where that is too much.
    private mutating func count(_ name: Name) {
        keepers.note(rooms[name]?.keptBytes ?? 0, of: name)
        while keepers.total > settings.maxKept, let first = keepers.takeFirst() { rooms[first]?.forgetTalks() }
    }

    private mutating func connect(_ socket: Socket, to name: Name, as person: Name, now: Instant) {
        guard rooms[name]?.count ?? 0 < settings.maxPeople else { return outputs.append(.close(socket, .full)) }
        places[socket] = name
        rooms[name, default: TalkieRoom(name)].admit(
            socket, peer: Base58.encode(random.bytes(8)), name: person, into: &outputs, now: now)
        settle(name, now: now)
    }

    private mutating func drop(_ socket: Socket, _ code: CloseCode, now: Instant) {
        guard places[socket] != nil else { return }
        outputs.append(.close(socket, code))
        forget(socket, now: now)
    }

    private mutating func forget(_ socket: Socket, now: Instant) {
        guard let room = places.removeValue(forKey: socket) else { return }
        rooms[room]?.leave(socket, into: &outputs, now: now)
        settle(room, now: now)
    }

    /// Closes those who read nothing, sets the room's alarm, and lets go of a room that nobody is in.
    private mutating func settle(_ name: Name, now: Instant) {
        defer { count(name) }
        while let socket = rooms[name]?.hopeless.popFirst() {
            outputs.append(.close(socket, .timedOut))
            places[socket] = nil
            rooms[name]?.leave(socket, into: &outputs, now: now)
        }
        guard let room = rooms[name] else { return }
        if room.isEmpty {
            rooms[name] = nil
        } else if let wanted = room.nextWake(settings), room.alarm.map({ $0 > wanted }) ?? true {
            rooms[name]?.alarm = wanted
            alarms.set(name, at: wanted)
        }
    }
}

/// What the operator's log says about the walkie-talkie.
package enum TalkieEvent: Hashable, Sendable {
    case talked(peer: String, for: Duration, bytes: Int, listeners: Int)
}
