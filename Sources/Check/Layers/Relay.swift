// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import STUN
internal import TURNClient
internal import Wire

extension Checkup {
    /// RELAY: payload between two allocations over every transport, and from a peer outside to a relayed address.
    func relay(_ targets: [Target]) {
        guard let first = targets.first else { return }
        doing("relaying over \(first.name)")
        guard let pair = pair(over: first, complaining: true) else { return }
        thorough(Passage.through(pair, packets: 1000, on: station), pair)
        inbound(pair.near, pair.here)
        pair.leave()
        var passed: [String] = []
        for target in targets.dropFirst() {
            doing("relaying over \(target.name)")
            guard let pair = self.pair(over: target, complaining: false) else { continue }
            defer { pair.leave() }
            let passage = Passage.through(pair, packets: 100, on: station)
            if passage.lossPercent <= 1 {
                passed.append(target.name)
            } else {
                tell(
                    .fail(
                        .relay,
                        "\(target.name): of 100 packets between two allocations \(passage.received) come back, though \(first.name) works",
                        fix:
                            "see what stands on the way of \(target.transport): a proxy or a firewall that looks into it"
                    ))
            }
        }
        if !passed.isEmpty {
            tell(.ok(.relay, "100 packets there and back over each of \(passed.joined(separator: ", ")): no loss"))
        }
    }

    /// Two allocations over one transport that let each other in; nil, and told why, where that cannot be had.
    private func pair(over target: Target, complaining: Bool) -> Pair? {
        let account = plan.credentials.account(now: now)
        let (near, far) = (caller(target, as: account), caller(target, as: account))
        func refuse(_ text: String, fix: String) -> Pair? {
            near.leave()
            far.leave()
            if complaining { tell(.fail(.relay, text, fix: fix)) }
            return nil
        }
        guard near.connect() == nil, far.connect() == nil,
            let here = near.ask(.allocate(Wish()))?.facts?.relayed.first,
            let there = far.ask(.allocate(Wish()))?.facts?.relayed.first
        else {
            return refuse(
                "one user cannot have two allocations at once, which a call between two relayed people takes",
                fix: "raise user-quota to 2 or more")
        }
        for (caller, peer) in [(near, there), (far, here)] {
            if let refusal = caller.ask(.permit([peer]))?.refusal {
                return refuse(
                    "relayed addresses may not reach each other: \(refusal.code.rawValue) for \(peer)",
                    fix: "a denied-peer-ip covers the server's own address: add allowed-peer-ip=\(peer.address)")
            }
        }
        _ = near.ask(.bind(channel: 0x4000, to: there))
        _ = far.ask(.bind(channel: 0x4000, to: here))
        return Pair(near: near, far: far, here: here, there: there)
    }

    private func thorough(_ passage: Passage, _ pair: Pair) {
        guard let middle = passage.roundTrip(percent: 50), let late = passage.roundTrip(percent: 99) else {
            return tell(
                .fail(
                    .relay, "nothing passes between two relayed addresses (\(pair.there))",
                    fix: "see external-ip, and that the firewall lets this machine reach its own relayed ports"))
        }
        let figures = [
            ("sent", Double(passage.sent)), ("lossPercent", passage.lossPercent),
            ("roundTripP50Milliseconds", Double(middle.wholeNanoseconds) / 1e6),
            ("roundTripP99Milliseconds", Double(late.wholeNanoseconds) / 1e6),
            ("megabitsPerSecond", passage.megabitsPerSecond),
        ].map { (name: $0.0, value: $0.1) }
        let tenths = Int(passage.lossPercent * 10 + 0.5)
        let text =
            "two allocations, \(passage.sent) packets there and back: loss \(tenths / 10).\(tenths % 10) %, RTT p50 \(middle.milliseconds) p99 \(late.milliseconds), \(Int(passage.megabitsPerSecond)) Mbit/s"
        if passage.lossPercent <= 1 { return tell(.ok(.relay, text, figures: figures)) }
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
