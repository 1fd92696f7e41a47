// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import STUN
internal import Wire

extension Relay {
    /// How long a peer may take to answer, and a client to take a connection; both at least 30 s (RFC 6062 §5.2, §5.3).
    static var connectionPatience: Duration { .seconds(30) }

    /// A Connect request (RFC 6062 §5.2): answered once the peer has accepted or not.
    func connect(
        _ request: Request, _ bytes: Span<UInt8>, _ identity: Identity, _ addressee: Addressee
    ) throws(Refusal) {
        let slot = try owned(request, by: identity)
        guard allocations[slot].relaysTCP else {
            throw Refusal(.forbidden, "the allocation relays UDP")
        }
        let peer = try Refusal.reading { () throws(DecodeError) in
            try request.message.xorAddress(.xorPeerAddress, in: bytes)
        }
        guard let peer else { throw Refusal(.badRequest, "no XOR-PEER-ADDRESS") }
        guard peer.port != 0 else { throw Refusal(.badRequest, "port 0 cannot be connected to", peer: peer) }
        for id in allocations[slot].connections where connections[id]?.peer == peer {
            throw Refusal(.connectionAlreadyExists, "there is a connection with \(peer)", peer: peer)
        }
        let standing = try standing(of: peer, for: slot, now: request.now)
        try checkStreamPort(peer, standing, of: slot)
        guard hasRoom(slot) else {
            throw Refusal(
                .insufficientCapacity,
                "more than \(settings.connectionsPerAllocation) connections, or \(settings.waitingPerAllocation) that "
                    + "wait for a peer or a client", peer: peer, cause: .tooManyPeers)
        }
        let id = begin(
            Connection(slot: slot, peer: peer, state: .connecting(addressee), judged: settingsNumber), request.now)
        outputs.append(.connect(id, of: name(of: slot), to: standing == .open ? peer : local(peer)))
    }

    /// On this server's own addresses live relayed addresses of TCP allocations are connected to and nothing else; and
    /// never an allocation to itself, which the kernel would let talk to itself without end.
    private func checkStreamPort(
        _ peer: Endpoint, _ standing: PeerPolicy.Standing, of slot: UInt32
    ) throws(Refusal) {
        let endpoint = local(peer)
        let isItself = allocations[slot].relayed(endpoint.address.family) == endpoint
        switch standing {
        case _ where isItself: break
        case .open: return
        case .own where isListening(endpoint) && mayReach(live.listener(endpoint) ?? .open, from: slot): return
        case .ownAllowed where !settings.peerPolicy.isListener(endpoint): return
        case .own, .ownAllowed: break
        }
        throw Refusal(
            .forbidden, "\(peer) is this server's own and no relayed TCP address of another client", peer: peer,
            cause: .ownAddress)
    }

    /// Draws a name for a connection and waits for what comes next.
    func begin(_ connection: Connection, _ now: Moment) -> ConnectionID {
        let workers = UInt32(clamping: max(1, settings.workers))
        var id: ConnectionID
        repeat {
            let drawn = UInt32(truncatingIfNeeded: random.next() >> 32) / workers
            // Beyond the last whole number of workers the remainder would be cut off.
            id = ConnectionID(rawValue: min(drawn, UInt32.max / workers - 1) * workers &+ UInt32(settings.worker))
        } while connections.contains(id)
        connections.insert(connection, as: id, until: now.instant + Self.connectionPatience)
        allocations[connection.slot].connections.append(id)
        return id
    }

    /// A peer has accepted: the client may take the connection within half a minute.
    func connected(_ id: ConnectionID, now: Moment) {
        guard case .connecting(let addressee) = connections[id]?.state else { return }
        connections.set(id, to: .pending, until: now.instant + Self.connectionPatience)
        replies.begin(.success, .connect, addressee.transaction)
        replies.append(.connectionID, integer: id.rawValue)
        appendSoftware()
        finish(addressee)
    }

    /// A peer has not accepted.
    func unconnected(_ id: ConnectionID, because failure: ConnectFailure) {
        guard let connection = connections[id], case .connecting(let addressee) = connection.state else { return }
        forget(id)
        switch failure {
        case .unreachable:
            refuse(
                addressee,
                Refusal(.connectionTimeoutOrFailure, "\(connection.peer) did not accept", peer: connection.peer))
        case .resources:
            refuse(
                addressee,
                Refusal(
                    .insufficientCapacity,
                    "the system gives no more sockets, or the client has as many connections as one address may",
                    peer: connection.peer, cause: .noSockets))
        }
    }
}
