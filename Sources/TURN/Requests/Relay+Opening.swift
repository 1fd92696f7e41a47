// SPDX-License-Identifier: Apache-2.0
internal import Addresses
internal import Crypto
internal import STUN
internal import Wire

// The sockets of an allocation are bound one after the other: the first, then the second of a pair or of the other
// family. What another program has taken is tried elsewhere, a bounded number of times.

extension Relay {
    private static var attempts: Int { 8 }

    /// Asks for a socket on a random free port; false when there is none.
    func openNext(_ slot: UInt32, on address: IPAddress) -> Bool {
        let pool = pool(for: address)
        let (even, pair) = (allocations[slot].opening.evenPort, allocations[slot].opening.pair)
        guard let port = pools[pool].take(for: slot, even: even, pair: pair, random: &random) else { return false }
        open(slot, Endpoint(address, port))
        return true
    }

    private func open(_ slot: UInt32, _ endpoint: Endpoint) {
        allocations[slot].opening.endpoint = endpoint
        let name = name(of: slot)
        outputs.append(allocations[slot].relaysTCP ? .listen(name, at: endpoint) : .open(name, at: endpoint))
    }

    func pool(for address: IPAddress) -> Int {
        if let index = pools.firstIndex(where: { $0.address == address }) { return index }
        pools.append(PortPool(address: address, ranges: settings.ports))
        return pools.count - 1
    }

    /// A socket is bound.
    func opened(_ allocation: AllocationID, at endpoint: Endpoint, now: Moment) {
        guard let slot = slot(of: allocation), allocations[slot].opening.endpoint == endpoint else {
            // Whoever wanted it has gone meanwhile.
            outputs.append(.close(allocation, endpoint.address.family))
            return
        }
        allocations[slot].opening.endpoint = nil
        allocations[slot].setRelayed(endpoint.address.family, endpoint)
        switch allocations[slot].state {
        case .opening where allocations[slot].opening.pair: reserveNext(slot, after: endpoint, now: now)
        case .opening where allocations[slot].opening.secondFamily: openSecondFamily(slot, now: now)
        case .opening: activate(slot, now: now)
        case .reserving: reserved(slot, now: now)
        case .unused, .active, .reserved, .lent: break
        }
    }

    /// A socket could not be bound.
    func refused(
        _ allocation: AllocationID, at endpoint: Endpoint, because failure: OpenFailure, now: Moment
    ) {
        guard let slot = slot(of: allocation), allocations[slot].opening.endpoint == endpoint else { return }
        allocations[slot].opening.endpoint = nil
        give(endpoint)
        allocations[slot].opening.failures += 1
        let mayRetry = failure == .portInUse && allocations[slot].opening.failures < Self.attempts
        if allocations[slot].state == .reserving {
            pairRefused(slot, mayRetry: mayRetry, failure, now: now)
        } else if allocations[slot].v4 != nil || allocations[slot].v6 != nil {
            if mayRetry, openNext(slot, on: endpoint.address) { return }
            if failure == .addressUnavailable, openElsewhere(slot, than: endpoint) { return }
            allocations[slot].secondFamilyRefused = .insufficientCapacity
            activate(slot, now: now)
        } else {
            if mayRetry, openNext(slot, on: endpoint.address) { return }
            if failure == .addressUnavailable, openElsewhere(slot, than: endpoint) { return }
            abandon(slot, refusal(failure, endpoint), now: now)
        }
    }

    /// Goes on from another address of the family where the host has lost the one that was tried.
    private func openElsewhere(_ slot: UInt32, than endpoint: Endpoint) -> Bool {
        guard allocations[slot].opening.failures < Self.attempts,
            let address = relayAddress(endpoint.address.family, for: allocations[slot].flow),
            address != endpoint.address
        else { return false }
        return openNext(slot, on: address)
    }

    private func refusal(_ failure: OpenFailure, _ endpoint: Endpoint) -> Refusal {
        let family = endpoint.address.family
        if failure == .addressUnavailable, settings.addresses.relayAddresses(family).isEmpty {
            return Refusal(.addressFamilyNotSupported, lack(of: family))
        }
        let (cause, explanation): (RefusalCause, String) =
            switch failure {
            case .portInUse: (.noPorts, "other programs have the relay ports of \(endpoint.address) that were tried")
            case .addressUnavailable:
                (.noAddress, "this host has no address \(endpoint.address); relay-ip must name one of its own")
            case .resources: (.noSockets, "the system gives no more sockets; a higher limit of open files would help")
            }
        return Refusal(.insufficientCapacity, explanation, cause: cause)
    }

    private func activate(_ slot: UInt32, now: Moment) {
        allocations[slot].state = .active
        allocationCount += 1
        counts.allocations &+= 1
        if allocations[slot].wantsTicket { renewTicket(of: slot) }
        changes.note(slot)
        deadlines.set(slot, to: allocations[slot].expiry)
        allocationSucceeds(slot, addressee(of: slot, now: now), now: now)
    }

    // MARK: - ADDITIONAL-ADDRESS-FAMILY (RFC 8656 §7.2, step 9)

    private func openSecondFamily(_ slot: UInt32, now: Moment) {
        allocations[slot].opening.secondFamily = false
        allocations[slot].opening.evenPort = false
        allocations[slot].opening.failures = 0
        if let address = relayAddress(.v6, for: allocations[slot].flow) {
            if openNext(slot, on: address) { return }
            allocations[slot].secondFamilyRefused = .insufficientCapacity
        } else {
            allocations[slot].secondFamilyRefused = .addressFamilyNotSupported
        }
        activate(slot, now: now)
    }

    // MARK: - EVEN-PORT with a reservation, and its redemption (RFC 8656 §7.2, steps 5 and 8)

    /// How long the second port of a pair waits for its Allocate request; at least 30 s.
    private static var reservationLifetime: Duration { .seconds(60) }

    private func reserveNext(_ slot: UInt32, after endpoint: Endpoint, now: Moment) {
        let next = allocations.take()
        let neighbour = Endpoint(endpoint.address, endpoint.port &+ 1)
        let pool = pool(for: endpoint.address)
        // Between the two sockets nobody else asks this worker for ports: the successor is still free.
        guard pools[pool].take(neighbour.port, for: next) else {
            allocations.give(next)
            abandon(
                slot, Refusal(.insufficientCapacity, "the port after \(endpoint) is gone", cause: .noPorts), now: now)
            return
        }
        // A held port counts like an allocation, else reserving would be a way around the quota.
        let companions = scopes.companions(of: allocations[slot].account)
        if let limit = quotas(of: allocations[slot].realm).take(allocations[slot].claim, companions) {
            pools[pool].give(neighbour.port)
            allocations.give(next)
            abandon(
                slot,
                Refusal(.allocationQuotaReached, "a reserved port counts as an allocation", cause: RefusalCause(limit)),
                now: now)
            return
        }
        var held = Allocation.blank
        held.generation = allocations[next].generation
        held.state = .reserving
        held.user = allocations[slot].user
        held.account = allocations[slot].account
        held.minted = allocations[slot].minted
        held.realm = allocations[slot].realm
        held.opening.failures = allocations[slot].opening.failures
        let token = UInt64(settings.worker) << 56 | random.next() >> 8
        held.reservation = Allocation.Reservation(
            slot: slot, generation: allocations[slot].generation, token: token)
        held.expiry = now.instant + Self.reservationLifetime
        allocations[slot].reservation = Allocation.Reservation(
            slot: next, generation: held.generation, token: token)
        allocations[next] = held
        open(next, neighbour)
    }

    private func reserved(_ slot: UInt32, now: Moment) {
        guard let reservation = allocations[slot].reservation else { return }
        allocations[slot].state = .reserved
        changes.note(slot)
        deadlines.set(slot, to: allocations[slot].expiry)
        reservations[reservation.token] = slot
        activate(reservation.slot, now: now)
    }

    /// The second port of a pair is another program's: both are given back and another pair is tried.
    private func pairRefused(_ next: UInt32, mayRetry: Bool, _ failure: OpenFailure, now: Moment) {
        guard let reservation = allocations[next].reservation else { return }
        let slot = reservation.slot
        let failures = allocations[next].opening.failures
        free(next)
        guard let first = allocations[slot].v4 ?? allocations[slot].v6 else { return }
        allocations[slot].reservation = nil
        release(slot, first.address.family)
        allocations[slot].opening.failures = failures
        if mayRetry, openNext(slot, on: first.address) { return }
        abandon(slot, refusal(failure, first), now: now)
    }

    /// Makes a reserved port the allocation of whoever has its token.
    func claim(
        _ token: UInt64, _ request: Request, _ identity: Identity, _ addressee: Addressee, _ wish: Wish,
        wantsTicket: Bool
    ) throws(Refusal) {
        guard let slot = reservations[token], allocations[slot].state == .reserved,
            request.now.instant < allocations[slot].expiry, allocations[slot].user == identity.user,
            allocations[slot].realm == identity.realm
        else { throw Refusal(.insufficientCapacity, "no port is reserved under this token", cause: .noReservation) }
        reservations[token] = nil
        var allocation = Allocation.blank
        fill(&allocation, request, identity, addressee, claim: allocations[slot].claim)
        allocation.generation = allocations[slot].generation
        allocation.v4 = allocations[slot].v4
        allocation.v6 = allocations[slot].v6
        allocation.expiry = request.now.instant + wish.lifetime
        allocation.wantsTicket = wantsTicket
        allocations[slot] = allocation
        place(slot)
        flows.insert(allocations[slot].flowHash, slot)
        activate(slot, now: request.now)
    }
}
