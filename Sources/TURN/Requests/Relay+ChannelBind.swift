// SPDX-License-Identifier: Apache-2.0
internal import STUN
internal import Wire

extension Relay {
    /// A ChannelBind request (RFC 8656 §12.2).
    func channelBind(
        _ request: Request, _ bytes: Span<UInt8>, _ identity: Identity, _ addressee: Addressee
    ) throws(Refusal) {
        let (message, now) = (request.message, request.now)
        let slot = try owned(request, by: identity)
        guard !allocations[slot].relaysTCP else {
            throw Refusal(.forbidden, "the allocation relays TCP, which has no channels")
        }
        let number = try Refusal.reading { () throws(DecodeError) in try message.channelNumber(in: bytes) }
        let peer = try Refusal.reading { () throws(DecodeError) in
            try message.xorAddress(.xorPeerAddress, in: bytes)
        }
        guard let number, let peer else { throw Refusal(.badRequest, "no CHANNEL-NUMBER or no XOR-PEER-ADDRESS") }
        let last: UInt16 = settings.rfc8656ChannelNumbers ? 0x4FFF : 0x7FFF
        guard (0x4000...last).contains(number) else {
            throw Refusal(
                .badRequest,
                number > last && number <= 0x7FFF
                    ? "channel \(number) is of RFC 5766's range, which rfc8656-channel-numbers refuses"
                    : "channel \(number) is outside 16384…\(last)")
        }
        guard peer.port != 0 else { throw Refusal(.badRequest, "port 0 cannot be sent to", peer: peer) }
        if let bound = channel(number, of: slot, now: now), peers[bound].endpoint != peer {
            throw Refusal(.badRequest, "channel \(number) is bound to \(peers[bound].endpoint)", peer: peer)
        }
        if let bound = channel(to: peer, of: slot, now: now), peers[bound].channel != number {
            throw Refusal(.badRequest, "the peer is bound to channel \(peers[bound].channel)", peer: peer)
        }
        let standing = try standing(of: peer, for: slot, now: now)
        try checkPort(peer, standing, of: slot)
        sweep(.channels, of: slot, now: now)
        sweep(.permissions, of: slot, now: now)
        let isNewChannel = channel(number, of: slot, now: now) == nil
        let isNewPermission = permission(for: peer.address, of: slot, now: now) == nil
        let limit = settings.peersPerAllocation
        guard allocations[slot].lists[.channels].count + (isNewChannel ? 1 : 0) <= limit,
            allocations[slot].lists[.permissions].count + (isNewPermission ? 1 : 0) <= limit
        else { throw Refusal(.insufficientCapacity, "more than \(limit) channels", peer: peer, cause: .tooManyPeers) }
        bind(number, to: peer, standing, of: slot, now: now)
        permit(peer.address, standing, of: slot, now: now)
        succeed(addressee)
    }

    /// On this server's own addresses a channel is bound to live relayed ports only.
    private func checkPort(
        _ peer: Endpoint, _ standing: PeerPolicy.Standing, of slot: UInt32
    ) throws(Refusal) {
        guard standing != .open else { return }
        let endpoint = local(peer)
        var relayed = live.scope(endpoint)
        if let other = datagramOwner(of: endpoint) { relayed = allocations[other].scope }
        if let relayed, !mayReach(relayed, from: slot) {
            throw Refusal(
                .forbidden, "\(peer) is the relayed address of somebody in another room (room-scoped-relay)",
                peer: peer, cause: .roomScope)
        }
        switch standing {
        case .own where relayed != nil: return
        case .ownAllowed where !settings.peerPolicy.isListener(endpoint): return
        case .own, .ownAllowed, .open:
            throw Refusal(
                .forbidden, "\(peer) is this server's own and no relayed address of a client", peer: peer,
                cause: .ownAddress)
        }
    }
}
