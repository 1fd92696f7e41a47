// SPDX-License-Identifier: Apache-2.0
internal import STUN
internal import Wire

/// An ICMP error that a relay socket's datagram came back with.
package struct ICMPError: Hashable, Sendable {
    package let type: UInt8
    package let code: UInt8
    /// The MTU of the next hop where the datagram was too big, else zero.
    package let data: UInt32

    package init(type: UInt8, code: UInt8, data: UInt32 = 0) {
        self.type = type
        self.code = code
        self.data = data
    }

    /// Whether it is one of those that clients are told (RFC 8656 §11.5).
    func isRelayed(_ family: IPAddress.Family) -> Bool {
        family == .v4 ? type == 3 || type == 11 : (1...3).contains(type)
    }

    /// The data, where the RFC has any.
    func relayedData(_ family: IPAddress.Family) -> UInt32 {
        let isTooBig = family == .v4 ? type == 3 && code == 4 : type == 2
        return isTooBig ? data : 0
    }
}

extension Relay {
    /// Tells a client that a peer's network sent an error (RFC 8656 §11.5); a few times a second at most.
    func report(_ error: ICMPError, about peer: Endpoint, to allocation: AllocationID, now: Moment) {
        let family = peer.address.family
        guard let slot = slot(of: allocation), isActive(slot, now), error.isRelayed(family),
            permission(for: shown(peer).address, of: slot, now: now) != nil,
            allocations[slot].icmpRate.admit(1, bytesPerSecond: 10, burst: 250_000_000, now: now.instant)
        else { return }
        indicationNumber &+= 1
        replies.begin(.indication, .data, TransactionID(high: 0, low: indicationNumber))
        replies.append(.xorPeerAddress, xorAddress: shown(peer))
        replies.append(icmpType: error.type, code: error.code, data: error.relayedData(family))
        outputs.append(.reply(to: allocations[slot].flow, bytes: replies.message))
    }
}
