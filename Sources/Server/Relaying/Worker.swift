// SPDX-License-Identifier: Apache-2.0
internal import Addresses
internal import Crypto
internal import Engine
internal import TLS
internal import TURN
internal import Wire

/// One thread's relay and all the sockets that it reads and writes.
///
/// Everything here happens on the worker's own loop. A turn takes what has arrived, lets the relay say what becomes of
/// it, and sends what was gathered as the turn ends.
final class Worker {
    /// What a worker shares with the others, and what makes it one of several.
    struct Place {
        let number: Int
        /// The relayed addresses of all workers, of UDP and of TCP.
        let live: LiveEndpoints
        let listening: LiveEndpoints
        let published: PublishedCounts
        let onEvent: @Sendable (RelayEvent) -> Void
        let neighbours: Neighbours
        let limits: ConnectionLimits
        /// Takes what is to outlive this process; nil where nothing is to.
        let keep: (@Sendable (Kept) -> Void)?
        /// What the cookies of DTLS are made with, 32 bytes.
        let cookieSecret: [UInt8]
        /// Bytes of receive buffer to ask for on relay sockets.
        let relayBuffer: Int
    }

    /// What another thread may ask of a worker.
    enum Message: Sendable {
        /// All workers have bound their sockets: clients may be answered.
        case serve
        case reload(TURN.Settings)
        /// The host has other addresses.
        case follow(OwnAddresses)
        /// New handshakes are served with these.
        case show(RelayContexts)
        /// A client came to another listener of this server.
        case adopt(SecureParcel)
        /// A client came to another worker and asks for a peer's connection that is here.
        case take(StreamParcel)
        /// Another worker has a request that needs what is here.
        case lend(Errand)
        /// That request comes back, with what was lent for it.
        case lent(Loan?, Errand)
        /// A port of this worker's, lent before, is closed.
        case returned(Endpoint)
        /// Somebody with credentials for this name has left.
        case withdraw(name: String, until: UnixTime)
        /// Another process goes on: keep everything as it is at the end of this turn, which is the last.
        case leave(Farewell)
        /// Somebody wants to know something.
        case ask(Inquiry)
        /// The server stops: tell of the sessions.
        case finish
    }

    let place: Place
    /// It lets go of the worker when it has run to its end.
    let loop: Loop
    let relay: TURN.Relay
    /// The UDP addresses at which clients are served, and the sockets through which they come.
    let clients: [ClientSocket]
    var doors: [ClientDoor]
    var sockets = RelaySockets()
    var tally = RelayTally()

    /// Where packets of clients arrive; good for as long as one batch of them is worked on.
    let inbox = Inbox()
    /// Where packets of peers arrive, and replies are kept; good for a turn.
    let arena = Arena()
    /// Datagrams to peers, all from one relay socket.
    let departures = Outbox()
    /// Whether something waits to be sent to a client.
    var hasForClients = false
    /// Whether something of that lies in the inbox.
    var clientsWaitForInbox = false
    var streamListeners: [Listener] = []
    var streams: [Flow: StreamClient] = [:]
    /// The relayed addresses of TCP allocations, numbered as ``RelaySockets`` numbers those of UDP.
    var relayListeners: [Int: RelayListener] = [:]
    /// Peers' connections with them.
    var connections: [ConnectionID: PeerConnection] = [:]
    /// Those that have something to be sent as the turn ends.
    var touched: [StreamClient] = []
    /// What new TLS handshakes are served with; nil where TLS is not served.
    private(set) var context: Context?
    let scratch = SecureScratch()
    let associations: Associations
    var associationTimer: Timer?
    /// Whether clients over UDP are served without DTLS too.
    let takesPlainDatagrams: Bool
    /// Whether STUN over TCP is served without TLS.
    let takesPlainStreams: Bool
    private var timer: Timer?
    /// When the timer fires.
    private var armedFor: Instant?
    private var activityTimer: Timer?
    /// How long an allocation that relays nothing is still called active.
    private static let activitySpan: Duration = .seconds(10)

    /// What is kept for the next process; nil where nothing can be.
    let safekeeping: Safekeeping?
    /// What is told of rooms. Read before its turn where a client asks for what may lie in it.
    let scopes: Mailbox<ScopeChange>
    /// The door whose datagrams are being worked on.
    var arrivingAt: Int?
    /// At which socket of its group each slot's client arrives, as far as it sends datagrams.
    var arrivals: [Int?] = []
    /// Slots that the turn has changed.
    var changed: [UInt32] = []
    /// Requests that wait until the operator's database is read.
    var postponed: [PostponedRequest] = []
    /// Streams of which the turn has left or taken a rest.
    var restless: [StreamClient] = []
    /// Who waits for this worker to have kept everything.
    var farewell: Farewell?

    /// Listens for streams; no datagram is read before the worker is told to ``Message/serve``.
    ///
    /// - Parameter share: The sockets at which this worker's clients come in.
    init(_ place: Place, _ settings: TURN.Settings, _ share: Doors, on loop: Loop) throws(BindFailure) {
        self.place = place
        self.loop = loop
        associations = Associations(secret: place.cookieSecret)
        takesPlainDatagrams = !share.takesDTLSAlone
        takesPlainStreams = !share.takesTLSAlone
        scopes = place.neighbours.scopes[place.number]
        let groups = share.datagrams
        clients = groups.map(ClientSocket.init)
        safekeeping = place.keep.flatMap { keep in
            try? Safekeeping(keep: keep) { errno in place.onEvent(.notKept(errno)) }
        }
        doors = groups.indices.flatMap { client in
            groups[client].sockets.map { ClientDoor(socket: $0, client: client) }
        }
        let (live, listening) = (place.live, place.listening)
        relay = TURN.Relay(
            settings: settings, random: RandomStream(seed: Randomness.bytes(32)),
            live: LiveAddresses(
                scope: { live.mark(of: $0).map(Scope.init(rawValue:)) },
                listener: { listening.mark(of: $0).map(Scope.init(rawValue:)) },
                count: { live.count(of: $0.rawValue, at: $1) + listening.count(of: $0.rawValue, at: $1) }),
            isListening: { listening.contains($0) })
        for doors in share.streams { try listen(at: doors) }
        for doors in share.proxied { try listen(at: doors, behind: share.proxies) }
    }

    /// Listens to the other threads.
    func open(_ mailbox: Mailbox<Message>) throws(Errno) {
        timer = Timer(on: loop) { [unowned self] in
            armedFor = nil
            relay.handle(.tick, now: loop.now)
            performOutputs()
        }
        activityTimer = Timer(on: loop) { [unowned self] in
            relay.markActivity()
            activityTimer?.arm(at: loop.now.instant + Self.activitySpan)
        }
        activityTimer?.arm(at: loop.now.instant + Self.activitySpan)
        loop.atEndOfTurn { self.finishTurn() }
        try mailbox.open(on: loop) { self.receive($0) }
        try scopes.open(on: loop) { self.change($0) }
    }

    /// What the operator should know though the server runs.
    var notices: [String] {
        let wanted = place.relayBuffer * 8
        guard let smallest = doors.map(\.socket.receiveBuffer).min(), smallest < wanted else { return [] }
        return [
            "the kernel grants listeners only \(smallest) bytes of receive buffer, which short bursts overflow; "
                + "set net.core.rmem_max=\(wanted) in /etc/sysctl.d"
        ]
    }

    private func receive(_ message: Message) {
        switch message {
        case .serve: serve()
        case .reload(let settings):
            relay.reload(settings)
            takePostponed()
            performOutputs()
        case .follow(let addresses): relay.follow(addresses)
        case .show(let contexts): show(contexts)
        case .adopt(let parcel): adopt(parcel)
        case .take(let parcel): take(parcel)
        case .lend(let errand): lend(errand)
        case .lent(let loan, let errand): resume(errand, with: loan)
        case .returned(let endpoint):
            relay.handle(.returned(endpoint), now: loop.now)
            performOutputs()
        case .withdraw(let name, let end):
            withdraw(LeftWithdrawal(name: name, end: end))
            performOutputs()
        case .leave(let farewell): leave(for: farewell)
        case .ask(let inquiry): answer(inquiry)
        case .finish:
            relay.sessions(now: loop.now) { place.onEvent(.ended($0, worker: place.number)) }
            leaveAssociations()
        }
    }

    /// Serves new handshakes with these.
    func show(_ contexts: RelayContexts) {
        context = contexts.streams
        associations.context = contexts.datagrams
    }

    private func serve() {
        for (index, door) in doors.enumerated() {
            do {
                try loop.add(self, descriptor: door.socket.number, token: Token.client(index).rawValue, for: .readable)
            } catch {
                preconditionFailure("a socket that was just bound can be waited for: \(error)")
            }
        }
    }

    private func finishTurn() {
        if relay.hasChanges || !changed.isEmpty { keepChanges() }
        sendAll()
        if !touched.isEmpty { sendStreams() }
        if !restless.isEmpty { keepRests() }
        arena.reset()
        if relay.deadline != armedFor { arm() }
        place.published.publish(allocations: relay.allocationCount, shortCircuits: tally.shortCircuits)
        if let farewell = farewell.take() {
            keepEverything()
            farewell.finished.post(true)
        }
    }

    private func arm() {
        armedFor = relay.deadline
        timer?.arm(at: armedFor)
    }

    /// Sends everything that waits; the buffers that it lay in are free again.
    func sendAll() {
        departures.flush()
        guard hasForClients else { return }
        for client in clients { client.outbox.flush() }
        hasForClients = false
        clientsWaitForInbox = false
    }

    /// What has been counted, with what is known only where it is kept.
    var wholeTally: RelayTally {
        var tally = tally
        tally.allocations = relay.allocationCount
        tally.unsent = clients.reduce(tally.unsent &+ departures.lost) { $0 &+ $1.outbox.lost }
        return tally
    }
}

extension Worker: Source {
    /// What a worker's descriptors are told apart by: the kind in the lowest bit, a number above.
    enum Token {
        case client(Int)
        /// A number as ``RelaySockets`` gives it.
        case relay(Int)

        init(rawValue: Int) { self = rawValue & 1 == 0 ? .client(rawValue >> 1) : .relay(rawValue >> 1) }

        var rawValue: Int {
            switch self {
            case .client(let index): index << 1
            case .relay(let index): index << 1 | 1
            }
        }
    }

    func ready(_ events: Events, token: Int) {
        switch Token(rawValue: token) {
        case .client(let index): receiveFromClients(index)
        case .relay(let index): receiveFromPeer(index, hasFailed: events.contains(.failed))
        }
    }
}
