// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import TURNClient
internal import Wire

extension Bench {
    /// Sends at the pace of the load, from every client and from the peer, and counts what arrives.
    func relay(_ callers: [Caller], to peers: [Endpoint], from peer: BenchPeer?) {
        for caller in callers { caller.heard = { [unowned self] _, payload in arrived(payload) } }
        peer?.heard = { [unowned self] payload in arrived(payload) }
        let relayed = peer == nil ? [] : callers.compactMap { $0.client.relayed.first }
        var payload = [UInt8](repeating: 0, count: max(12, load.size))
        let before = load.process.flatMap(ServerUsage.processorTime)
        let begun = Moment.read().instant
        var rounds = 0
        while true {
            let passed = Moment.read().instant - begun
            guard passed < load.duration else { break }
            // As many rounds as are due by now: a late turn catches up. All of a burst leave when its first is due.
            let due = Int(passed.wholeNanoseconds / 1000 * Int64(load.rate) / 1_000_000 / Int64(load.burst)) + 1
            while rounds < due {
                for index in callers.indices {
                    for _ in 0..<load.burst {
                        stamp(&payload, rounds)
                        callers[index].send(payload, to: peers[index])
                        if let peer, index < relayed.count {
                            stamp(&payload, rounds)
                            peer.send(payload, to: relayed[index])
                        }
                    }
                    // What arrives is read meanwhile, so that its delay is the relay's and not this loop's.
                    if index & 15 == 15 { station.loop.turn(waitingAtMost: .zero) }
                }
                rounds += 1
                station.loop.turn(waitingAtMost: .zero)
            }
            station.loop.turn(waitingAtMost: .milliseconds(1))
        }
        outcome.seconds = Double((Moment.read().instant - begun).wholeNanoseconds) / 1e9
        station.wait(atMost: .seconds(1)) { outcome.received == outcome.sent }
        if let before, let after = load.process.flatMap(ServerUsage.processorTime) {
            outcome.processorTime = after - before
        }
    }

    private func stamp(_ payload: inout [UInt8], _ round: Int) {
        var bytes = payload.mutableSpan
        bytes.store(UInt32(truncatingIfNeeded: round), at: 0)
        bytes.store(Moment.read().instant.nanoseconds, at: 4)
        outcome.sent += 1
    }

    private func arrived(_ payload: Span<UInt8>) {
        guard let sentAt: UInt64 = payload.integer(at: 4) else { return }
        outcome.received += 1
        outcome.delays.append(Moment.read().instant - Instant(nanoseconds: sentAt))
    }
}

/// A socket that relays send to, and that sends to them.
final class BenchPeer: Source {
    let endpoint: Endpoint
    /// Told every payload; it is good for the length of the call.
    var heard: (Span<UInt8>) -> Void = { _ in }
    private let socket: DatagramSocket
    private var registration: Loop.Registration?
    private let outbox = Outbox(messages: 1)
    private unowned let station: Station

    init(at address: IPAddress, on station: Station) throws(Errno) {
        socket = try DatagramSocket(at: Endpoint(address, 0), receiveBuffer: 8 << 20)
        endpoint = socket.local
        self.station = station
        outbox.socket = socket.descriptor.number
        registration = try station.loop.add(self, descriptor: socket.descriptor.number, for: .readable)
    }

    func send(_ bytes: [UInt8], to relayed: Endpoint) {
        // Safe: the outbox is flushed while the bytes are there.
        unsafe bytes.withUnsafeBufferPointer { bytes in
            let nothing = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
            unsafe outbox.add(header: nothing, payload: bytes, to: relayed, from: nil)
            outbox.flush()
        }
    }

    func ready(_ events: Events, token: Int) {
        for index in 0..<station.inbox.receive(from: socket.descriptor.number) {
            guard let parcel = station.inbox.parcel(index) else { continue }
            // Safe: the parcel's bytes stay as they are until the next receive, and no hearer receives.
            let bytes = unsafe UnsafeBufferPointer(start: parcel.start, count: parcel.count)
            unsafe heard(bytes.span)
        }
    }

    func close() {
        if let registration { station.loop.remove(registration) }
        registration = nil
    }
}
