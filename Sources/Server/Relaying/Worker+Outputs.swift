// SPDX-License-Identifier: Apache-2.0
internal import Addresses
internal import Engine
internal import TURN
internal import Wire

extension Worker {
    /// Does everything that the relay asks for, until it asks for nothing more.
    func performOutputs() {
        while let output = relay.nextOutput() {
            switch output {
            case .reply(let flow, let bytes): reply(bytes, to: flow)
            case .open(let allocation, let endpoint): open(allocation, at: endpoint)
            case .listen(let allocation, let endpoint): listen(allocation, at: endpoint)
            case .connect(let id, let allocation, let peer): connect(id, of: allocation, to: peer)
            case .join(let id, let flow): join(id, flow)
            case .disconnect(let id): connections[id]?.end()
            case .close(let allocation, let family): close(allocation, family)
            case .giveBack(let endpoint): place.neighbours.giveBack(endpoint)
            case .ended(let summary):
                tally.sessions &+= 1
                streams[summary.flow]?.expectCredentials(true)
                associations.client(summary.flow)?.hasAllocation = false
                place.onEvent(.ended(summary, worker: place.number))
            case .refused(let refused):
                tally.refusals &+= 1
                let session = relay.allocation(of: refused.flow)
                place.onEvent(.refused(refused, session: session?.name(at: place.number)))
            }
        }
    }

    /// Sends an answer from where it was asked. The relay uses its bytes again, so they are copied.
    private func reply(_ range: Range<Int>, to flow: Flow) {
        let bytes = relay.replyBytes
        let range = range.clamped(to: 0..<bytes.count)
        tally.replies &+= 1
        if flow.transport.isStream {
            if let stream = streams[flow] { reply(bytes.span.extracting(range), over: stream) }
            return
        }
        if flow.transport == .dtls { return replyRecord(bytes.span.extracting(range), to: flow) }
        guard let client = socket(for: flow.server), let start = unsafe room(for: range.count) else { return }
        for (offset, index) in range.enumerated() {
            // Safe: the room is as large as the range.
            unsafe start[offset] = bytes[index]
        }
        let piece = unsafe Outbox.Piece(start: start, count: range.count)
        hasForClients = true
        unsafe client.outbox.add(
            header: Self.nothing, payload: piece, to: flow.client, from: client.source(flow.server))
    }

    static let relayOptions: DatagramSocket.Options = [.merges, .queuesErrors]

    private func open(_ allocation: AllocationID, at endpoint: Endpoint) {
        freePorts()
        do {
            let socket = try DatagramSocket(
                at: endpoint, options: Self.relayOptions, receiveBuffer: place.relayBuffer)
            try hold(Descriptor(owning: socket.release()), at: endpoint, for: allocation)
            relay.handle(.opened(allocation, at: endpoint), now: loop.now)
        } catch {
            refuse(allocation, at: endpoint, because: error)
        }
    }

    /// Tells the relay that a socket could not be bound.
    func refuse(_ allocation: AllocationID, at endpoint: Endpoint, because error: Errno) {
        let failure = OpenFailure(error)
        if failure == .addressUnavailable { learnAddresses() }
        relay.handle(.refused(allocation, at: endpoint, because: failure), now: loop.now)
    }

    /// The word that the host's addresses have changed may be on its way still: asks the kernel itself.
    private func learnAddresses() {
        let known = relay.addresses
        guard let host = try? Host.ownAddresses(), host != known.host else { return }
        relay.follow(OwnAddresses(host: host, wishes: known.wishes))
    }

    /// Receives from a relay socket of an allocation from now on.
    func hold(
        _ socket: consuming Descriptor, at local: Endpoint, for allocation: AllocationID
    ) throws(Errno) {
        let index = RelaySockets.index(allocation.slot, local.address.family)
        let registration = try loop.add(
            self, descriptor: socket.number, token: Token.relay(index).rawValue, for: .readable)
        sockets.insert(socket, at: local, registration, for: allocation)
        place.live.insert(local, mark: relay.scope(of: allocation).rawValue)
    }

    private func close(_ allocation: AllocationID, _ family: IPAddress.Family) {
        guard let entry = sockets.entry(allocation, family) else { return closeListener(allocation, family) }
        forget(entry)
        place.live.remove(entry.local)
        sockets.close(allocation, family)
    }

    /// Reads no more from a relay socket, and sends what waits to be sent from it.
    func forget(_ entry: RelaySockets.Entry) {
        if departures.socket == entry.descriptor {
            departures.flush()
            departures.socket = -1
        }
        if let registration = entry.registration { loop.remove(registration) }
    }
}

extension OpenFailure {
    init(_ errno: Errno) {
        self =
            switch errno {
            case .addressInUse: .portInUse
            case .addressNotAvailable: .addressUnavailable
            default: .resources
            }
    }
}
