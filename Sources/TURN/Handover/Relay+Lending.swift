// SPDX-License-Identifier: Apache-2.0
package import Wire

// A client's flows come to the workers as the kernel's hash has it, so what one flow was promised may be asked for by
// another at another worker. Then the thing moves to where it was asked for, with its sockets; its ports stay taken in
// the pool that they are of until they are closed there.

/// What one worker has and a request that came to another needs.
package enum Wanted: Hashable, Sendable {
    /// The port that is held under a RESERVATION-TOKEN for this user.
    case reservation(token: UInt64, user: [UInt8])
}

extension Relay {
    /// Gives away what another worker asks for: what ``restore(_:isCounted:)`` goes on with there, and by which name its
    /// sockets went here.
    ///
    /// The sockets leave without an ``Output/close(_:_:)``; the ports are free again once ``Input/returned(_:)`` says so.
    /// - Returns: Nil when it is not here, or not that user's.
    package mutating func lend(_ wanted: Wanted, now: Moment) -> (record: AllocationRecord, name: AllocationID)? {
        switch wanted {
        case .reservation(let token, let user):
            guard let slot = reservations[token], allocations[slot].state == .reserved,
                now.instant < allocations[slot].expiry, allocations[slot].user == user, let lent = record(of: slot)
            else { return nil }
            reservations[token] = nil
            lend(slot)
            return lent
        }
    }

    /// Keeps the ports of a slot taken, and nothing else. Its place in the quota goes with what was lent.
    private mutating func lend(_ slot: UInt32) {
        deadlines.clear(slot)
        changes.note(slot)
        var rest = Allocation.blank
        rest.state = .lent
        // Whatever still names what was here is recognised as late.
        rest.generation = allocations[slot].generation &+ 1
        (rest.v4, rest.v6) = (allocations[slot].v4, allocations[slot].v6)
        allocations[slot] = rest
    }

    /// A lent port is closed where it was, or comes back.
    mutating func returned(_ endpoint: Endpoint) {
        guard let slot = owner(of: endpoint), allocations[slot].state == .lent else { return }
        give(endpoint)
        allocations[slot].setRelayed(endpoint.address.family, nil)
        if allocations[slot].v4 == nil, allocations[slot].v6 == nil { free(slot) }
    }

    /// What another worker must be asked for before a request with this token can be answered, and which one.
    mutating func elsewhere(_ token: UInt64, of user: [UInt8]) -> Outcome? {
        let worker = UInt8(truncatingIfNeeded: token >> 56)
        guard !isResuming, reservations[token] == nil, worker != settings.worker, Int(worker) < settings.workers else {
            return nil
        }
        wanted = .reservation(token: token, user: user)
        return .elsewhere(worker: worker)
    }

    /// Takes a request again for which another worker was asked; what it had to give has been restored.
    package mutating func resume(_ request: Span<UInt8>, on flow: Flow, now: Moment) -> Outcome {
        isResuming = true
        defer { isResuming = false }
        return receive(request, on: flow, now: now)
    }
}
