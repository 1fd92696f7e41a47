// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// One Engine.IO session: a client that polls, or has a WebSocket, or is on its way from the one to the other.
struct EngineSession {
    static let pingInterval = Duration.seconds(25)
    static let pingTimeout = Duration.seconds(20)
    /// What may wait for a client that does not fetch it.
    static let queueLimit = 256
    static let queueBytes = 1 << 20
    /// Packets a second, and how many at once, whatever carries them.
    static let packetRate = 60
    static let packetBurst = 120

    enum Transport: Hashable {
        case polling
        /// The WebSocket was probed; the client has not switched yet.
        case upgrading(Socket)
        case webSocket(Socket)
    }

    let id: String
    /// Who opened it, for whom it counts.
    let subscriber: IPAddress
    var transport: Transport
    /// The request that is held open until there is something to say.
    var poll: Int?
    private(set) var queue: [String] = []
    private var queuedBytes = 0
    /// When to ping, or, while a pong is waited for, when to give up.
    var pingAt: Instant
    var pongBy: Instant?
    /// What the client may still send.
    var packets = TokenBucket(Self.packetRate, every: .seconds(1), burst: Self.packetBurst)
    /// Whether the Socket.IO layer has let the client in.
    var isConnected = false

    init(id: String, from subscriber: IPAddress, transport: Transport, now: Instant) {
        (self.id, self.subscriber, self.transport) = (id, subscriber, transport)
        pingAt = now + Self.pingInterval
    }

    var socket: Socket? {
        switch transport {
        case .polling: nil
        case .upgrading(let socket), .webSocket(let socket): socket
        }
    }

    var hasOverflowed: Bool { queue.count > Self.queueLimit || queuedBytes > Self.queueBytes }

    var nextWake: Instant { pongBy ?? pingAt }

    mutating func enqueue(_ packet: String) {
        queue.append(packet)
        queuedBytes += packet.utf8.count
    }

    /// Takes everything that waits.
    mutating func takeQueue() -> [String] {
        defer {
            queue = []
            queuedBytes = 0
        }
        return queue
    }

    /// The packet that opens the session.
    var opening: String {
        let upgrades: JSON = transport == .polling ? ["websocket"] : []
        let fields: JSON = [
            "sid": .string(id), "upgrades": upgrades,
            "pingInterval": .integer(Self.pingInterval.components.seconds * 1000),
            "pingTimeout": .integer(Self.pingTimeout.components.seconds * 1000),
            "maxPayload": .integer(Int64(JSON.longest)),
        ]
        return "0" + fields.text
    }
}
