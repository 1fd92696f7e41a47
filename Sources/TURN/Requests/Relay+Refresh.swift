// SPDX-License-Identifier: Apache-2.0
internal import Addresses
internal import STUN
internal import Wire

extension Relay {
    /// A Refresh request (RFC 8656 §8.2, RFC 8016 §3.2.2).
    func refresh(
        _ request: Request, _ bytes: Span<UInt8>, _ identity: Identity, _ addressee: Addressee
    ) throws(Refusal) -> Outcome {
        let (slot, elsewhere) = try refreshed(request, bytes, by: identity)
        if let elsewhere { return .elsewhere(worker: elsewhere) }
        let message = request.message
        let requested = try Refusal.reading { () throws(DecodeError) in try message.lifetime(in: bytes) }
        let number = try Refusal.reading { () throws(DecodeError) in
            try message.addressFamily(.requestedAddressFamily, in: bytes)
        }
        var family: IPAddress.Family?
        if let number {
            family = number == 1 ? .v4 : number == 2 ? .v6 : nil
            guard let family, allocations[slot].relayed(family) != nil else {
                throw Refusal(.peerAddressFamilyMismatch, "the allocation has no address of family \(number)")
            }
        }
        var lifetime: UInt32 = 0
        if requested != 0, haveLostAddresses(of: slot) {
            // What nobody can send to any more is not kept alive: the client is to allocate anew.
            end(slot, because: .addressGone, now: request.now)
            throw Refusal(.allocationMismatch, "this host no longer has the relayed address")
        }
        if requested == 0 {
            // Of a dual allocation one address may be given up alone.
            let isDual = allocations[slot].v4 != nil && allocations[slot].v6 != nil
            if let family, isDual {
                release(slot, family)
            } else {
                end(slot, because: .released, now: request.now)
            }
        } else {
            if let end = identity.until {
                allocations[slot].user = identity.user
                allocations[slot].key = identity.key
                allocations[slot].authorizedUntil = end
            }
            let granted = bounded(
                .seconds(granted(requested)), by: allocations[slot].authorizedUntil, now: request.now)
            lifetime = UInt32(clamping: granted.components.seconds)
            allocations[slot].expiry = request.now.instant + granted
            deadlines.set(slot, to: allocations[slot].expiry)
            changes.note(slot)
        }
        replies.begin(.success, .refresh, addressee.transaction)
        replies.append(lifetime: lifetime)
        // There is none for an allocation that has just ended.
        if message.has(.mobilityTicket), allocations[slot].ticket != nil {
            if allocations[slot].moved != addressee.transaction { renewTicket(of: slot) }
            allocations[slot].moved = addressee.transaction
            appendTicket(of: slot)
        }
        appendSoftware()
        finish(addressee)
        return .queued
    }

    /// Whether nothing can reach an allocation because the host has none of its relayed addresses any more.
    private func haveLostAddresses(of slot: UInt32) -> Bool {
        let relayed = [allocations[slot].v4, allocations[slot].v6].compactMap(\.self)
        return relayed.allSatisfy { settings.addresses.haveLost($0.address) }
    }
}
