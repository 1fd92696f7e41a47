// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TLS
internal import TURN
internal import Wire

/// The clients that talk to a worker over DTLS (RFC 7350), by their 5-tuples.
///
/// Nobody has a place here before it has shown that it receives at its address; then it has a handshake, of which there
/// are a fixed number at a time, and after it a session until it says goodbye or nothing.
final class Associations {
    /// One client and its sessions.
    final class Client {
        let flow: Flow
        var association = Association()
        /// When something of it was last understood.
        var heardAt: Instant
        /// Whether it has an allocation, whose lifetime is then the session's.
        var hasAllocation = false

        private let admission: ConnectionLimits.Place

        init(_ flow: Flow, _ admission: ConnectionLimits.Place, now: Instant) {
            (self.flow, self.admission, heardAt) = (flow, admission, now)
        }
    }

    /// Handshakes at a time. The oldest gives way: an honest one takes two round trips, a few of them would fill this.
    static let handshakeLimit = 256
    /// How long a client without an allocation may say nothing.
    static let patience: Duration = .seconds(60)
    /// How often handshakes are looked at for flights to be sent again; and sessions for silence.
    private static let handshakeInterval: Duration = .milliseconds(250)
    private static let silenceInterval: Duration = .seconds(10)

    /// What new handshakes are served with; nil where DTLS is not served.
    var context: Context? {
        didSet {
            guard context != nil, plaintext.isEmpty else { return }
            plaintext = [UInt8](repeating: 0, count: DatagramSession.room)
            answer = plaintext
        }
    }
    let gate: CookieGate
    /// What the last datagram said, and what is to be answered.
    private(set) var plaintext: [UInt8] = []
    private(set) var answer: [UInt8] = []

    private var clients: [Flow: Client] = [:]
    /// Those in handshakes, the oldest first.
    private(set) var handshakes: [Client] = []
    private var nextSilence = Instant(nanoseconds: 0)
    private var assemblies = HelloAssemblies()

    /// - Parameter secret: 32 random bytes, the same for all workers.
    init(secret: [UInt8]) { gate = CookieGate(secret: secret) }

    /// Whether a datagram's first byte is that of a DTLS record (RFC 7983 §7).
    @inline(__always)
    static func begins(with byte: UInt8) -> Bool { (20...63).contains(byte) }

    /// The client with this 5-tuple, if it has a session or a handshake.
    func client(_ flow: Flow) -> Client? { clients[flow] }

    var all: [Client] { Array(clients.values) }

    /// Begins a handshake with a client that has shown the gate's cookie.
    /// Nothing begins where the limits leave no room for it.
    func admit(_ random: ClientHello.Random, from flow: Flow, within limits: ConnectionLimits, now: Instant) {
        let known = clients[flow]
        guard let context, known?.association.knows(random) != true else { return }
        guard limits.mayShakeHands(flow.client.address, now: now),
            let client = known ?? limits.admit(flow.client.address).map({ Client(flow, $0, now: now) })
        else { return }
        handshakes.removeAll { $0 === client || !$0.association.isShakingHands }
        if handshakes.count >= Self.handshakeLimit {
            let oldest = handshakes.removeFirst()
            oldest.association.abandonHandshake()
            if !oldest.association.isOpen { remove(oldest) }
        }
        client.association.admit(random, to: context, now: now)
        clients[flow] = client
        handshakes.append(client)
    }

    /// Begins to put a ClientHello together whose first fragment the gate has let in, and whose handshake has not begun yet.
    ///
    /// - Returns: All of it, where this was all.
    func begin(_ first: Span<UInt8>, _ random: ClientHello.Random, from flow: Flow, now: Instant) -> [UInt8]? {
        guard context != nil, clients[flow]?.association.knows(random) != true else { return nil }
        return assemblies.begin(first, random, from: flow, now: now)
    }

    /// Adds another fragment to a ClientHello that is being put together.
    ///
    /// - Returns: All of it, and what names it, where this was the last.
    func complete(with datagram: Span<UInt8>, from flow: Flow) -> (hello: [UInt8], random: ClientHello.Random)? {
        assemblies.complete(with: datagram, from: flow)
    }

    /// Gives a client's sessions a datagram. What comes of it lies in ``plaintext`` and ``answer``.
    func receive(_ datagram: Span<UInt8>, from client: Client, now: Instant) -> Association.Progress {
        let progress = Self.lend(&plaintext, &answer) { plaintext, answer in
            client.association.receive(datagram, plaintext: &plaintext, answer: &answer)
        }
        if !progress.messages.isEmpty { client.heardAt = now }
        return progress
    }

    /// Lets a handshake send again what got no answer, or end. What is to be sent lies in ``answer``.
    func handleTimeout(of client: Client, now: Instant) -> Association.Progress {
        Self.lend(&plaintext, &answer) { _, answer in client.association.handleTimeout(now: now, answer: &answer) }
    }

    private static func lend(
        _ plaintext: inout [UInt8], _ answer: inout [UInt8],
        _ body: (inout MutableSpan<UInt8>, inout MutableSpan<UInt8>) -> Association.Progress
    ) -> Association.Progress {
        var plaintext = plaintext.mutableSpan
        var answer = answer.mutableSpan
        return body(&plaintext, &answer)
    }

    /// Lets go of a client.
    func remove(_ client: Client) {
        if clients[client.flow] === client { clients[client.flow] = nil }
        handshakes.removeAll { $0 === client }
    }

    /// Those who have said nothing for too long; looked for seldom, for there may be thousands.
    func silent(now: Instant) -> [Client] {
        handshakes.removeAll { !$0.association.isShakingHands }
        assemblies.expire(now: now)
        guard now >= nextSilence else { return [] }
        nextSilence = now + Self.silenceInterval
        return clients.values.filter { client in
            !client.hasAllocation && !client.association.isShakingHands && now - client.heardAt >= Self.patience
        }
    }

    /// When there is something to be looked at again; nil while there is nobody.
    func deadline(now: Instant) -> Instant? {
        if !handshakes.isEmpty || !assemblies.isEmpty { return now + Self.handshakeInterval }
        return clients.isEmpty ? nil : max(nextSilence, now + Self.handshakeInterval)
    }
}
