// SPDX-License-Identifier: Apache-2.0
import STUN
import TURN
import Wire

// Connections of TCP allocations (RFC 6062) in a simulated world.

extension Simulation {
    /// Somebody does something with a connection: a client, a peer, or the network.
    func connectionActs() {
        switch below(8) {
        case 0...2:
            let (client, peer) = (pick(clients), anyPeer())
            let bytes = client.request(.connect) { $0.append(.xorPeerAddress, xorAddress: peer) }
            post(bytes, client, .connect)
        case 3...4: peerConnects()
        case 5...6: take()
        default:
            let all = waiting + joined
            guard !all.isEmpty else { return }
            let id = pick(all)
            forget(id)
            world.handle(.closed(id))
        }
    }

    /// What becomes of a connection that the relay wants: it may want none that a client may not have.
    func answer(_ id: ConnectionID, from allocation: AllocationID, to peer: Endpoint) {
        let isOwn = peer.address == World.server.address || peer.address == World.server6.address
        if isOwn ? world.listeners[peer] == nil : !model.mayReach(peer) {
            fail("connects to \(peer), which it may not")
        }
        if world.listeners[peer] == allocation { fail("\(peer) connects to itself") }
        switch below(4) {
        case 0: world.handle(.unconnected(id, because: chance(50) ? .unreachable : .resources))
        // Nobody answers.
        case 1: return
        default:
            world.handle(.connected(id))
            waiting.append(id)
        }
    }

    /// A peer connects, permitted or not.
    private func peerConnects() {
        let listeners = world.listeners.keys.sorted { ($0.port, $0.description) < ($1.port, $1.description) }
        guard !listeners.isEmpty else { return }
        let (local, peer) = (pick(listeners), anyPeer())
        guard peer.address.family == local.address.family, let arrival = world.connect(from: peer, to: local) else {
            return
        }
        guard case .waiting(let id) = arrival else { return }
        let owner = model.flow(of: local)
        if owner == nil { fail("\(local) is nobody's") }
        if let owner, !model.isPermitted(peer.address, to: owner, now: world.now.instant) {
            fail("\(peer) may connect to \(local) without a permission")
        }
        if model.denied.contains(peer.address) { fail("\(peer) may connect to \(local), and is denied") }
        waiting.append(id)
    }

    /// A client takes a connection, its own or another's, that is there or was.
    private func take() {
        let all = waiting + joined
        guard !all.isEmpty else { return }
        let id = pick(all)
        let owner = pick(clients.filter { $0.flow.transport == .tcp })
        let data = Client(
            world, owner.user, at: Endpoint(owner.flow.client.address, UInt16(45_000 + below(1000))), over: .tcp)
        data.nonce = owner.nonce
        let answer = data.ask(.connectionBind) { $0.append(.connectionID, integer: id.rawValue) }
        let joins = world.takeJoins()
        guard answer?.isSuccess == true else {
            if !joins.isEmpty { fail("a connection is joined that was refused") }
            return
        }
        if joins.map(\.id) != [id] || !waiting.contains(id) { fail("a connection is given away that did not wait") }
        waiting.removeAll { $0 == id }
        joined.append(id)
    }

    private func forget(_ id: ConnectionID) {
        waiting.removeAll { $0 == id }
        joined.removeAll { $0 == id }
    }
}
