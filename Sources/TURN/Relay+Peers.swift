// SPDX-License-Identifier: Apache-2.0
internal import Wire

// Permissions (RFC 8656 §9) and channels (§12) as lists of an allocation; what was used last stands first.

extension Relay {
    /// The permission for an address that is in force.
    @inline(__always)
    func permission(for address: IPAddress, of slot: UInt32, now: Moment) -> UInt32? {
        let first = allocations[slot].lists[.permissions].first
        if first != Peer.none, peers[first].endpoint.address == address {
            return now.instant < peers[first].expiry ? first : nil
        }
        guard let place = search(.permissions, of: slot, where: { $0.endpoint.address == address }) else {
            return nil
        }
        return now.instant < peers[place].expiry ? place : nil
    }

    /// The channel with a number that is bound.
    @inline(__always)
    func channel(_ number: UInt16, of slot: UInt32, now: Moment) -> UInt32? {
        let first = allocations[slot].lists[.channels].first
        if first != Peer.none, peers[first].channel == number {
            return now.instant < peers[first].expiry ? first : nil
        }
        guard let place = search(.channels, of: slot, where: { $0.channel == number }) else { return nil }
        return now.instant < peers[place].expiry ? place : nil
    }

    /// The channel that is bound to a peer.
    @inline(__always)
    func channel(to peer: Endpoint, of slot: UInt32, now: Moment) -> UInt32? {
        let first = allocations[slot].lists[.channels].first
        if first != Peer.none, peers[first].endpoint == peer {
            return now.instant < peers[first].expiry ? first : nil
        }
        guard let place = search(.channels, of: slot, where: { $0.endpoint == peer }) else { return nil }
        return now.instant < peers[place].expiry ? place : nil
    }

    /// Installs or refreshes a permission; the caller has seen that there is room.
    func permit(_ address: IPAddress, _ standing: PeerPolicy.Standing, of slot: UInt32, now: Moment) {
        let place =
            search(.permissions, of: slot, where: { $0.endpoint.address == address }) ?? add(.permissions, of: slot)
        peers[place].endpoint = Endpoint(address, 0)
        peers[place].expiry = now.instant + settings.permissionLifetime
        peers[place].standing = standing
        peers[place].judged = settingsNumber
        changes.note(slot)
    }

    /// Binds or refreshes a channel; the caller has seen that nothing stands against it.
    func bind(
        _ number: UInt16, to peer: Endpoint, _ standing: PeerPolicy.Standing, of slot: UInt32, now: Moment
    ) {
        let place = search(.channels, of: slot, where: { $0.channel == number }) ?? add(.channels, of: slot)
        peers[place].endpoint = peer
        peers[place].channel = number
        peers[place].expiry = now.instant + settings.channelLifetime
        peers[place].standing = standing
        peers[place].judged = settingsNumber
        changes.note(slot)
    }

    /// What the peer policy says of a peer, by the name that its client gives it.
    func judge(_ peer: Endpoint, relayedFrom relayed: Endpoint) -> PeerPolicy.Verdict {
        settings.peerPolicy.judge(peer.address, relayedFrom: relayed.address)
    }

    /// Judges a peer by the settings of today; false when it is refused.
    func judge(_ place: UInt32, of slot: UInt32) -> Bool {
        let peer = peers[place].endpoint
        guard let relayed = allocations[slot].relayed(peer.address.family),
            case .allowed(let standing) = judge(peer, relayedFrom: relayed)
        else { return false }
        peers[place].standing = narrowed(standing, at: peer.address, of: slot)
        peers[place].judged = settingsNumber
        return true
    }

    /// Lets go of what has expired in one list.
    func sweep(_ list: PeerLists.Kind, of slot: UInt32, now: Moment) {
        var kept = PeerList()
        var place = allocations[slot].lists[list].first
        while place != Peer.none {
            let next = peers[place].next
            if now.instant < peers[place].expiry {
                peers[place].next = kept.first
                kept.first = place
                kept.count += 1
            } else {
                peers.give(place)
            }
            place = next
        }
        allocations[slot].lists[list] = kept
    }

    /// Lets go of a whole list.
    func clear(_ list: PeerLists.Kind, of slot: UInt32) {
        var place = allocations[slot].lists[list].first
        while place != Peer.none {
            let next = peers[place].next
            peers.give(place)
            place = next
        }
        allocations[slot].lists[list] = PeerList()
    }

    func add(_ list: PeerLists.Kind, of slot: UInt32) -> UInt32 {
        let place = peers.take()
        peers[place] = .blank
        peers[place].next = allocations[slot].lists[list].first
        allocations[slot].lists[list].first = place
        allocations[slot].lists[list].count += 1
        return place
    }

    /// The place of the peer for which `matches` holds; it moves to the front.
    private func search(
        _ list: PeerLists.Kind, of slot: UInt32, where matches: (borrowing Peer) -> Bool
    ) -> UInt32? {
        let first = allocations[slot].lists[list].first
        var before = Peer.none
        var place = first
        while place != Peer.none {
            if matches(peers[place]) {
                if before != Peer.none {
                    peers[before].next = peers[place].next
                    peers[place].next = first
                    allocations[slot].lists[list].first = place
                }
                return place
            }
            before = place
            place = peers[place].next
        }
        return nil
    }
}
