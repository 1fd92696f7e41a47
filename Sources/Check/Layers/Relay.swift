// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import STUN
internal import TURNClient
internal import Wire

extension Checkup {
    /// RELAY: payload between two allocations, and from a peer outside to a relayed address.
    func relay(_ target: Target) {
        doing("relaying over \(target.name)")
        let account = plan.credentials.account(now: now)
        let (near, far) = (caller(target, as: account), caller(target, as: account))
        defer {
            near.leave()
            far.leave()
        }
        guard near.connect() == nil, far.connect() == nil,
            let here = near.ask(.allocate(Wish()))?.facts?.relayed.first,
            let there = far.ask(.allocate(Wish()))?.facts?.relayed.first
        else {
            return tell(
                .fail(
                    .relay,
                    "one user cannot have two allocations at once, which a call between two relayed people takes",
                    fix: "raise user-quota to 2 or more"))
        }
        for (caller, peer) in [(near, there), (far, here)] {
            if let refusal = caller.ask(.permit([peer]))?.refusal {
                return tell(
                    .fail(
                        .relay, "relayed addresses may not reach each other: \(refusal.code.rawValue) for \(peer)",
                        fix: "a denied-peer-ip covers the server's own address: add allowed-peer-ip=\(peer.address)"))
            }
        }
        _ = near.ask(.bind(channel: 0x4000, to: there))
        _ = far.ask(.bind(channel: 0x4000, to: here))
        loop(near, far, there)
        inbound(near, here)
    }

    /// 1000 packets of 1000 bytes to the other allocation and back, some at a time.
    private func loop(_ near: Caller, _ far: Caller, _ there: Endpoint) {
        let (count, size, window) = (1000, 1000, 16)
        var trips: [Duration] = []
        var seen = Set<UInt32>()
        var sentAt = [Instant](repeating: Instant(nanoseconds: 0), count: count)
        far.heard = { peer, payload in far.send(payload.array, to: peer) }
        near.heard = { _, payload in
            guard let number: UInt32 = payload.integer(at: 0), Int(number) < count, seen.insert(number).inserted else {
                return
            }
            trips.append(Moment.read().instant - sentAt[Int(number)])
        }
        let begun = Moment.read().instant
        var sent = 0
        var lost = 0
        while sent < count {
            sentAt[sent] = Moment.read().instant
            var payload = [UInt8](repeating: 0, count: size)
            var span = payload.mutableSpan
            span.store(UInt32(sent), at: 0)
            near.send(payload, to: there)
            sent += 1
            if sent - seen.count - lost >= window,
                !station.wait(atMost: .seconds(1), until: { sent - seen.count - lost < window })
            {
                lost = sent - seen.count
                // Nothing came in a second: what passes at all has been seen.
                if seen.isEmpty { break }
            }
        }
        station.wait(atMost: .seconds(1)) { seen.count == sent }
        let seconds = max(0.001, Double((Moment.read().instant - begun).wholeNanoseconds) / 1e9)
        let share = Double(sent - seen.count) * 100 / Double(sent)
        let sorted = trips.sorted()
        guard let middle = sorted.isEmpty ? nil : sorted[sorted.count / 2] else {
            return tell(
                .fail(
                    .relay, "nothing passes between two relayed addresses (\(there))",
                    fix: "see external-ip, and that the firewall lets this machine reach its own relayed ports"))
        }
        let late = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
        let rate = Double(seen.count * size * 8 * 2) / seconds / 1e6
        let figures = [
            ("sent", Double(sent)), ("lossPercent", share),
            ("roundTripP50Milliseconds", Double(middle.wholeNanoseconds) / 1e6),
            ("roundTripP99Milliseconds", Double(late.wholeNanoseconds) / 1e6), ("megabitsPerSecond", rate),
        ].map { (name: $0.0, value: $0.1) }
        let tenths = Int(share * 10 + 0.5)
        let text =
            "two allocations, \(sent) packets there and back: loss \(tenths / 10).\(tenths % 10) %, RTT p50 \(middle.milliseconds) p99 \(late.milliseconds), \(Int(rate)) Mbit/s"
        if share <= 1 { return tell(.ok(.relay, text, figures: figures)) }
        tell(
            .warn(
                .relay, text,
                fix: "look at socket buffers (HOST) and max-bps, and at the processors' load while calls run",
                figures: figures))
    }

    /// A peer that is no client of the server sends to the relayed address, as the other side of a call does.
    private func inbound(_ near: Caller, _ relayed: Endpoint) {
        let any: IPAddress = relayed.address.family == .v4 ? .anyV4 : .anyV6
        guard near.road.target.endpoint.address.family == relayed.address.family,
            let mapped = near.ask(.binding)?.facts?.mapped, let peer = try? Peer(at: Endpoint(any, 0), on: station)
        else { return }
        defer { peer.close() }
        var heard = false
        near.heard = { _, payload in if payload.array == Array("from outside".utf8) { heard = true } }
        let refusal = near.ask(.permit([mapped]))?.refusal
        if refusal != nil {
            return tell(
                .skip(
                    .relay,
                    "this machine may not be a peer (\(mapped.address)): ask from another one whether packets from outside arrive"
                ))
        }
        for _ in 0..<5 where !heard {
            peer.send(Array("from outside".utf8), to: relayed)
            station.wait(atMost: .milliseconds(400)) { heard }
        }
        let range = settings.map { "\($0.minPort)-\($0.maxPort)" } ?? "49152-65535, or min-port to max-port"
        if heard { return tell(.ok(.relay, "packets from outside arrive at relayed address \(relayed)")) }
        tell(
            .fail(
                .relay, "packets from outside do not arrive at relayed address \(relayed)",
                fix:
                    "open the relay's ports for UDP (\(range)): ufw allow \(range.replacing("-", with: ":"))/udp; else see external-ip"
            ))
    }
}

/// A bare UDP socket: the other side of a call.
private final class Peer {
    private let socket: DatagramSocket
    private let outbox = Outbox(messages: 1)

    init(at endpoint: Endpoint, on station: Station) throws(Errno) {
        socket = try DatagramSocket(at: endpoint)
        outbox.socket = socket.descriptor.number
    }

    func send(_ bytes: [UInt8], to peer: Endpoint) {
        // Safe: the outbox is flushed while the bytes are there.
        unsafe bytes.withUnsafeBufferPointer { bytes in
            let nothing = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
            unsafe outbox.add(header: nothing, payload: bytes, to: peer, from: nil)
            outbox.flush()
        }
    }

    func close() { outbox.socket = -1 }
}
