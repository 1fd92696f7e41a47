// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import STUN
internal import Wire

// An allocation that follows its client to another 5-tuple (RFC 8016). Until the client sends something from there, what
// its peers send still goes to where it was before.

extension Relay {
    /// Whether an Allocate request asks for a ticket (RFC 8016 §3.1.2).
    func wantsTicket(_ message: Message) throws(Refusal) -> Bool {
        guard let place = message.place(of: .mobilityTicket) else { return false }
        guard settings.mobility else { throw Refusal(.mobilityForbidden, "mobility is not set") }
        guard place.isEmpty else { throw Refusal(.badRequest, "an Allocate request with a ticket that is not empty") }
        return true
    }

    /// Gives an allocation a ticket; what it had before is good no longer.
    func renewTicket(of slot: UInt32) {
        if let number = allocations[slot].ticket { tickets[number] = nil }
        let number = random.next()
        tickets[number] = slot
        allocations[slot].ticket = number
        changes.note(slot)
    }

    /// Writes an allocation's ticket into the answer: of a repeated request, that of the first one.
    func appendTicket(of slot: UInt32) {
        guard let number = allocations[slot].ticket else { return }
        let ticket = TicketKey(settings.nonceKey).ticket(worker: settings.worker, number: number)
        replies.append(.mobilityTicket, ticket.span)
    }

    /// Finds the allocation of a Refresh request: that of its flow, or the one that its ticket names (RFC 8016 §3.2.2).
    ///
    /// - Returns: Nil when another worker has it, which ``wanted`` says.
    func refreshed(
        _ request: Request, _ bytes: Span<UInt8>, by identity: Identity
    ) throws(Refusal) -> (slot: UInt32, elsewhere: UInt8?) {
        guard let value = request.message.value(of: .mobilityTicket, in: bytes) else {
            return (try owned(request, by: identity), nil)
        }
        guard settings.mobility else { throw Refusal(.mobilityForbidden, "mobility is not set") }
        guard !value.isEmpty else { throw Refusal(.badRequest, "a Refresh request with an empty ticket") }
        // A repeated request finds the allocation where its first copy brought it.
        if let slot = request.slot {
            guard allocations[slot].ticket != nil else {
                throw Refusal(.allocationMismatch, "the 5-tuple has an allocation that cannot be moved")
            }
            return (try found(request, by: identity), nil)
        }
        guard let ticket = TicketKey(settings.nonceKey).open(value) else {
            throw Refusal(.allocationMismatch, "the ticket was not made here")
        }
        if let slot = tickets[ticket.number], isActive(slot, request.now) {
            guard isOwner(identity, of: slot) else {
                throw Refusal(.wrongCredentials, "the allocation belongs to somebody else")
            }
            prepareMove(of: slot, to: request.flow)
            return (slot, nil)
        }
        guard !isResuming, ticket.worker != settings.worker, Int(ticket.worker) < settings.workers else {
            throw Refusal(.allocationMismatch, "no allocation has this ticket")
        }
        wanted = .allocation(ticket: ticket.number, user: identity.user, realm: identity.realm, isProven: true)
        return (0, ticket.worker)
    }

    /// What the ticket in a Refresh request says; nil where there is none that was made here.
    func ticket(in message: Message, _ bytes: Span<UInt8>) -> (worker: UInt8, number: UInt64)? {
        guard settings.mobility, message.header.method == .refresh,
            let value = message.value(of: .mobilityTicket, in: bytes)
        else { return nil }
        return TicketKey(settings.nonceKey).open(value)
    }

    /// Takes requests and data of an allocation from another flow too, from where it goes on once something comes.
    private func prepareMove(of slot: UInt32, to flow: Flow) {
        forgetMove(of: slot)
        allocations[slot].nextFlow = flow
        allocations[slot].nextFlowHash = flows.hash(flow)
        flows.insert(allocations[slot].nextFlowHash, slot)
    }

    /// The client has sent something from where it is now: where it was is forgotten.
    func move(_ slot: UInt32) {
        guard let flow = allocations[slot].nextFlow else { return }
        flows.remove(allocations[slot].flowHash, slot)
        allocations[slot].flow = flow
        allocations[slot].flowHash = allocations[slot].nextFlowHash
        allocations[slot].nextFlow = nil
        changes.note(slot)
    }

    /// The client has not come, or the allocation ends.
    func forgetMove(of slot: UInt32) {
        guard allocations[slot].nextFlow != nil else { return }
        flows.remove(allocations[slot].nextFlowHash, slot)
        allocations[slot].nextFlow = nil
    }

    /// A client's stream is over. An allocation that can follow its client waits for it (RFC 8016 §3.2).
    func disconnected(_ flow: Flow, now: Moment) {
        guard let slot = find(flow) else { return }
        guard allocations[slot].state == .active, allocations[slot].ticket != nil else {
            return end(slot, because: .disconnected, now: now)
        }
        if allocations[slot].nextFlow == flow { forgetMove(of: slot) } else { move(slot) }
    }
}
