// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Crypto
internal import Engine
internal import Signaling
internal import WebSocket
internal import Wire

/// Drives the machine of the walkie-talkie on the web loop, and tells it who is slow to listen.
final class TalkieService {
    /// What may wait for one listener; the machine gives up on whom more than 8 MiB wait for.
    static let sendLimit = 12 << 20
    /// What may wait for all listeners together; beyond it those are cut off for whom more than their share waits.
    private static let totalLimit = 256 << 20
    private static let share = 256 << 10
    /// What the kernel may take for a listener that the network does not carry on.
    static let unsentLimit: Int32 = 64 << 10

    private var machine: Talkie
    private unowned let loop: Loop
    private let log: Log
    private var sockets: [Socket: WebSocketConnection] = [:]
    private var rooms: [Socket: Name] = [:]
    /// What waits, for those for whom something does, by room, and for all of them together.
    private var behind: [Name: [Socket: Int]] = [:]
    private var total = 0
    /// Those who were sent something that the machine was not told of yet.
    private var served: [Socket] = []
    private var timer: Timer?
    private var isDraining = false

    init(_ settings: Configuration.Settings, on loop: Loop, log: Log) {
        (self.loop, self.log) = (loop, log)
        var limits = Talkie.Settings()
        limits.silence = settings.talkieSilence
        limits.limit = settings.talkieLimit
        machine = Talkie(settings: limits, random: RandomStream(seed: Randomness.bytes(32)))
        timer = Timer(on: loop) { [weak self] in self?.handle(.timeout) }
    }

    /// Lets a new WebSocket into a room.
    func connect(_ connection: WebSocketConnection, to room: Name, as name: Name) {
        let socket = Socket(connection.number)
        sockets[socket] = connection
        rooms[socket] = room
        handle(.connected(socket, room: room, name: name))
    }

    private func handle(_ input: Talkie.Input) {
        machine.handle(input, now: loop.now)
        drain()
    }

    /// Does all that the machine asks for. What is asked meanwhile is done by the outermost call.
    private func drain() {
        guard !isDraining else { return }
        isDraining = true
        while let output = machine.nextOutput() {
            switch output {
            case .send(let socket, let frame):
                guard let connection = sockets[socket] else { continue }
                connection.send(binary: frame)
                served.append(socket)
                note(connection.backlog, for: socket)
                if total > Self.totalLimit, connection.backlog > Self.share { connection.cutOff() }
            case .close(let socket, let code):
                guard let connection = sockets.removeValue(forKey: socket) else { continue }
                forget(socket)
                if code == .timedOut {
                    // Nobody reads there, and what waits is in the way of others.
                    connection.cutOff()
                } else {
                    connection.close(WebSocket.CloseCode(rawValue: code.rawValue))
                }
            case .log(let event): log.write(event)
            }
        }
        for socket in served { report(socket) }
        served.removeAll(keepingCapacity: true)
        isDraining = false
        timer?.arm(at: machine.deadline)
    }

    /// Tells the machine how much waits for a listener.
    private func report(_ socket: Socket) {
        guard let connection = sockets[socket] else { return }
        note(connection.backlog, for: socket)
        machine.handle(.unsent(socket, bytes: connection.backlog), now: loop.now)
    }

    private func note(_ backlog: Int, for socket: Socket) {
        guard let room = rooms[socket] else { return }
        total += backlog - (behind[room]?[socket] ?? 0)
        if backlog > 0 {
            behind[room, default: [:]][socket] = backlog
        } else if behind[room]?.removeValue(forKey: socket) != nil, behind[room]?.isEmpty == true {
            behind[room] = nil
        }
    }

    private func forget(_ socket: Socket) {
        note(0, for: socket)
        rooms[socket] = nil
    }
}

extension TalkieService: WebSocketOwner {
    func received(binary frame: [UInt8], from connection: WebSocketConnection) {
        let socket = Socket(connection.number)
        // What the talker's chunk is relayed to goes by how far everybody in the room has come.
        if machine.isTalking(socket), let room = rooms[socket] {
            for listener in behind[room]?.keys.map(\.self) ?? [] { report(listener) }
        }
        handle(.frame(socket, frame))
    }

    func drained(_ connection: WebSocketConnection) { report(Socket(connection.number)) }

    func closed(_ connection: WebSocketConnection) {
        let socket = Socket(connection.number)
        sockets[socket] = nil
        forget(socket)
        handle(.closed(socket))
    }
}

extension Log {
    /// What happened in a room of the walkie-talkie, as a line; people are named by what the page calls them.
    func write(_ event: TalkieEvent) {
        switch event {
        case .talked(let peer, let duration, let bytes, let listeners):
            write(
                .talk, "somebody talked",
                [
                    "peer": .text(peer), "for": .duration(duration), "bytes": .count(bytes),
                    "people": .count(listeners),
                ])
        }
    }
}
