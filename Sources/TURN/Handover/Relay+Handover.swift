// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import STUN
internal import Wire

// What a relay tells of itself so that another process can go on, and how it goes on with what one before it told.

extension Relay {
    /// Whether ``nextChange()`` has something to tell.
    @inlinable
    package var hasChanges: Bool { !changes.isEmpty }

    /// A slot in which an allocation or a reserved port came, went, or changed in what ``record(of:)`` tells; nil when
    /// all have been told.
    package func nextChange() -> UInt32? { changes.next() }

    /// The slot of a flow's allocation, opening or active; nil when it has none.
    package func slot(of flow: Flow) -> UInt32? { find(flow) }

    /// All slots that something is in.
    package var usedSlots: [UInt32] {
        (0..<UInt32(allocations.capacity)).filter {
            allocations[$0].state == .active || allocations[$0].state == .reserved
        }
    }

    /// What is in a slot just now, and by which name its sockets go; nil when nothing is that could go on elsewhere.
    package func record(of slot: UInt32) -> (record: AllocationRecord, name: AllocationID)? {
        guard slot < allocations.capacity else { return nil }
        let state = allocations[slot].state
        guard state == .active || state == .reserved else { return nil }
        var record = AllocationRecord(flow: allocations[slot].flow, expiry: allocations[slot].expiry)
        record.isReserved = state == .reserved
        (record.v4, record.v6) = (allocations[slot].v4, allocations[slot].v6)
        record.relaysTCP = allocations[slot].relaysTCP
        record.user = allocations[slot].user
        record.account = allocations[slot].account
        (record.minted, record.scope) = (allocations[slot].minted, allocations[slot].scope)
        record.realm = allocations[slot].realm
        record.key = allocations[slot].key.array
        record.algorithm = allocations[slot].algorithm
        record.transaction = allocations[slot].transaction
        record.integrity = allocations[slot].integrity
        record.wantsFingerprint = allocations[slot].wantsFingerprint
        record.token = allocations[slot].reservation?.token
        record.secondFamilyRefused = allocations[slot].secondFamilyRefused
        record.ticket = allocations[slot].ticket
        record.authorizedUntil = allocations[slot].authorizedUntil
        record.began = allocations[slot].began
        (record.toPeers, record.toClient) = (allocations[slot].toPeers, allocations[slot].toClient)
        forEach(.permissions, of: slot) { peer in
            record.permissions.append(.init(address: peer.endpoint.address, expiry: peer.expiry))
        }
        forEach(.channels, of: slot) { peer in
            record.channels.append(.init(number: peer.channel, peer: peer.endpoint, expiry: peer.expiry))
        }
        return (record, name(of: slot))
    }

    /// Goes on with an allocation, or a reserved port, of a process before this one. Its peers are judged anew.
    ///
    /// Of a TCP allocation the relayed address goes on, and not the connections that there were.
    /// Counted against the quotas unless another worker has it counted, but not refused by them. Its sockets are the driver's business, under the name that
    /// is returned: they count as open, and are closed with an ``Output/close(_:_:)`` each.
    /// - Returns: Nil when its flow has an allocation already.
    package func restore(_ record: AllocationRecord, isCounted: Bool = false) -> AllocationID? {
        guard record.isReserved || find(record.flow) == nil else { return nil }
        let slot = allocations.take()
        var allocation = Allocation.blank
        allocation.generation = allocations[slot].generation
        allocation.state = record.isReserved ? .reserved : .active
        allocation.flow = record.flow
        allocation.expiry = record.expiry
        (allocation.v4, allocation.v6) = (record.v4, record.v6)
        allocation.relaysTCP = record.relaysTCP
        (allocation.user, allocation.account) = (record.user, record.account)
        (allocation.minted, allocation.scope) = (record.minted, record.scope)
        allocation.realm = record.realm
        allocation.key = Digest(record.key.span)
        allocation.algorithm = record.algorithm
        allocation.transaction = record.transaction
        allocation.integrity = record.integrity
        allocation.wantsFingerprint = record.wantsFingerprint
        allocation.secondFamilyRefused = record.secondFamilyRefused
        allocation.ticket = record.ticket
        allocation.wantsTicket = record.ticket != nil
        allocation.authorizedUntil = record.authorizedUntil
        allocation.began = record.began
        (allocation.toPeers, allocation.toClient) = (record.toPeers, record.toClient)
        // The other slot is of no interest once both have been bound; its number is one that no slot has.
        allocation.reservation = record.token.map {
            .init(slot: slot, generation: allocation.generation &- 1, token: $0)
        }
        if !record.isReserved { allocation.flowHash = flows.hash(record.flow) }
        let (claim, flowHash) = (allocation.claim, allocation.flowHash)
        allocations[slot] = allocation
        place(slot)
        for endpoint in [record.v4, record.v6] {
            guard let endpoint else { continue }
            let pool = pool(for: endpoint.address)
            // A port of another worker's share stays this allocation's all the same.
            _ = pools[pool].take(endpoint.port, for: slot)
        }
        if !isCounted { quotas(of: record.realm).keep(claim) }
        deadlines.set(slot, to: record.expiry)
        if let ticket = record.ticket { tickets[ticket] = slot }
        if record.isReserved {
            if let token = record.token { reservations[token] = slot }
        } else {
            flows.insert(flowHash, slot)
            allocationCount += 1
        }
        for permission in record.permissions.reversed() {
            restore(.permissions, Endpoint(permission.address, 0), 0, permission.expiry, of: slot)
        }
        for channel in record.channels.reversed() {
            restore(.channels, channel.peer, channel.number, channel.expiry, of: slot)
        }
        changes.note(slot)
        return name(of: slot)
    }

    private func restore(
        _ list: PeerLists.Kind, _ endpoint: Endpoint, _ channel: UInt16, _ expiry: Instant, of slot: UInt32
    ) {
        let place = add(list, of: slot)
        peers[place].endpoint = endpoint
        peers[place].channel = channel
        peers[place].expiry = expiry
        // Never judged by the settings of today: the first packet asks for it.
        peers[place].judged = settingsNumber &- 1
    }

    private func forEach(_ list: PeerLists.Kind, of slot: UInt32, _ tell: (borrowing Peer) -> Void) {
        var place = allocations[slot].lists[list].first
        while place != Peer.none {
            tell(peers[place])
            place = peers[place].next
        }
    }
}
