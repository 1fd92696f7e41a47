// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import TLS
internal import Wire

/// A way for messages to one server and back: over UDP, TCP, TLS or DTLS.
class Road {
    enum State: Hashable {
        case opening
        case open
        /// Nothing passes any more.
        case failed(Obstacle)
    }

    var state = State.opening
    let target: Target
    unowned let station: Station
    /// Told every message of the server. The bytes are good for the length of the call.
    var received: (Span<UInt8>) -> Void = { _ in }
    /// What the server's certificate says and why it is not believed, where there is one.
    var certificate: Certificate?
    var distrust: String?
    var cipher: String?
    /// What the network said to what was sent here, where it did not end the road.
    var refusal: Obstacle?
    /// Whether the server has said anything.
    var isHeard = false

    init(to target: Target, on station: Station) {
        self.target = target
        self.station = station
    }

    func open() { if state == .opening { state = .open } }
    func fail(_ obstacle: Obstacle) {
        // What came first is the reason.
        if case .failed = state { return }
        state = .failed(obstacle)
    }

    /// Why nothing passes, as far as anybody said.
    var obstacle: Obstacle? { if case .failed(let obstacle) = state { obstacle } else { refusal } }

    /// Sends one message; nothing where the road is not open.
    func send(_ message: [UInt8]) {}
    func close() {}

    /// A road that begins to open. Certificates are judged, and never end the way.
    ///
    /// - Parameter protocols: What is named by ALPN; browsers and most other clients of TURN name nothing.
    static func open(
        to target: Target, trusting trust: Trust, naming protocols: [String] = [], on station: Station
    ) -> Road {
        switch target.transport {
        case .udp, .dtls: DatagramRoad(opening: target, trusting: trust, naming: protocols, on: station)
        case .tcp, .tls: StreamRoad(opening: target, trusting: trust, naming: protocols, on: station)
        }
    }
}

/// Over UDP or DTLS.
final class DatagramRoad: Road, Source {
    private var socket: DatagramSocket?
    private var registration: Loop.Registration?
    private let outbox = Outbox(messages: 1)
    private var session: DatagramSession?
    private var timer: Timer?
    private var plaintext: [UInt8] = []
    private var answer: [UInt8] = []

    fileprivate init(opening target: Target, trusting trust: Trust, naming protocols: [String], on station: Station) {
        super.init(to: target, on: station)
        do {
            let any: IPAddress = target.endpoint.address.family == .v4 ? .anyV4 : .anyV6
            let socket = try DatagramSocket(at: Endpoint(any, 0), options: .queuesErrors, receiveBuffer: 1 << 20)
            outbox.socket = socket.descriptor.number
            registration = try station.loop.add(self, descriptor: socket.descriptor.number, for: .readable)
            self.socket = consume socket
            if target.transport == .dtls { try begin(trust, protocols) } else { state = .open }
        } catch let errno as Errno {
            fail(Obstacle(errno))
        } catch { fail(.cannotAsk("\(error)")) }
    }

    private func begin(_ trust: Trust, _ protocols: [String]) throws(ContextProblem) {
        let context = try Context(trusting: trust, over: .datagrams, protocols: protocols, onlyJudges: true)
        plaintext = [UInt8](repeating: 0, count: DatagramSession.room)
        answer = plaintext
        session = DatagramSession(connecting: context, to: target.host)
        timer = Timer(on: station.loop) { [weak self] in self?.repeatFlight() }
        var room = answer.mutableSpan
        let pieces = session?.start(into: &room) ?? nil
        if let pieces { transmit(pieces) }
        timer?.arm(at: session?.deadline(now: station.loop.now.instant) ?? nil)
    }

    private func repeatFlight() {
        var room = answer.mutableSpan
        let pieces = session?.retransmit(into: &room)
        if let pieces { transmit(pieces) }
        settle()
    }

    private func transmit(_ pieces: Pieces) { for index in 0..<pieces.count { transmit(Array(answer[pieces[index]])) } }

    private func transmit(_ bytes: [UInt8]) {
        // Safe: the outbox is flushed while the bytes are there.
        unsafe bytes.withUnsafeBufferPointer { bytes in
            let nothing = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
            unsafe outbox.add(header: nothing, payload: bytes, to: target.endpoint, from: nil)
            outbox.flush()
        }
    }

    override func send(_ message: [UInt8]) {
        guard state == .open else { return }
        guard session != nil else { return transmit(message) }
        var room = answer.mutableSpan
        let count = session?.send(message.span, into: &room) ?? 0
        if count > 0 { transmit(Array(answer[..<count])) }
    }

    override func close() {
        var room = answer.mutableSpan
        let count = session?.finish(into: &room) ?? 0
        if count > 0 { transmit(Array(answer[..<count])) }
        timer?.arm(at: nil)
        if let registration { station.loop.remove(registration) }
        registration = nil
        socket = nil
    }

    func ready(_ events: Events, token: Int) {
        guard let number = socket?.descriptor.number else { return }
        if events.contains(.failed) {
            DatagramSocket.queuedErrors(of: number) { error in
                guard error.peer == target.endpoint, !isHeard else { return }
                refusal = Obstacle(error.errno)
            }
        }
        for index in 0..<station.inbox.receive(from: number) {
            guard let parcel = station.inbox.parcel(index), parcel.sender == target.endpoint else { continue }
            // Safe: the parcel's bytes stay as they are until the next receive, and no hearer receives.
            let bytes = unsafe UnsafeBufferPointer(start: parcel.start, count: parcel.count)
            isHeard = true
            if session == nil { unsafe received(bytes.span) } else { unsafe hear(bytes.span) }
            guard socket != nil else { return }
        }
    }

    private func hear(_ datagram: Span<UInt8>) {
        var room = plaintext.mutableSpan
        var reply = answer.mutableSpan
        guard let progress = session?.receive(datagram, plaintext: &room, answer: &reply) else { return }
        transmit(progress.datagrams)
        settle()
        let messages = (0..<progress.messages.count).map { Array(plaintext[progress.messages[$0]]) }
        for message in messages { received(message.span) }
    }

    private func settle() {
        if state == .opening {
            switch session?.state {
            case .open:
                certificate = session?.peerCertificate ?? nil
                distrust = session?.distrust ?? nil
                cipher = session?.cipher
                state = .open
            case .failed(let failure): fail(.noSession(failure))
            case .handshaking, .finished, nil: break
            }
        }
        timer?.arm(at: session?.deadline(now: station.loop.now.instant) ?? nil)
    }
}
