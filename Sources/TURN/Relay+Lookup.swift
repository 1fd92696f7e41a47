// SPDX-License-Identifier: Apache-2.0
internal import Addresses
package import Wire

extension Relay {
    /// The slot of a flow's allocation, opening or active.
    @inline(__always)
    func find(_ flow: Flow) -> UInt32? {
        flows.slot(flows.hash(flow)) { allocations[$0].flow == flow || allocations[$0].nextFlow == flow }
    }

    /// The slot of the allocation that a packet of its client came for; the client is where it came from.
    @inline(__always)
    func arrive(_ flow: Flow) -> UInt32? {
        guard let slot = find(flow) else { return nil }
        if allocations[slot].nextFlow == flow { move(slot) }
        return slot
    }

    /// The slot that a name still means.
    @inline(__always)
    func slot(of allocation: AllocationID) -> UInt32? {
        guard allocation.slot < allocations.capacity,
            allocations[allocation.slot].generation == allocation.generation
        else { return nil }
        return allocation.slot
    }

    func name(of slot: UInt32) -> AllocationID {
        AllocationID(slot: slot, generation: allocations[slot].generation)
    }

    /// The allocation that a client has at this 5-tuple.
    package func allocation(of flow: Flow) -> AllocationID? { find(flow).map { name(of: $0) } }

    /// Whether the slot's allocation is there and has not run out, `.tick` or not.
    @inline(__always)
    func isActive(_ slot: UInt32, _ now: Moment) -> Bool {
        allocations[slot].state == .active && now.instant < allocations[slot].expiry
    }

    /// Where the client of an allocation is; nil when it is no more.
    package func client(of allocation: AllocationID) -> Endpoint? {
        slot(of: allocation).map { allocations[$0].flow.client }
    }

    // MARK: - Own addresses

    /// The endpoint that clients are told for one of this host's own.
    func advertised(_ endpoint: Endpoint) -> Endpoint {
        Endpoint(settings.addresses.advertised(endpoint.address), endpoint.port)
    }

    /// The host's own endpoint behind one that clients are told; the endpoint itself where there is no other.
    ///
    /// Several addresses may stand behind one; after a change of them the live endpoint may be on any.
    func local(_ endpoint: Endpoint) -> Endpoint {
        guard hasPublicFaces else { return endpoint }
        let behind = settings.addresses.behind(endpoint.address)
        guard let first = behind.first else { return endpoint }
        guard behind.count > 1 else { return Endpoint(first, endpoint.port) }
        for address in behind where isRelayed(Endpoint(address, endpoint.port)) {
            return Endpoint(address, endpoint.port)
        }
        return Endpoint(first, endpoint.port)
    }

    /// A peer as its client knows it: a relayed address of this host goes by the address that clients are told.
    @inline(__always)
    func shown(_ peer: Endpoint) -> Endpoint {
        guard hasPublicFaces, settings.addresses.host.has(peer.address), isRelayed(peer) else {
            return peer
        }
        return advertised(peer)
    }

    /// Whether a local endpoint is some client's relayed address just now, of this worker or of another one.
    private func isRelayed(_ endpoint: Endpoint) -> Bool {
        live.scope(endpoint) != nil || live.listener(endpoint) != nil || owner(of: endpoint) != nil
    }

    /// This worker's allocation that relays datagrams at a local endpoint.
    func datagramOwner(of endpoint: Endpoint) -> UInt32? {
        owner(of: endpoint).flatMap { allocations[$0].relaysTCP ? nil : $0 }
    }

    /// This worker's allocation that has a local endpoint.
    func owner(of endpoint: Endpoint) -> UInt32? {
        for index in pools.indices where pools[index].address == endpoint.address {
            return pools[index].owner(of: endpoint.port)
        }
        return nil
    }
}
