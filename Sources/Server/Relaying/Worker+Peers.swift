// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

extension Worker {
    /// Takes what a peer has sent to a relay socket.
    func receiveFromPeer(_ index: Int, hasFailed: Bool) {
        guard let (socket, allocation) = sockets.socket(index) else { return }
        if hasFailed {
            receiveErrors(of: socket, allocation)
            // The errors may have ended the allocation, and its socket with it.
            guard sockets.socket(index)?.allocation == allocation else { return }
        }
        if !arena.hasRoom {
            sendAll()
            arena.reset()
        }
        guard let parcel = arena.receive(from: socket) else { return }
        parcel.forEach(isInInbox: false) { received in
            let outcome = relay.receive(count: received.count, from: parcel.sender, at: allocation, now: loop.now)
            perform(outcome, received)
        }
    }

    /// Lets the client know of peers that could not be reached (RFC 8656 §11.5).
    private func receiveErrors(of socket: Int32, _ allocation: AllocationID) {
        DatagramSocket.queuedErrors(of: socket) { error in
            let icmp = ICMPError(type: error.icmpType, code: error.icmpCode, data: error.mtu)
            relay.handle(.icmp(allocation, peer: error.peer, icmp), now: loop.now)
        }
        performOutputs()
    }

    /// Sends payload to a peer.
    func depart(_ departure: Departure, _ received: Received) {
        guard let payload = unsafe received.piece(departure.payload),
            let socket = sockets.descriptor(departure.allocation, departure.peer.address.family)
        else { return }
        tally.toPeers &+= 1
        tally.toPeersBytes &+= UInt64(payload.count)
        if departures.socket != socket {
            departures.flush()
            departures.socket = socket
        }
        // Safe: the payload stays in the inbox or the stream's buffer until `finishBatch` has flushed the departures.
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
}
