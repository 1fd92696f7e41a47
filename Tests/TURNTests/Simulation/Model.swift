// SPDX-License-Identifier: Apache-2.0
import STUN
import TURN
import Wire

/// What RFC 8656 says that a relay may do, written down from the answers it gave: slow, small and apart from it.
struct Model {
    struct Entry {
        var user: String
        var relayed: [Endpoint]
        var expiry: Instant
        var permissions: [IPAddress: Instant] = [:]
        var channels: [UInt16: (peer: Endpoint, expiry: Instant)] = [:]
    }

    var entries: [Flow: Entry] = [:]
    /// Peers that the operator denies just now.
    var denied: Set<IPAddress> = []

    /// What a request means, if the relay grants it.
    enum Meaning {
        case binding
        case allocate(user: String)
        case refresh(IPAddress.Family?)
        case permit([Endpoint])
        case bind(UInt16, Endpoint)
        case connect
    }

    /// A request was granted.
    mutating func granted(_ meaning: Meaning, _ answer: Answer, on flow: Flow, now: Instant) {
        switch meaning {
        case .binding, .connect: return
        case .allocate(let user):
            guard entries[flow] == nil, let lifetime = answer.lifetime else { return }
            entries[flow] = Entry(
                user: user, relayed: answer.addresses(.xorRelayedAddress), expiry: now + .seconds(Int64(lifetime)))
        case .refresh(let family):
            guard let lifetime = answer.lifetime else { return }
            if lifetime > 0 {
                entries[flow]?.expiry = now + .seconds(Int64(lifetime))
            } else if let family {
                entries[flow]?.relayed.removeAll { $0.address.family == family }
                if entries[flow]?.relayed.isEmpty == true { entries[flow] = nil }
            } else {
                entries[flow] = nil
            }
        case .permit(let peers):
            for peer in peers { entries[flow]?.permissions[peer.address] = now + .seconds(300) }
        case .bind(let channel, let peer):
            entries[flow]?.permissions[peer.address] = now + .seconds(300)
            entries[flow]?.channels[channel] = (peer, now + .seconds(600))
        }
    }

    /// The flow whose relayed endpoint this is.
    ///
    /// A loop: a closure that captures an endpoint is misaligned by Swift 6.3's unoptimised builds.
    func flow(of relayed: Endpoint) -> Flow? {
        for (flow, entry) in entries where entry.relayed.contains(relayed) { return flow }
        return nil
    }

    func isPermitted(_ peer: IPAddress, to flow: Flow, now: Instant) -> Bool {
        (entries[flow]?.permissions[peer] ?? now) > now
    }

    /// Whether a packet may leave from a relayed endpoint to a peer: by a permission or by a channel.
    func maySend(from relayed: Endpoint, to peer: Endpoint, now: Instant) -> Bool {
        guard let flow = flow(of: relayed), let entry = entries[flow], now < entry.expiry else { return false }
        var hasChannel = false
        for channel in entry.channels.values where channel.peer == peer && now < channel.expiry { hasChannel = true }
        return (hasChannel || isPermitted(peer.address, to: flow, now: now)) && mayReach(peer)
    }

    /// Whether anybody may reach a peer, by a list of what is public written apart from the relay's.
    func mayReach(_ peer: Endpoint) -> Bool {
        guard peer.port != 0, !denied.contains(peer.address) else { return false }
        if peer.address == World.server.address || peer.address == World.server6.address {
            return flow(of: peer) != nil
        }
        switch peer.address {
        case .v4(let bits):
            let (a, b) = (bits >> 24, bits >> 16 & 0xFF)
            return (1...223).contains(a) && a != 10 && a != 127 && !(a == 172 && (16...31).contains(b))
                && !(a == 192 && b == 168) && !(a == 169 && b == 254) && !(a == 100 && (64...127).contains(b))
        case .v6(let bits):
            return bits >> 125 == 1 && bits >> 112 != 0x2002 && bits >> 96 != 0x2001_0000
        }
    }
}
