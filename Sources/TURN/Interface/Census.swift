// SPDX-License-Identifier: Apache-2.0
package import Wire

/// What a relay has just now.
package struct Census: Sendable {
    private var byTransport = InlineArray<4, Int>(repeating: 0)
    /// Allocations that relayed something lately.
    package internal(set) var active = 0
    /// Allocations that relay TCP, and their peers' connections.
    package internal(set) var relayingTCP = 0
    package internal(set) var connections = 0
    /// Permissions and channels that are installed, expired ones that were not swept yet included.
    package internal(set) var peers = 0
    /// Relay ports of the addresses that are relayed from, and how many of them are taken.
    package internal(set) var ports = 0
    package internal(set) var portsUsed = 0

    package init() {}

    /// Allocations of clients over a transport.
    package func allocations(over transport: Transport) -> Int { byTransport[Int(transport.rawValue)] }

    /// All allocations.
    package var all: Int { Transport.allCases.reduce(0) { $0 + allocations(over: $1) } }

    mutating func count(_ transport: Transport) { byTransport[Int(transport.rawValue)] += 1 }

    package static func += (sum: inout Self, other: Self) {
        for index in sum.byTransport.indices { sum.byTransport[index] += other.byTransport[index] }
        sum.active += other.active
        sum.relayingTCP += other.relayingTCP
        sum.connections += other.connections
        sum.peers += other.peers
        sum.ports += other.ports
        sum.portsUsed += other.portsUsed
    }
}

extension Relay {
    /// Counts what there is; takes time proportional to the number of allocations, and allocates nothing.
    package func census() -> Census {
        var census = Census()
        for slot in 0..<UInt32(allocations.capacity) where allocations[slot].state == .active {
            census.count(allocations[slot].flow.transport)
            if allocations[slot].relaysTCP { census.relayingTCP += 1 }
        }
        census.active = activeCount
        census.peers = peers.count
        census.connections = connections.count
        for pool in pools {
            census.ports += pool.count
            census.portsUsed += pool.used
        }
        // Before the first allocation no address has a pool yet.
        if pools.isEmpty { census.ports = settings.ports.reduce(0) { $0 + $1.count } }
        return census
    }

    /// Looks which allocations have relayed something since it looked last; to be called every so often.
    package func markActivity() {
        activeCount = 0
        for slot in 0..<UInt32(allocations.capacity) where allocations[slot].state == .active {
            let packets = allocations[slot].toPeers.packets &+ allocations[slot].toClient.packets
            if packets != allocations[slot].packetsMarked { activeCount += 1 }
            allocations[slot].packetsMarked = packets
        }
    }

    /// Tells of running allocations from a place in the table on; where to go on, or nil after the last.
    package func sessions(
        from first: UInt32, atMost limit: Int, now: Moment, _ visit: (SessionSummary) -> Void
    ) -> UInt32? {
        var told = 0
        var slot = first
        // Empty places cost little, but not nothing.
        let end = min(Int(first) + limit * 16, allocations.capacity)
        while slot < end, told < limit {
            if allocations[slot].state == .active {
                visit(summary(of: slot, because: nil, now: now))
                told += 1
            }
            slot += 1
        }
        return slot < allocations.capacity ? slot : nil
    }
}
