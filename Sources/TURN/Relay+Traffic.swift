// SPDX-License-Identifier: Apache-2.0
internal import STUN
internal import Wire

// The packet path: nothing here allocates memory.

extension Relay {
    /// ChannelData from a client (RFC 8656 §12.6).
    func receiveChannelData(_ message: Span<UInt8>, on flow: Flow, now: Moment) -> Outcome {
        guard let number: UInt16 = message.integer(at: 0), let length: UInt16 = message.integer(at: 2) else {
            return .dropped(.notUnderstood)
        }
        // What a datagram holds behind the claimed length is padding and goes nowhere.
        guard Int(length) <= message.count - 4 else { return .dropped(.malformed) }
        guard let slot = arrive(flow), isActive(slot, now) else { return .dropped(.noAllocation) }
        guard let channel = channel(number, of: slot, now: now) else { return .dropped(.noChannel) }
        return send(4..<4 + Int(length), to: peers[channel].endpoint, known: channel, from: slot, now: now)
    }

    /// A Send indication from a client (RFC 8656 §11.2).
    func receiveSend(_ message: Message, _ bytes: Span<UInt8>, on flow: Flow, now: Moment) -> Outcome {
        guard let slot = arrive(flow), isActive(slot, now) else { return .dropped(.noAllocation) }
        let whole = message.has(.dontFragment)
        guard !message.hasUnknownRequired(except: Self.known), !whole || settings.canForbidFragments else {
            return .dropped(.unknownAttribute)
        }
        guard !allocations[slot].relaysTCP else { return .dropped(.unexpected) }
        guard let payload = message.place(of: .data),
            let peer = try? message.xorAddress(.xorPeerAddress, in: bytes), peer.port != 0
        else { return .dropped(.malformed) }
        guard let permission = permission(for: peer.address, of: slot, now: now) else {
            return .dropped(.noPermission)
        }
        return send(payload, to: peer, known: permission, from: slot, dontFragment: whole, now: now)
    }

    /// Passes payload on to a peer that a permission or channel at `place` stands for.
    @inline(__always)
    private func send(
        _ payload: Range<Int>, to peer: Endpoint, known place: UInt32, from slot: UInt32, dontFragment: Bool = false,
        now: Moment
    ) -> Outcome {
        if peers[place].judged != settingsNumber, !judge(place, of: slot) { return .dropped(.deniedPeer) }
        guard allocations[slot].relayed(peer.address.family) != nil else { return .dropped(.malformed) }
        guard
            allocations[slot].toPeersRate.admit(
                payload.count, bytesPerSecond: settings.bytesPerSecond, now: now.instant),
            toPeersRate.admit(payload.count, bytesPerSecond: settings.workerBytesPerSecond, now: now.instant)
        else {
            allocations[slot].overRate &+= 1
            return .dropped(.overRate)
        }
        if peers[place].standing != .open {
            return sendToOwn(
                payload, to: peer, peers[place].standing, from: slot, dontFragment: dontFragment, now: now)
        }
        allocations[slot].toPeers.count(payload.count)
        return .send(Departure(allocation: name(of: slot), peer: peer, payload: payload, dontFragment: dontFragment))
    }

    /// Passes payload on to an address of this server: only live relayed ports may be reached there.
    ///
    /// A port of this worker's needs no socket: its client gets the payload at once, if it may.
    private func sendToOwn(
        _ payload: Range<Int>, to peer: Endpoint, _ standing: PeerPolicy.Standing, from slot: UInt32,
        dontFragment: Bool, now: Moment
    ) -> Outcome {
        let local = local(peer)
        if let other = datagramOwner(of: local), isActive(other, now),
            let own = allocations[slot].relayed(peer.address.family)
        {
            guard mayReach(allocations[other].scope, from: slot) else { return .dropped(.deniedPeer) }
            allocations[slot].toPeers.count(payload.count)
            return deliver(payload, from: advertised(own), to: other, now: now)
        }
        if let scope = live.scope(local) {
            guard mayReach(scope, from: slot) else { return .dropped(.deniedPeer) }
        } else if standing != .ownAllowed || settings.peerPolicy.isListener(local) {
            return .dropped(.deniedPeer)
        }
        allocations[slot].toPeers.count(payload.count)
        return .send(Departure(allocation: name(of: slot), peer: local, payload: payload, dontFragment: dontFragment))
    }

    /// Passes payload from a peer on to a client (RFC 8656 §11.3, §12.7).
    @inline(__always)
    func deliver(_ payload: Range<Int>, from peer: Endpoint, to slot: UInt32, now: Moment) -> Outcome {
        guard permission(for: peer.address, of: slot, now: now) != nil else { return .dropped(.noPermission) }
        guard
            allocations[slot].toClientRate.admit(
                payload.count, bytesPerSecond: settings.bytesPerSecond, now: now.instant),
            toClientRate.admit(payload.count, bytesPerSecond: settings.workerBytesPerSecond, now: now.instant)
        else {
            allocations[slot].overRate &+= 1
            return .dropped(.overRate)
        }
        let framing: Framing
        var padding = 0
        if let channel = channel(to: peer, of: slot, now: now) {
            guard payload.count <= 0xFFFF else { return .dropped(.malformed) }
            let number = UInt32(peers[channel].channel)
            framing = .channel(header: number << 16 | UInt32(truncatingIfNeeded: payload.count))
            if allocations[slot].flow.transport.isStream { padding = -payload.count & 3 }
        } else {
            replies.begin(.indication, .data, TransactionID(high: 0, low: nextIndication()))
            replies.append(.xorPeerAddress, xorAddress: peer)
            guard let header = replies.beginData(count: payload.count) else { return .dropped(.malformed) }
            framing = .indication(header: header)
            padding = -payload.count & 3
        }
        allocations[slot].toClient.count(payload.count)
        return .deliver(
            Delivery(
                allocation: name(of: slot), flow: allocations[slot].flow, framing: framing, payload: payload,
                padding: padding))
    }

    /// A transaction identifier for an indication: nobody answers it, so it need not be secret.
    func nextIndication() -> UInt64 {
        indicationNumber &+= 1
        return indicationNumber
    }
}
