// SPDX-License-Identifier: Apache-2.0

/// What a relay has, counted where it is kept: what must agree with each other and with what its host has open.
package struct Inventory: Hashable, Sendable {
    /// Allocations that are opening or active.
    package var allocations = 0
    /// Ports held under a token, or being bound for one.
    package var reservations = 0
    /// Slots whose ports are at work at another worker.
    package var lent = 0
    /// Allocations that are reached by two flows, because their clients said that they moved.
    package var moving = 0
    /// Tickets that are out.
    package var tickets = 0
    /// Entries of the table by flow.
    package var flows = 0
    /// Relay ports that belong to an allocation or a reservation.
    package var ports = 0
    /// Permissions and channels, expired ones that were not swept yet included.
    package var peers = 0
    /// Permissions and channels that allocations refer to.
    package var listedPeers = 0
    /// Peers' TCP connections, and how many of them allocations refer to.
    package var connections = 0
    package var listedConnections = 0
    /// Deadlines that are set.
    package var deadlines = 0

    package init() {}
}

extension Relay {
    /// Counts everything; takes time proportional to what there is.
    package var inventory: Inventory {
        var inventory = Inventory()
        for slot in 0..<UInt32(allocations.capacity) {
            switch allocations[slot].state {
            case .unused: continue
            case .opening, .active: inventory.allocations += 1
            case .reserving, .reserved: inventory.reservations += 1
            case .lent: inventory.lent += 1
            }
            if allocations[slot].nextFlow != nil { inventory.moving += 1 }
            inventory.listedPeers += allocations[slot].lists[.permissions].count
            inventory.listedPeers += allocations[slot].lists[.channels].count
            inventory.listedConnections += allocations[slot].connections.count
        }
        inventory.flows = flows.count
        inventory.tickets = tickets.count
        inventory.peers = peers.count
        inventory.connections = connections.count
        inventory.ports = pools.reduce(0) { $0 + $1.used }
        inventory.deadlines = deadlines.count
        return inventory
    }
}
