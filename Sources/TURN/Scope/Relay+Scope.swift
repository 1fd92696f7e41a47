// SPDX-License-Identifier: Apache-2.0
internal import Addresses
internal import STUN
internal import Wire

// Credentials that this server made for people in rooms reach the others in the room and nobody else. What is asked for
// is judged when a permission, a channel or a connection is asked for; what was granted is taken back when the ground for
// it goes. Only on this server's own addresses, where one address is everybody's, is each packet's port looked at.

extension Relay {
    /// Takes what happened in a room.
    func change(_ change: ScopeChange, now: Moment) {
        switch change {
        case .joined(let name, let scope, let isGuest):
            let before = scopes.scope(of: name)
            scopes.join(name, scope, isGuest: isGuest)
            for slot in scopes.slots(of: name) { move(slot, to: scope, now: now) }
            if let before, before != scope { judgeAll(in: before, now: now) }
        case .signalled(let addresses, let name): scopes.signal(addresses, name)
        case .left(let name):
            guard let scope = scopes.leave(name) else { return }
            for slot in scopes.slots(of: name) { move(slot, to: .nowhere, now: now) }
            judgeAll(in: scope, now: now)
        case .forgotten(let name): scopes.leave(name)
        case .ended(let scope):
            for slot in scopes.end(scope) { endSoon(slot, now: now) }
        }
    }

    /// The scope of an allocation, for whoever opens its sockets.
    package func scope(of allocation: AllocationID) -> Scope {
        slot(of: allocation).map { allocations[$0].scope } ?? .nowhere
    }

    /// Refuses a peer whom nobody else in the room has signalled, to an allocation that is a room's.
    ///
    /// A permission that is in force has been judged, and is taken back when its ground goes. It may be refreshed though
    /// nobody has told of the room yet: that is so for a moment after a restart.
    func checkScope(_ peer: Endpoint, _ standing: PeerPolicy.Standing, of slot: UInt32, now: Moment)
        throws(Refusal)
    {
        let scope = allocations[slot].scope
        guard settings.scopesRooms, scope != .open, !mayReach(peer.address, standing, of: slot) else { return }
        if scope.isRoom, scopes.scope(of: allocations[slot].account) == nil,
            permission(for: peer.address, of: slot, now: now) != nil
        {
            return
        }
        // The word may be on its way still.
        if isResuming {
            allocations[slot].peersOutOfScope &+= 1
            allocations[slot].lastOutOfScope = peer.address
        }
        throw Refusal(
            .forbidden, Self.explanation(outOfScope: peer.address, isInRoom: scope.isRoom), peer: peer,
            cause: .roomScope)
    }

    static func explanation(outOfScope address: IPAddress, isInRoom: Bool) -> String {
        isInRoom
            ? "\(address) is no candidate that anybody else in the room has signalled (room-scoped-relay)"
            : "\(address) cannot be reached by somebody who is in no room just now (room-scoped-relay)"
    }

    /// Whether an allocation that is a room's may have a connection with a peer still.
    func mayKeep(_ peer: Endpoint, _ slot: UInt32) -> Bool {
        guard settings.scopesRooms, allocations[slot].scope != .open else { return true }
        return mayReach(peer.address, standing(at: peer.address), of: slot)
    }

    /// Whether somebody else in an allocation's room has signalled an address, or is relayed from it.
    private func mayReach(_ address: IPAddress, _ standing: PeerPolicy.Standing, of slot: UInt32) -> Bool {
        let scope = allocations[slot].scope
        guard scope.isRoom else { return false }
        if scopes.isSignalled(address.unmapped, in: scope, except: allocations[slot].account) { return true }
        guard standing != .open else { return false }
        let own = local(Endpoint(address, 0)).address
        let mine = [allocations[slot].v4, allocations[slot].v6].count { $0?.address == own }
        return live.count(scope, own) > mine
    }

    /// How far one of this server's own addresses may be reached from a room: where nobody has signalled it, the relayed
    /// addresses of the others are all there is, whatever the operator allows.
    func narrowed(
        _ standing: PeerPolicy.Standing, at address: IPAddress, of slot: UInt32
    ) -> PeerPolicy.Standing {
        let (scope, name) = (allocations[slot].scope, allocations[slot].account)
        guard standing == .ownAllowed, settings.scopesRooms, scope != .open, scopes.scope(of: name) != nil else {
            return standing
        }
        return scopes.isSignalled(address.unmapped, in: scope, except: name) ? standing : .own
    }

    /// Whether an allocation may send to a relayed address of this server.
    @inline(__always)
    func mayReach(_ other: Scope, from slot: UInt32) -> Bool {
        !settings.scopesRooms || allocations[slot].scope.reaches(other)
    }

    /// Knows from now on where an allocation is whose credentials may be withdrawn: those that this server made, with a
    /// secret of its own or with one that other servers know, too.
    func place(_ slot: UInt32) {
        guard allocations[slot].scope != .open || isWithdrawable(slot) else { return }
        scopes.place(slot, of: allocations[slot].account, in: allocations[slot].scope)
    }

    /// An allocation is there no more.
    func displace(_ slot: UInt32) {
        scopes.displace(slot, of: allocations[slot].account, in: allocations[slot].scope)
        allocations[slot].scope = .open
    }

    /// An allocation that was moved to another room since last asked, and that room; nil when all have been told.
    package func nextScoped() -> (allocation: AllocationID, scope: Scope)? {
        scoped.popLast().map { (name(of: $0), allocations[$0].scope) }
    }

    /// Moves an allocation into another room, or out of any: what it was granted goes with the room.
    private func move(_ slot: UInt32, to scope: Scope, now: Moment) {
        let before = allocations[slot].scope
        guard before != scope else { return }
        scopes.displace(slot, of: allocations[slot].account, in: before)
        scopes.place(slot, of: allocations[slot].account, in: scope)
        allocations[slot].scope = scope
        scoped.append(slot)
        changes.note(slot)
        judge(slot, now: now)
    }

    /// Takes back what the allocations in a room were granted and may not have any more.
    private func judgeAll(in scope: Scope, now: Moment) {
        guard settings.scopesRooms else { return }
        for slot in scopes.slots(in: scope) { judge(slot, now: now) }
    }

    private func judge(_ slot: UInt32, now: Moment) {
        guard settings.scopesRooms else { return }
        for list in [PeerLists.Kind.permissions, .channels] { withdraw(list, of: slot) }
        // The next piece that passes asks for it.
        for id in allocations[slot].connections { connections.setJudged(id, under: settingsNumber &- 1) }
    }

    private func withdraw(_ list: PeerLists.Kind, of slot: UInt32) {
        var place = allocations[slot].lists[list].first
        while place != Peer.none {
            let next = peers[place].next
            let address = peers[place].endpoint.address
            if !mayReach(address, standing(at: address), of: slot) {
                // Over at once; the next sweep lets go of it.
                peers[place].expiry = Instant(nanoseconds: 0)
                changes.note(slot)
            } else if peers[place].standing != .open {
                // What is left of it, the next packet asks for.
                peers[place].judged = settingsNumber &- 1
            }
            place = next
        }
    }

    /// Whether an address is this server's own, as far as rooms are concerned.
    private func standing(at address: IPAddress) -> PeerPolicy.Standing {
        settings.addresses.contains(address) ? .own : .open
    }
}
