// SPDX-License-Identifier: Apache-2.0
internal import STUN
package import Wire

// The connections of TCP allocations once they are there: peers' that arrive, clients that take them, bytes that pass.

extension Relay {
    /// Takes a connection that a peer has opened to an allocation's relayed address (RFC 6062 §5.3).
    ///
    /// Who has no permission is closed in silence. The local socket is that of `peer`'s family.
    package func accept(from peer: Endpoint, at allocation: AllocationID, now: Moment) -> Arrival {
        guard let slot = slot(of: allocation), isActive(slot, now) else { return .refused(.noAllocation) }
        let peer = shown(peer)
        guard let permission = permission(for: peer.address, of: slot, now: now) else {
            return .refused(.noPermission)
        }
        guard peers[permission].judged == settingsNumber || judge(permission, of: slot) else {
            return .refused(.deniedPeer)
        }
        guard hasRoom(slot) else { return .refused(.overRate) }
        let id = begin(Connection(slot: slot, peer: peer, state: .pending, judged: settingsNumber), now)
        replies.begin(.indication, .connectionAttempt, TransactionID(high: 0, low: nextIndication()))
        replies.append(.connectionID, integer: id.rawValue)
        replies.append(.xorPeerAddress, xorAddress: peer)
        outputs.append(.reply(to: allocations[slot].flow, bytes: replies.message))
        return .waiting(id)
    }

    /// Whether an allocation may have one more connection, which begins by waiting.
    func hasRoom(_ slot: UInt32) -> Bool {
        let all = allocations[slot].connections
        return all.count < settings.connectionsPerAllocation
            && all.count { connections[$0]?.isBound == false } < settings.waitingPerAllocation
    }

    /// The worker that a client's stream is to go on at, where it asks for a connection that is not this one's.
    func elsewhere(_ message: Message, _ bytes: Span<UInt8>, on flow: Flow) -> UInt8? {
        guard !isResuming, message.header.method == .connectionBind, flow.transport.isStream, find(flow) == nil,
            let id = (try? message.connectionID(in: bytes)).flatMap({ $0 }).map(ConnectionID.init)
        else { return nil }
        let worker = id.worker(among: settings.workers)
        return worker == settings.worker ? nil : worker
    }

    /// The slot of the allocation whose waiting connection a ConnectionBind request names.
    func wanted(_ request: Request, _ bytes: Span<UInt8>) -> UInt32? {
        guard request.message.header.method == .connectionBind,
            let id = (try? request.message.connectionID(in: bytes)).flatMap({ $0 }).map(ConnectionID.init),
            let connection = connections[id], connection.isPending
        else { return nil }
        return connection.slot
    }

    /// A ConnectionBind request: the stream that it came on carries a peer's connection from now on (RFC 6062 §5.4).
    func connectionBind(
        _ request: Request, _ bytes: Span<UInt8>, _ identity: Identity, _ addressee: Addressee
    ) throws(Refusal) {
        guard request.flow.transport.isStream else {
            throw Refusal(.badRequest, "a peer's connection is taken over TCP or TLS only")
        }
        guard request.slot == nil else {
            throw Refusal(.badRequest, "a peer's connection is taken over another stream than the allocation's own")
        }
        let number = try Refusal.reading { () throws(DecodeError) in try request.message.connectionID(in: bytes) }
        guard let id = number.map(ConnectionID.init) else { throw Refusal(.badRequest, "no CONNECTION-ID") }
        guard let connection = connections[id], connection.isPending, isActive(connection.slot, request.now) else {
            throw Refusal(.badRequest, "no connection waits under this CONNECTION-ID")
        }
        guard isOwner(identity, of: connection.slot) else {
            throw Refusal(.wrongCredentials, "the connection belongs to somebody else")
        }
        connections.set(id, to: .bound, until: nil)
        succeed(addressee)
        outputs.append(.join(id, request.flow))
    }

    /// Counts what was read on one side of a joined connection, and says when more may be read there.
    ///
    /// Nothing is dropped: a stream has no gaps. A piece counts as a packet.
    package func pass(
        _ count: Int, _ direction: Direction, over id: ConnectionID, now: Moment
    ) -> Passage {
        guard let connection = connections[id] else { return .over }
        let slot = connection.slot
        if connection.judged != settingsNumber {
            guard let relayed = allocations[slot].relayed(connection.peer.address.family),
                case .allowed = judge(connection.peer, relayedFrom: relayed), mayKeep(connection.peer, slot)
            else { return .over }
            connections.setJudged(id, under: settingsNumber)
        }
        let (own, all) = (settings.bytesPerSecond, settings.workerBytesPerSecond)
        let rests: (Instant?, Instant?)
        switch direction {
        case .toPeer:
            allocations[slot].toPeers.count(count)
            rests = (
                allocations[slot].toPeersRate.charge(count, bytesPerSecond: own, now: now.instant),
                toPeersRate.charge(count, bytesPerSecond: all, now: now.instant)
            )
        case .toClient:
            allocations[slot].toClient.count(count)
            rests = (
                allocations[slot].toClientRate.charge(count, bytesPerSecond: own, now: now.instant),
                toClientRate.charge(count, bytesPerSecond: all, now: now.instant)
            )
        }
        switch rests {
        case (nil, nil): return .free
        case (let one?, let other?): return .notBefore(max(one, other))
        case (let one?, nil), (nil, let one?): return .notBefore(one)
        }
    }

    // MARK: - The end

    /// Ends what has waited for too long; at most one Connect request is answered, the next at the next tick, due at once.
    func expireConnections(now: Moment) {
        while outputs.room >= 8, let (due, id) = connections.first, due <= now.instant {
            outputs.append(.disconnect(id))
            if case .connecting = connections[id]?.state { return unconnected(id, because: .unreachable) }
            forget(id)
        }
    }

    /// Lets go of a connection that is closed.
    func forget(_ id: ConnectionID) {
        guard let slot = connections[id]?.slot else { return }
        connections.remove(id)
        allocations[slot].connections.removeAll { $0 == id }
    }

    /// Lets go of an allocation's connections of one family; the driver closes them with the relayed address.
    func forgetConnections(of slot: UInt32, _ family: IPAddress.Family) {
        guard !allocations[slot].connections.isEmpty else { return }
        for id in allocations[slot].connections where connections[id]?.peer.address.family == family {
            connections.remove(id)
        }
        let connections = allocations[slot].connections.filter { self.connections.contains($0) }
        allocations[slot].connections = connections
    }
}
