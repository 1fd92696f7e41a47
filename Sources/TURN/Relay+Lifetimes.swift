// SPDX-License-Identifier: Apache-2.0
internal import Wire

extension Relay {
    /// Ends what has run out; at most as much as there is room for outputs, the rest at the next tick, due at once.
    func expire(now: Moment) {
        while outputs.room >= 8, let (due, slot) = deadlines.first, due <= now.instant {
            end(slot, because: .expired, now: now)
        }
    }

    /// Ends what was allocated with a name's credentials, and remembers that they open nothing more.
    ///
    /// What there is no room for outputs for ends at the next tick, which is due at once.
    func withdraw(_ name: String, until end: UnixTime, now: Moment) {
        withdrawals.insert(name, until: end, now: now.time)
        for slot in scopes.slots(of: name) where isWithdrawable(slot) { endSoon(slot, now: now) }
    }

    /// Ends an allocation now, or at the next tick, where there is no room for outputs.
    func endSoon(_ slot: UInt32, now: Moment) {
        guard allocations[slot].state == .active else { return }
        if outputs.room >= 8 {
            end(slot, because: .kicked, now: now)
        } else {
            allocations[slot].expiry = now.instant
            deadlines.set(slot, to: now.instant)
        }
    }

    /// A static user of the same name has nothing to do with it.
    func isWithdrawable(_ slot: UInt32) -> Bool { settings.credentials.isTemporary(allocations[slot].user) }

    /// Ends an allocation or lets go of a reserved port: closes its sockets, gives its ports and quota back, tells of it.
    func end(_ slot: UInt32, because reason: EndReason, now: Moment) {
        let state = allocations[slot].state
        guard state != .unused, state != .lent else { return }
        if state == .active { outputs.append(.ended(summary(of: slot, because: reason, now: now))) }
        release(slot, .v4)
        release(slot, .v6)
        free(slot)
    }

    /// Closes the socket of one family and gives its port back.
    func release(_ slot: UInt32, _ family: IPAddress.Family) {
        guard let endpoint = allocations[slot].relayed(family) else { return }
        forgetConnections(of: slot, family)
        outputs.append(.close(name(of: slot), family))
        give(endpoint)
        allocations[slot].setRelayed(family, nil)
        changes.note(slot)
    }

    /// Makes a slot ready for its next use; no socket is left.
    func free(_ slot: UInt32) {
        if let endpoint = allocations[slot].opening.endpoint { give(endpoint) }
        // A port that is only being bound for this allocation has nobody to wait for; a bound one stays reserved.
        if let reservation = allocations[slot].reservation,
            allocations[reservation.slot].generation == reservation.generation,
            allocations[reservation.slot].state == .reserving
        {
            free(reservation.slot)
        }
        forgetMove(of: slot)
        if let number = allocations[slot].ticket { tickets[number] = nil }
        switch allocations[slot].state {
        case .opening, .active:
            flows.remove(allocations[slot].flowHash, slot)
            if allocations[slot].state == .active { allocationCount -= 1 }
        case .reserved:
            if let token = allocations[slot].reservation?.token { reservations[token] = nil }
        case .reserving, .lent, .unused:
            break
        }
        if allocations[slot].state != .lent { quotas(of: allocations[slot].realm).give(allocations[slot].claim) }
        displace(slot)
        changes.note(slot)
        deadlines.clear(slot)
        clear(.permissions, of: slot)
        clear(.channels, of: slot)
        let generation = allocations[slot].generation &+ 1
        allocations[slot] = .blank
        allocations[slot].generation = generation
        allocations.give(slot)
    }

    /// What is to be said about an allocation.
    func summary(of slot: UInt32, because reason: EndReason?, now: Moment) -> SessionSummary {
        let scope = allocations[slot].scope
        let last = allocations[slot].lastOutOfScope.map { Self.explanation(outOfScope: $0, isInRoom: scope.isRoom) }
        var relayed: [Endpoint] = []
        if let endpoint = allocations[slot].v4 { relayed.append(advertised(endpoint)) }
        if let endpoint = allocations[slot].v6 { relayed.append(advertised(endpoint)) }
        return SessionSummary(
            allocation: name(of: slot), flow: allocations[slot].flow,
            user: String(decoding: allocations[slot].user, as: UTF8.self), relayed: relayed,
            relaysTCP: allocations[slot].relaysTCP,
            began: allocations[slot].began.time, duration: now.instant - allocations[slot].began.instant,
            toPeers: allocations[slot].toPeers, toClient: allocations[slot].toClient,
            overRate: allocations[slot].overRate, scope: scope, peersOutOfScope: allocations[slot].peersOutOfScope,
            lastOutOfScope: last ?? "", lifetime: max(.zero, allocations[slot].expiry - now.instant),
            reason: reason)
    }

    /// Gives a port back to its pool, which may be another worker's.
    func give(_ endpoint: Endpoint) {
        for index in pools.indices where pools[index].address == endpoint.address {
            if pools[index].give(endpoint.port) { return }
        }
        if settings.workers > 1 { outputs.append(.giveBack(endpoint)) }
    }

    /// Makes the pools those of other ranges; ports in use stay with their allocations.
    func repartition(_ ranges: [ClosedRange<UInt16>]) {
        for index in pools.indices {
            var pool = PortPool(address: pools[index].address, ranges: ranges)
            for slot in 0..<UInt32(allocations.capacity) {
                for endpoint in [allocations[slot].v4, allocations[slot].v6, allocations[slot].opening.endpoint] {
                    guard let endpoint, endpoint.address == pool.address else { continue }
                    _ = pool.take(endpoint.port, for: slot)
                }
            }
            pools[index] = pool
        }
    }
}
