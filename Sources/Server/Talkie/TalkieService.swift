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
    /// What the kernel may take for a listener that the network does not carry on.
    static let unsentLimit: Int32 = 64 << 10

    private var machine: Talkie
    private unowned let loop: Loop
    private let log: Log
    private var sockets: [Socket: WebSocketConnection] = [:]
    /// Those for whom something waits, as the machine knows.
    private var behind: Set<Socket> = []
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
                sockets[socket]?.send(binary: frame)
                served.append(socket)
            case .close(let socket, let code):
                sockets.removeValue(forKey: socket)?.close(WebSocket.CloseCode(rawValue: code.rawValue))
                behind.remove(socket)
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
        let backlog = connection.backlog
        if backlog > 0 { behind.insert(socket) } else { behind.remove(socket) }
        machine.handle(.unsent(socket, bytes: backlog), now: loop.now)
    }
}

extension TalkieService: WebSocketOwner {
    func received(binary frame: [UInt8], from connection: WebSocketConnection) {
        // What is about to be relayed goes by how far everybody has come.
        for socket in behind { report(socket) }
        handle(.frame(Socket(connection.number), frame))
    }

    func drained(_ connection: WebSocketConnection) { report(Socket(connection.number)) }

    func closed(_ connection: WebSocketConnection) {
        let socket = Socket(connection.number)
        sockets[socket] = nil
        behind.remove(socket)
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
