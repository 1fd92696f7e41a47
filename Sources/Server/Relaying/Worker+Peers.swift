// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

extension Worker {
    /// Takes what a peer has sent to a relay socket.
    func receiveFromPeer(_ index: Int, hasFailed: Bool) {
        guard let (entry, allocation) = sockets.entry(index) else { return }
        // The errors are told to nobody yet; a queue that is not emptied would wake the loop for ever.
        if hasFailed { DatagramSocket.queuedErrors(of: entry.descriptor) { _, _ in } }
        if !arena.hasRoom {
            sendAll()
            arena.reset()
        }
        guard let parcel = arena.receive(from: entry.descriptor) else { return }
        parcel.forEach(isInInbox: false) { received in
            let outcome = relay.receive(count: received.count, from: parcel.sender, at: allocation, now: loop.now)
            perform(outcome, received)
        }
    }

    /// Sends payload to a peer.
    func depart(_ departure: Departure, _ received: Received) {
        guard let payload = unsafe received.piece(departure.payload),
            let entry = sockets.entry(departure.allocation, departure.peer.address.family)
        else { return }
        tally.toPeers &+= 1
        tally.toPeersBytes &+= UInt64(payload.count)
        if let owner = place.live.owner(of: departure.peer), owner.thread == place.number,
            let (_, target) = sockets.entry(RelaySockets.index(owner.slot, departure.peer.address.family))
        {
            return shortCircuit(departure, from: entry.local, to: target, received)
        }
        if departures.socket != entry.descriptor {
            departures.flush()
            departures.socket = entry.descriptor
        }
        if departure.dontFragment { return unsafe unfragmented(payload, departure) }
        unsafe departures.add(header: Self.nothing, payload: payload, to: departure.peer, from: nil)
    }

    /// Don't Fragment is an option of the socket, not of a datagram: it is set around the one.
    private func unfragmented(_ payload: Outbox.Piece, _ departure: Departure) {
        departures.flush()
        let family = departure.peer.address.family
        DatagramSocket.setFragments(departures.socket, family, false)
        unsafe departures.add(header: Self.nothing, payload: payload, to: departure.peer, from: nil)
        departures.flush()
        DatagramSocket.setFragments(departures.socket, family, true)
    }

    /// Hands payload to another client of this worker without a way through the kernel.
    private func shortCircuit(
        _ departure: Departure, from sender: Endpoint, to target: AllocationID, _ received: Received
    ) {
        tally.shortCircuits &+= 1
        let outcome = relay.receive(count: departure.payload.count, from: sender, at: target, now: loop.now)
        // Safe: the payload was seen to lie within what was received, and all in front of it has been read.
        let payload = unsafe Received(
            start: received.start + departure.payload.lowerBound, count: departure.payload.count,
            headroom: received.headroom + departure.payload.lowerBound, isInInbox: received.isInInbox)
        perform(outcome, payload)
    }
}
