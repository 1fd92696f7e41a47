// SPDX-License-Identifier: Apache-2.0
package import Wire

extension Relay {
    /// The slot of a flow's allocation, opening or active.
    @inline(__always)
    func find(_ flow: Flow) -> UInt32? {
        flows.slot(flows.hash(flow)) { allocations[$0].flow == flow || allocations[$0].nextFlow == flow }
    }

    /// The slot of the allocation that a packet of its client came for; the client is where it came from.
    @inline(__always)
    mutating func arrive(_ flow: Flow) -> UInt32? {
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
        guard let external = external(for: endpoint.address) else { return endpoint }
        return Endpoint(external, endpoint.port)
    }

    private func external(for address: IPAddress) -> IPAddress? {
        guard !settings.externalAddresses.isEmpty else { return nil }
        let exact = settings.externalAddresses.first { $0.local == address }
        let general = settings.externalAddresses.first { $0.local == nil && $0.address.family == address.family }
        return (exact ?? general)?.address
    }

    /// The host's own endpoint behind one that clients are told; the endpoint itself where there is no other.
    func local(_ endpoint: Endpoint) -> Endpoint {
        guard let external = settings.externalAddresses.first(where: { $0.address == endpoint.address }) else {
            return endpoint
        }
        let family = endpoint.address.family
        let address =
            external.local ?? settings.relayAddresses.first { $0.family == family }
            ?? pools.first { $0.address.family == family }?.address
            ?? settings.fallbackAddresses.first { $0.family == family }
        return Endpoint(address ?? endpoint.address, endpoint.port)
    }

    /// A peer as its client knows it: a relay address of this host goes by the address that clients are told.
    @inline(__always)
    func shown(_ peer: Endpoint) -> Endpoint {
        guard !settings.externalAddresses.isEmpty, pools.contains(where: { $0.address == peer.address }) else {
            return peer
        }
        return advertised(peer)
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
