// SPDX-License-Identifier: Apache-2.0
internal import STUN
package import Wire

// A client's flows come to the workers as the kernel's hash has it, so what one flow was promised may be asked for by
// another at another worker. Then the thing moves to where it was asked for, with its sockets; its ports stay taken in
// the pool that they are of until they are closed there.

/// What one worker has and a request that came to another needs.
package enum Wanted: Hashable, Sendable {
    /// The port that is held under a RESERVATION-TOKEN for this user.
    case reservation(token: UInt64, user: [UInt8])
    /// The allocation of this user whose client has come from another flow, with its ticket (RFC 8016).
    /// Unless that has proven who it is, the request itself does, by the allocation's key.
    case allocation(ticket: UInt64, user: [UInt8], realm: String, isProven: Bool)
}

extension Relay {
    /// Gives away what another worker asks for: what ``borrow(_:for:)`` goes on with there, and by which name its
    /// sockets went here.
    ///
    /// The sockets leave without an ``Output/close(_:_:)``; the ports are free again once ``Input/returned(_:)`` says so.
    /// - Parameter request: What it is asked for with.
    /// - Returns: Nil when it is not here, or not that user's.
    package func lend(_ wanted: Wanted, for request: Span<UInt8>, now: Moment) -> (
        record: AllocationRecord, name: AllocationID
    )? {
        switch wanted {
        case .reservation(let token, let user):
            guard let slot = reservations[token], allocations[slot].state == .reserved,
                now.instant < allocations[slot].expiry, allocations[slot].user == user, let lent = record(of: slot)
            else { return nil }
            reservations[token] = nil
            lend(slot)
            return lent
        case .allocation(let ticket, let user, let realm, let isProven):
            guard let slot = tickets[ticket], isActive(slot, now), allocations[slot].user == user,
                allocations[slot].realm == realm, isProven || isProof(request, of: slot),
                let lent = record(of: slot)
            else { return nil }
            tickets[ticket] = nil
            forgetMove(of: slot)
            flows.remove(allocations[slot].flowHash, slot)
            allocationCount -= 1
            clear(.permissions, of: slot)
            clear(.channels, of: slot)
            lend(slot)
            return lent
        }
    }

    /// Goes on here with what another worker has lent, for a client whose request came on `flow`.
    ///
    /// - Returns: By which name its sockets go here; nil when the flow has got an allocation meanwhile, and what was lent
    ///   is given up: its sockets are to be closed.
    package func borrow(_ record: AllocationRecord, for flow: Flow) -> AllocationID? {
        var record = record
        if !record.isReserved { record.flow = flow }
        guard record.isReserved || find(flow) == nil else {
            quotas(of: record.realm).give(.init(account: record.account, minted: record.minted))
            for endpoint in [record.v4, record.v6] { if let endpoint { outputs.append(.giveBack(endpoint)) } }
            return nil
        }
        // What had been lent from here is home again.
        for endpoint in [record.v4, record.v6] { if let endpoint { returned(endpoint) } }
        return restore(record, isCounted: true)
    }

    /// Whether a request is protected with an allocation's own key.
    private func isProof(_ request: Span<UInt8>, of slot: UInt32) -> Bool {
        guard let message = try? Message(parsing: request) else { return false }
        let presented: Integrity = message.has(.messageIntegritySHA256) ? .sha256 : .sha1
        return message.isAuthentic(presented, key: allocations[slot].key, in: request)
    }

    /// Keeps the ports of a slot taken, and nothing else. Its place in the quota goes with what was lent.
    private func lend(_ slot: UInt32) {
        deadlines.clear(slot)
        changes.note(slot)
        displace(slot)
        var rest = Allocation.blank
        rest.state = .lent
        // Whatever still names what was here is recognised as late.
        rest.generation = allocations[slot].generation &+ 1
        // Of a port that was borrowed itself nothing stays here.
        rest.v4 = allocations[slot].v4.flatMap { owner(of: $0) == slot ? $0 : nil }
        rest.v6 = allocations[slot].v6.flatMap { owner(of: $0) == slot ? $0 : nil }
        allocations[slot] = rest
        if allocations[slot].v4 == nil, allocations[slot].v6 == nil { free(slot) }
    }

    /// A lent port is closed where it was, or comes back.
    func returned(_ endpoint: Endpoint) {
        guard let slot = owner(of: endpoint), allocations[slot].state == .lent else { return }
        give(endpoint)
        allocations[slot].setRelayed(endpoint.address.family, nil)
        if allocations[slot].v4 == nil, allocations[slot].v6 == nil { free(slot) }
    }

    /// What another worker must be asked for before a request with this token can be answered, and which one.
    func elsewhere(_ token: UInt64, of user: [UInt8]) -> Outcome? {
        let worker = UInt8(truncatingIfNeeded: token >> 56)
        guard !isResuming, reservations[token] == nil, worker != settings.worker, Int(worker) < settings.workers else {
            return nil
        }
        wanted = .reservation(token: token, user: user)
        return .elsewhere(worker: worker)
    }

    /// Takes a request again for which another worker was asked, or is not to be: what it had to give has been restored.
    package func resume(_ request: Span<UInt8>, on flow: Flow, now: Moment) -> Outcome {
        isResuming = true
        defer { isResuming = false }
        return receive(request, on: flow, now: now)
    }
}
