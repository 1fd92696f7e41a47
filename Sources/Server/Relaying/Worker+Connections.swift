// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

// Relaying over TCP (RFC 6062). Peers' connections are where their allocation is, at one worker; a client's stream for
// one may have come to another, and goes on here with all that was read from it.

extension Worker {
    /// Listens at the relayed address of a TCP allocation.
    func listen(_ allocation: AllocationID, at endpoint: Endpoint) {
        freePorts()
        let index = RelaySockets.index(allocation.slot, endpoint.address.family)
        do throws(BindFailure) {
            let listener = try RelayListener(at: endpoint, on: loop) { [unowned self] stream in
                accept(stream, at: allocation, index)
            }
            relayListeners[index] = listener
            place.listening.insert(listener.local, mark: relay.scope(of: allocation).rawValue)
            relay.handle(.opened(allocation, at: endpoint), now: loop.now)
        } catch {
            refuse(allocation, at: endpoint, because: error.errno)
        }
    }

    /// Listens at a relayed address of the process before this one.
    func adopt(listener descriptor: consuming Descriptor, for allocation: AllocationID) -> Bool {
        guard let local = Endpoint(localOf: descriptor.number) else { return false }
        let index = RelaySockets.index(allocation.slot, local.address.family)
        do throws(Errno) {
            relayListeners[index] = try RelayListener(adopting: descriptor, on: loop) { [unowned self] stream in
                accept(stream, at: allocation, index)
            }
        } catch {
            return false
        }
        place.listening.insert(local, mark: relay.scope(of: allocation).rawValue)
        return true
    }

    /// Closes a relayed address and all that is connected to it.
    func closeListener(_ allocation: AllocationID, _ family: IPAddress.Family) {
        guard let listener = relayListeners.removeValue(forKey: RelaySockets.index(allocation.slot, family)) else {
            return
        }
        listener.close()
        place.listening.remove(listener.local)
        for id in listener.connections { connections[id]?.end() }
    }

    /// Takes in a peer's connection, or closes it in silence.
    private func accept(_ stream: Stream, at allocation: AllocationID, _ index: Int) {
        guard let listener = relayListeners[index], let admission = admission(for: allocation) else {
            return stream.abort()
        }
        switch relay.accept(from: stream.peer, at: allocation, now: loop.now) {
        case .refused(let reason):
            tally.countDrop(reason)
            stream.abort()
        case .waiting(let id):
            let connection = PeerConnection(id, at: listener, admission, of: self)
            if (try? connection.accept(stream)) != nil {
                hold(connection)
            } else {
                relay.handle(.closed(id), now: loop.now)
            }
            performOutputs()
        }
    }

    /// Connects an allocation to a peer.
    func connect(_ id: ConnectionID, of allocation: AllocationID, to peer: Endpoint) {
        let index = RelaySockets.index(allocation.slot, peer.address.family)
        guard let listener = relayListeners[index], let admission = admission(for: allocation) else {
            return relay.handle(.unconnected(id, because: .resources), now: loop.now)
        }
        let connection = PeerConnection(id, at: listener, admission, of: self)
        do throws(Errno) {
            try connection.connect(to: peer)
            hold(connection)
        } catch {
            let failure: ConnectFailure = error == .tooManyOpenFiles ? .resources : .unreachable
            relay.handle(.unconnected(id, because: failure), now: loop.now)
        }
    }

    /// A peer's connection counts as one of the client's own.
    private func admission(for allocation: AllocationID) -> ConnectionLimits.Place? {
        relay.client(of: allocation).flatMap { place.limits.admit($0.address) }
    }

    private func hold(_ connection: PeerConnection) {
        connections[connection.id] = connection
        connection.relay.connections.insert(connection.id)
    }

    /// Lets a client's stream carry a peer's connection behind the answer that says so.
    func join(_ id: ConnectionID, _ flow: Flow) {
        guard let client = streams[flow], let connection = connections[id] else {
            return abandon(id)
        }
        // The answer goes out before what the peer has said.
        client.flush()
        guard client.stream.isOpen else { return abandon(id) }
        streams[flow] = nil
        client.carry(connection)
        connection.join(client)
    }

    private func abandon(_ id: ConnectionID) {
        connections[id]?.end()
        relay.handle(.closed(id), now: loop.now)
    }

    /// Counts what passes over a joined connection.
    func count(_ bytes: Int, _ direction: Direction) {
        switch direction {
        case .toPeer:
            tally.toPeers &+= 1
            tally.toPeersBytes &+= UInt64(bytes)
        case .toClient:
            tally.toClients &+= 1
            tally.toClientsBytes &+= UInt64(bytes)
        }
    }

    // MARK: - From one worker to another

    /// Has a client's stream go on where its message belongs, or answers here, where it has moved too often.
    func send(to worker: Int, _ received: Received, on flow: Flow) {
        guard let client = streams[flow] else { return }
        guard client.moves >= StreamClient.moveLimit else { return client.destination = worker }
        // Safe: the bytes stay where they are until the stream reads again.
        guard let message = unsafe received.piece(0..<received.count) else { return }
        // What comes of it stands among the outputs: it is a request.
        _ = unsafe relay.resume(message.span, on: flow, now: loop.now)
        performOutputs()
    }

    /// Gives a client's stream away, with what was read of it and not understood.
    func move(_ client: StreamClient, to worker: Int, unread: [UInt8]) {
        streams[client.flow] = nil
        client.flush()
        let neighbours = place.neighbours
        switch client.stream {
        case let secure as SecureStream:
            secure.leave(unread, moves: client.moves + 1) { neighbours.post(.adopt($0), to: worker) }
        case let stream as Stream:
            let deadline = stream.deadline
            // An honest client has room for an answer; what waits to be sent would be lost.
            guard stream.backlog == 0, let socket = stream.detach() else { return stream.abort() }
            let parcel = StreamParcel(socket, of: stream, deadline: deadline, moves: client.moves + 1, unread: unread)
            neighbours.post(.take(parcel), to: worker)
        default: client.stream.abort()
        }
    }

    /// Goes on with a client's stream from another worker.
    func take(_ parcel: StreamParcel) {
        guard let stream = parcel.unpack(on: loop) else { return }
        let client = admit(stream, over: .tcp, moves: parcel.moves)
        do throws(Errno) { try stream.open(owner: client) } catch { return disconnected(client) }
        client.expectCredentials(by: parcel.deadline)
        let unread = parcel.unread
        client.received(unread.span)
    }
}
