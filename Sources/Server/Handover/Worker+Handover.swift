// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

// What a worker keeps for the next process, and how it goes on with what the one before kept.

extension Worker {
    /// Notes what has changed, while it is known at which of its doors it arrived.
    func noteChanges() {
        while let slot = relay.nextChange() {
            while arrivals.count <= Int(slot) { arrivals.append(nil) }
            if let arrivingAt { arrivals[Int(slot)] = doors[arrivingAt].socket.index }
            changed.append(slot)
        }
    }

    /// Keeps what the turn has changed, before anybody is told of it.
    func keepChanges() {
        if relay.hasChanges { noteChanges() }
        guard !changed.isEmpty else { return }
        if let safekeeping {
            for slot in changed { keep(slot, in: safekeeping) }
            safekeeping.settle()
        }
        changed.removeAll(keepingCapacity: true)
    }

    /// Lets go of the ports of allocations that have ended, which the bags keep bound until they are filled anew.
    func freePorts() {
        if relay.hasChanges { noteChanges() }
        if !changed.isEmpty { keepChanges() }
    }

    private func keep(_ slot: UInt32, in safekeeping: Safekeeping) {
        guard let (record, name) = relay.record(of: slot), let descriptors = descriptors(of: record, name) else {
            return safekeeping.forget(slot)
        }
        let isDatagrams = record.flow.transport == .udp && !record.isReserved
        let door = isDatagrams && Int(slot) < arrivals.count ? arrivals[Int(slot)] : nil
        safekeeping.keep(LeftAllocation(record, door: door), name, descriptors)
    }

    /// The open sockets of an allocation that can go on elsewhere; nil of one that cannot: TLS and DTLS have keys that
    /// do not leave this process.
    private func descriptors(of record: AllocationRecord, _ name: AllocationID) -> [Int32]? {
        var numbers: [Int32] = []
        for endpoint in [record.v4, record.v6] {
            guard let endpoint else { continue }
            guard let number = relaySocket(of: name, endpoint.address.family, record.relaysTCP) else { return nil }
            numbers.append(number)
        }
        guard !record.isReserved else { return numbers }
        switch record.flow.transport {
        case .udp: return numbers
        case .tcp: return streams[record.flow]?.descriptor.map { numbers + [$0] }
        case .tls, .dtls: return nil
        }
    }

    private func relaySocket(of name: AllocationID, _ family: IPAddress.Family, _ isTCP: Bool) -> Int32? {
        isTCP
            ? relayListeners[RelaySockets.index(name.slot, family)]?.socket
            : sockets.entry(name, family)?.descriptor
    }

    // MARK: - Streams

    /// Keeps what streams have read and not understood yet, and what waits to be sent, where that has changed.
    func keepRests() {
        guard !restless.isEmpty else { return }
        for client in restless { keepRest(of: client) }
        restless.removeAll(keepingCapacity: true)
    }

    private func keepRest(of client: StreamClient) {
        guard let safekeeping, client.flow.transport == .tcp, let slot = relay.slot(of: client.flow) else { return }
        if let rest = client.rest { safekeeping.keep(rest, of: slot) } else { safekeeping.forgetStream(of: slot) }
    }

    // MARK: - The end

    /// Says goodbye to those who cannot go on, and keeps everything as it is when the turn ends: the last one.
    func leave(for farewell: Farewell) {
        leaveAssociations()
        for client in streams.values where client.flow.transport != .tcp || relay.slot(of: client.flow) == nil {
            client.leave()
        }
        // Bytes that are between the two sides would be missing in the middle of a stream.
        for connection in connections.values { connection.leave() }
        self.farewell = farewell
        loop.stopper.stop()
    }

    /// Keeps all there is, with what is not kept at every change: traffic.
    func keepEverything() {
        guard let safekeeping else { return }
        for slot in relay.usedSlots { keep(slot, in: safekeeping) }
        for client in streams.values { keepRest(of: client) }
        safekeeping.settle()
    }

    /// Has the credentials of a name open nothing until then. The first worker keeps it for all.
    func withdraw(_ withdrawal: LeftWithdrawal) {
        relay.handle(.withdraw(name: withdrawal.name, until: withdrawal.end), now: loop.now)
        if place.number == 0 { safekeeping?.keep(withdrawal) }
    }

    // MARK: - The beginning

    /// Goes on with what the process before this one kept; a part of it that cannot be had is let go.
    func restore(_ legacies: [Legacy], _ withdrawals: [LeftWithdrawal]) {
        for withdrawal in withdrawals { withdraw(withdrawal) }
        for legacy in legacies { restore(legacy) }
        performOutputs()
        keepChanges()
        keepRests()
    }

    private func restore(_ legacy: Legacy) {
        // Whatever happens, every descriptor has an owner.
        let stream = legacy.stream.map { Descriptor(owning: $0) }
        let record = legacy.left.allocation
        guard let name = relay.restore(record) else {
            for number in legacy.sockets { _ = Descriptor(owning: number) }
            return
        }
        var isWhole = true
        for number in legacy.sockets {
            let socket = Descriptor(owning: number)
            let isOpen = record.relaysTCP ? adopt(listener: socket, for: name) : adopt(socket, for: name)
            if !isOpen { isWhole = false }
        }
        if let stream { isWhole = take(stream, of: record.flow, legacy.rest) && isWhole }
        if let door = legacy.left.door {
            while arrivals.count <= Int(name.slot) { arrivals.append(nil) }
            arrivals[Int(name.slot)] = door
        }
        if !isWhole { relay.handle(.kick(name), now: loop.now) }
        // As many outputs as there is room for come from one allocation.
        performOutputs()
    }

    private func adopt(_ descriptor: consuming Descriptor, for name: AllocationID) -> Bool {
        do throws(Errno) {
            let socket = try DatagramSocket(
                adopting: descriptor, options: Self.relayOptions, receiveBuffer: place.relayBuffer)
            let local = socket.local
            try hold(Descriptor(owning: socket.release()), at: local, for: name)
            return true
        } catch {
            return false
        }
    }

    private func take(_ descriptor: consuming Descriptor, of flow: Flow, _ rest: LeftStream) -> Bool {
        let stream = Stream(adopting: descriptor, local: flow.server, peer: flow.client, on: loop)
        // Counted with the others, and not refused: it was here before.
        stream.attachment = place.limits.admit(flow.client.address)
        let client = StreamClient(stream, .tcp, worker: self, beginning: rest.unread)
        guard (try? stream.open(owner: client)) != nil, rest.unsent.isEmpty || stream.send(rest.unsent) else {
            return false
        }
        streams[flow] = client
        restless.append(client)
        return true
    }
}
