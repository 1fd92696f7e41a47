// SPDX-License-Identifier: Apache-2.0
internal import STUN
internal import Wire

extension Relay {
    /// A CreatePermission request (RFC 8656 §10.2): all of its peers or none.
    func createPermission(
        _ request: Request, _ bytes: Span<UInt8>, _ identity: Identity, _ addressee: Addressee
    ) throws(Refusal) {
        let slot = try owned(request, by: identity)
        let peers = try peers(in: request.message, bytes)
        guard !peers.isEmpty else { throw Refusal(.badRequest, "no XOR-PEER-ADDRESS") }
        var standings: [PeerPolicy.Standing] = []
        for peer in peers { standings.append(try standing(of: peer, for: slot, now: request.now)) }
        sweep(.permissions, of: slot, now: request.now)
        let new = peers.count { permission(for: $0.address, of: slot, now: request.now) == nil }
        guard allocations[slot].lists[.permissions].count + new <= settings.peersPerAllocation else {
            throw Refusal(
                .insufficientCapacity, "more than \(settings.peersPerAllocation) permissions", cause: .tooManyPeers)
        }
        for (peer, standing) in zip(peers, standings) {
            permit(peer.address, standing, of: slot, now: request.now)
        }
        succeed(addressee)
    }

    /// Every XOR-PEER-ADDRESS of a request.
    private func peers(in message: Message, _ bytes: Span<UInt8>) throws(Refusal) -> [Endpoint] {
        let (limit, transaction) = (settings.peersPerAllocation, message.header.transaction)
        var peers: [Endpoint] = []
        try Refusal.reading { () throws(DecodeError) in
            try message.forEach(.xorPeerAddress, in: bytes) { place throws(DecodeError) in
                // One more than allowed is enough to be refused.
                guard peers.count <= limit else { return }
                peers.append(try Message.xorAddress(.xorPeerAddress, at: place, transaction, in: bytes))
            }
        }
        return peers
    }

    /// What a peer may be sent, or why it may not be.
    func standing(
        of peer: Endpoint, for slot: UInt32, now: Moment
    ) throws(Refusal) -> PeerPolicy.Standing {
        guard let relayed = allocations[slot].relayed(peer.address.family) else {
            throw Refusal(.peerAddressFamilyMismatch, "the allocation has no address of the peer's family", peer: peer)
        }
        switch judge(peer, relayedFrom: relayed) {
        case .allowed(let standing):
            try checkScope(peer, standing, of: slot, now: now)
            return narrowed(standing, at: peer.address, of: slot)
        case .denied(let reason):
            throw Refusal(.forbidden, "\(peer.address) is \(reason)", peer: peer, cause: RefusalCause(reason))
        }
    }
}
