// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import STUN
internal import TURNClient
internal import Wire

extension Checkup {
    /// RELAY: payload between two allocations over every transport and in every order, and from a peer to a relayed address.
    func relay(_ targets: [Target]) {
        guard let first = targets.first else { return }
        doing("relaying over \(first.name)")
        guard let pair = pair(over: first, complaining: true) else { return }
        thorough(Passage.through(pair, packets: 1000, on: station), pair)
        inbound(pair.near, pair.here)
        pair.leave()
        orders(targets)
        var passed: [(target: Target, note: String)] = []
        for target in targets.dropFirst() {
            doing("relaying over \(target.name)")
            guard let pair = self.pair(over: target, complaining: false) else { continue }
            defer { pair.leave() }
            let passage = Passage.through(pair, packets: 100, on: station)
            if passage.lossPercent <= 1 {
                passed.append((target, ""))
            } else {
                tell(
                    .fail(
                        .relay,
                        "\(target.name): of 100 packets between two allocations \(passage.received) come back, though \(first.name) works",
                        .transportDisturbed(target.transport)))
            }
        }
        for (address, list) in Self.byAddress(passed) {
            tell(.ok(.relay, "\(address): 100 packets there and back over each of \(list): no loss"))
        }
    }

    /// Who comes first must not decide who is let in: a client of each address, each before and after each other.
    private func orders(_ targets: [Target]) {
        var each: [Target] = []
        for target in targets where !each.contains(where: { $0.endpoint.address == target.endpoint.address }) {
            each.append(target)
        }
        var passed = 0
        for first in each {
            for second in each where second != first {
                doing("relaying from \(first.name) to \(second.name)")
                guard let pair = self.pair(over: first, and: second, complaining: true) else { return }
                defer { pair.leave() }
                let there = Passage.through(pair, packets: 20, on: station)
                let back = Passage.through(pair.turned, packets: 20, on: station)
                guard there.received > 0, back.received > 0 else {
                    return tell(
                        .fail(
                            .relay,
                            "nothing passes between a client of \(first.endpoint.address) and one of \(second.endpoint.address) that allocates after it",
                            .nothingPasses))
                }
                passed += 1
            }
        }
        if passed > 0 {
            let list = each.map { "\($0.endpoint.address)" }.joined(separator: ", ")
            tell(.ok(.relay, "clients of \(list) reach each other, whichever allocates first"))
        }
    }

    /// Two allocations that let each other in, the first one made before the second; nil, and told why, where that cannot
    /// be had.
    private func pair(over target: Target, and other: Target? = nil, complaining: Bool) -> Pair? {
        let account = plan.credentials.account(now: now)
        let (near, far) = (caller(target, as: account), caller(other ?? target, as: account))
        func refuse(_ text: String, _ cause: Cause) -> Pair? {
            near.leave()
            far.leave()
            if complaining { tell(.fail(.relay, text, cause)) }
            return nil
        }
        guard near.connect() == nil, far.connect() == nil,
            let here = near.ask(.allocate(wish(at: target)))?.facts?.relayed.first,
            let there = far.ask(.allocate(wish(at: target)))?.facts?.relayed.first
        else {
            return refuse(
                "one user cannot have two allocations at once, which a call between two relayed people takes",
                .oneAllocationOnly)
        }
        for (caller, peer) in [(near, there), (far, here)] {
            if let refusal = caller.ask(.permit([peer]))?.refusal {
                return refuse(
                    "relayed addresses may not reach each other: \(refusal.code.rawValue) for \(peer)",
                    .ownAddressDenied(peer.address))
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
                    .relay, "nothing passes between two relayed addresses (\(pair.there))", .nothingPasses))
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
                .relay, text, .packetsLost, figures: figures))
    }

    /// A peer that is no client of the server sends to the relayed address, as the other side of a call does.
    ///
    /// Whether it is outside depends on where this runs: from the server's own machine nobody sees what a firewall does.
    private func inbound(_ near: Caller, _ relayed: Endpoint) {
        let isHere = own.contains(near.road.target.endpoint.address)
        if isHere, !own.contains(relayed.address) {
            return tell(
                .skip(
                    .relay,
                    "relayed address \(relayed.address) is on another machine (NAT): only from outside can be seen whether packets arrive"
                ))
        }
        let any: IPAddress = relayed.address.family == .v4 ? .anyV4 : .anyV6
        guard near.road.target.endpoint.address.family == relayed.address.family,
            let mapped = near.ask(.binding)?.facts?.mapped, let peer = try? Peer(at: Endpoint(any, 0), on: station)
        else { return }
        defer { peer.close() }
        var heard = false
        near.heard = { _, payload in if payload.array == Array("from a peer".utf8) { heard = true } }
        if near.ask(.permit([mapped]))?.refusal != nil {
            return tell(
                .skip(
                    .relay,
                    "this machine may not be a peer (\(mapped.address)): ask from another one whether packets arrive"))
        }
        for _ in 0..<5 where !heard {
            peer.send(Array("from a peer".utf8), to: relayed)
            station.wait(atMost: .milliseconds(400)) { heard }
        }
        let place = isHere ? "a peer on this machine" : "outside"
        if heard { return tell(.ok(.relay, "packets from \(place) arrive at relayed address \(relayed)")) }
        if !isHere, !getsThroughOverUDP(to: near.road.target.endpoint.address) {
            // Nobody knows yet on whose side that is.
            return tell(
                .skip(
                    .relay,
                    "no UDP passes between this machine and the server: only from a machine that has UDP can be seen whether packets arrive at \(relayed.address)"
                ))
        }
        tell(
            .fail(
                .relay, "packets from \(place) do not arrive at relayed address \(relayed)",
                .relayPortsClosed(settings.map { $0.minPort...max($0.minPort, $0.maxPort) })))
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
