// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Engine
internal import Wire

/// Asks this server's own relay for an allocation over loopback, as a client would, and remembers the answer a while.
final class RelayCheck: Source {
    /// Whose session it is: a name that nobody else can choose, because these are not worth a line of the log.
    static let user = "readiness-" + Hex.encode(Randomness.bytes(8))

    /// How long an answer is good.
    private static let memory = Duration.seconds(5)

    private unowned let loop: Loop
    private let relay: Endpoint
    private let credential: (UnixTime) -> RESTCredential
    private var waiting: [(String?) -> Void] = []
    private var last: (at: Instant, failure: String?)?
    private var probe: AllocationProbe?
    private var socket: DatagramSocket?
    private var registration: Loop.Registration?
    private var timer: Timer?
    private let inbox = Inbox()
    private let outbox = Outbox(messages: 1)

    /// - Parameters:
    ///   - relay: Where the relay listens; at a wildcard it is asked over loopback.
    ///   - credential: Makes one that the relay takes.
    init(of relay: Endpoint, on loop: Loop, credential: @escaping (UnixTime) -> RESTCredential) {
        let loopback: IPAddress = relay.address.family == .v4 ? .loopbackV4 : .loopbackV6
        self.relay = relay.address.isUnspecified ? Endpoint(loopback, relay.port) : relay
        (self.loop, self.credential) = (loop, credential)
        timer = Timer(on: loop) { [weak self] in
            guard let self else { return }
            probe?.tick(now: loop.now.instant)
            drain()
        }
    }

    /// Answers with what is wrong with the relay; nil when an allocation works.
    func ask(_ answer: @escaping (_ failure: String?) -> Void) {
        if let last, loop.now.instant - last.at < Self.memory { return answer(last.failure) }
        waiting.append(answer)
        guard waiting.count == 1 else { return }
        do {
            let any: IPAddress = relay.address.family == .v4 ? .anyV4 : .anyV6
            let socket = try DatagramSocket(at: Endpoint(any, 0))
            outbox.socket = socket.descriptor.number
            registration = try loop.add(self, descriptor: socket.descriptor.number, for: .readable)
            self.socket = consume socket
        } catch {
            return finish("no socket to ask the relay with: \(error)")
        }
        let random = RandomStream(seed: Randomness.bytes(32))
        probe = AllocationProbe(with: credential(loop.now.time), random: random, now: loop.now.instant)
        drain()
    }

    func ready(_ events: Events, token: Int) {
        guard let number = socket?.descriptor.number else { return }
        for index in 0..<inbox.receive(from: number) {
            guard let parcel = inbox.parcel(index), parcel.sender == relay else { continue }
            // Safe: the parcel's bytes stay as they are until the next receive.
            let bytes = unsafe UnsafeBufferPointer(start: parcel.start, count: parcel.count)
            probe?.handle(unsafe bytes.span, now: loop.now.instant)
        }
        drain()
    }

    private func drain() {
        while let output = probe?.nextOutput() {
            switch output {
            case .send(let bytes): send(bytes)
            case .finished(let failure): return finish(failure)
            }
        }
        timer?.arm(at: probe?.deadline ?? nil)
    }

    private func send(_ bytes: [UInt8]) {
        // Safe: the outbox is flushed while the bytes are there.
        unsafe bytes.withUnsafeBufferPointer { bytes in
            let nothing = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
            unsafe outbox.add(header: nothing, payload: bytes, to: relay, from: nil)
            outbox.flush()
        }
    }

    private func finish(_ failure: String?) {
        last = (loop.now.instant, failure)
        timer?.arm(at: nil)
        if let registration { loop.remove(registration) }
        registration = nil
        socket = nil
        probe = nil
        let waiting = waiting
        self.waiting = []
        for answer in waiting { answer(failure) }
    }
}

extension ICEServerMint {
    /// A credential for the server's own check of its relay; good for a minute.
    func probe(now: UnixTime) -> RESTCredential { credential(for: RelayCheck.user, until: now + .seconds(60)) }
}
