// SPDX-License-Identifier: Apache-2.0

package import STUN
package import Wire

/// What a client can ask of a server.
package enum Request: Hashable, Sendable {
    case binding
    case allocate(Wish)
    /// Seconds to live; nil leaves it to the server, zero gives the allocation back.
    case refresh(lifetime: UInt32?)
    /// Lets these peers' addresses send to the client (RFC 8656 §10); their ports do not count.
    case permit([Endpoint])
    /// 0x4000…0x4FFF (RFC 8656 §12).
    case bind(channel: UInt16, to: Endpoint)

    package var method: STUN.Method {
        switch self {
        case .binding: .binding
        case .allocate: .allocate
        case .refresh: .refresh
        case .permit: .createPermission
        case .bind: .channelBind
        }
    }
}

/// What an allocation is to be like (RFC 8656 §7.1).
package struct Wish: Hashable, Sendable {
    /// The family of the relayed address; nil leaves it out, which means IPv4.
    package var family: IPAddress.Family?
    /// An IPv6 address beside an IPv4 one; not together with ``family``.
    package var isDual = false
    /// An even port; and the next one kept for another allocation where that is true.
    package var evenPort: Bool?
    /// Names the port that an earlier allocation had kept.
    package var reservation: UInt64?
    package var dontFragment = false
    package var lifetime: UInt32?
    /// The IP protocol between relay and peer: UDP.
    package var protocolNumber: UInt8 = 17

    package init() {}
}

extension Request {
    /// Writes the attributes of the request.
    func write(into writer: inout Writer) {
        switch self {
        case .binding: break
        case .allocate(let wish):
            writer.append(requestedTransport: wish.protocolNumber)
            if let family = wish.family { writer.append(.requestedAddressFamily, family: family) }
            if wish.isDual { writer.append(.additionalAddressFamily, family: .v6) }
            if let next = wish.evenPort { writer.append(.evenPort, integer: UInt8(next ? 0x80 : 0)) }
            if let token = wish.reservation { writer.append(.reservationToken, integer: token) }
            if wish.dontFragment { writer.append(.dontFragment, Span()) }
            if let seconds = wish.lifetime { writer.append(lifetime: seconds) }
        case .refresh(let seconds):
            if let seconds { writer.append(lifetime: seconds) }
        case .permit(let peers):
            for peer in peers { writer.append(.xorPeerAddress, xorAddress: peer) }
        case .bind(let channel, let peer):
            writer.append(channelNumber: channel)
            writer.append(.xorPeerAddress, xorAddress: peer)
        }
    }
}
