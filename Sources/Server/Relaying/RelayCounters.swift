// SPDX-License-Identifier: Apache-2.0
internal import Synchronization
package import TURN

/// What one worker has counted since its start.
package struct RelayTally: Sendable {
    package internal(set) var toPeers: UInt64 = 0
    package internal(set) var toPeersBytes: UInt64 = 0
    package internal(set) var toClients: UInt64 = 0
    package internal(set) var toClientsBytes: UInt64 = 0
    /// Datagrams from one client to another that never touched the network.
    package internal(set) var shortCircuits: UInt64 = 0
    /// Datagrams that the kernel did not take.
    package internal(set) var unsent: UInt64 = 0
    /// Datagrams that the kernel dropped at the listeners because they came too fast.
    package internal(set) var unreceived: UInt64 = 0
    package internal(set) var replies: UInt64 = 0
    package internal(set) var refusals: UInt64 = 0
    /// Allocations now.
    package internal(set) var allocations = 0
    /// Allocations that have ended.
    package internal(set) var sessions: UInt64 = 0
    private var drops = InlineArray<16, UInt64>(repeating: 0)

    /// Packets that led to nothing, by reason.
    package func dropped(_ reason: DropReason) -> UInt64 { drops[Int(reason.rawValue) & 15] }

    /// Packets that led to nothing, for whatever reason.
    package var dropped: UInt64 { DropReason.allCases.reduce(0) { $0 &+ dropped($1) } }

    mutating func countDrop(_ reason: DropReason) { drops[Int(reason.rawValue) & 15] &+= 1 }

    static func += (sum: inout Self, other: Self) {
        sum.toPeers += other.toPeers
        sum.toPeersBytes += other.toPeersBytes
        sum.toClients += other.toClients
        sum.toClientsBytes += other.toClientsBytes
        sum.shortCircuits += other.shortCircuits
        sum.unsent += other.unsent
        sum.unreceived += other.unreceived
        sum.replies += other.replies
        sum.refusals += other.refusals
        sum.allocations += other.allocations
        sum.sessions += other.sessions
        for index in sum.drops.indices { sum.drops[index] += other.drops[index] }
    }
}

/// What others may read of a worker on another thread; the worker's own thread alone says it.
final class PublishedCounts: Sendable {
    private let allocationCount = Atomic(0)
    private let shortCircuitCount = Atomic<UInt64>(0)

    /// Allocations that there are.
    var allocations: Int { allocationCount.load(ordering: .relaxed) }
    /// Datagrams from one client to another that never touched the network.
    var shortCircuits: UInt64 { shortCircuitCount.load(ordering: .relaxed) }

    func publish(allocations: Int, shortCircuits: UInt64) {
        allocationCount.store(allocations, ordering: .relaxed)
        shortCircuitCount.store(shortCircuits, ordering: .relaxed)
    }
}
