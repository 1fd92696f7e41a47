// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Synchronization
package import Wire

/// The endpoints that the threads of this process have open just now, and which thread has each.
///
/// Asked by any thread for every packet to one of the host's own addresses, changed when a socket opens or closes:
/// asking takes no lock.
@safe package final class LiveEndpoints: @unchecked Sendable {
    // Sendable: the tables below `count` are never changed or freed while the object lives, `count` is published after
    // the table that it counts is written, and ports are atomic.
    private let tables: UnsafeMutablePointer<Table>
    private let count = Atomic(0)
    private let growth = Mutex(())

    /// Who has an endpoint open.
    package struct Owner: Hashable, Sendable {
        /// The thread's number, less than 255.
        package let thread: Int
        /// A number of the thread's own choosing, less than 2²⁴.
        package let slot: UInt32

        package init(thread: Int, slot: UInt32) {
            self.thread = thread
            self.slot = slot
        }
    }

    /// The ports of one address; zero for who is not open, else the thread's number and one, then the slot.
    @safe private struct Table {
        let address: IPAddress
        let ports: UnsafeMutablePointer<Atomic<UInt32>>
    }

    /// A host that relays from more addresses than this knows its own ports on the first ones only.
    private static let capacity = 256
    private static let ports = 1 << 16

    package init() { unsafe tables = .allocate(capacity: Self.capacity) }

    deinit {
        for index in 0..<count.load(ordering: .acquiring) {
            // Safe: every table below the count has ports of its own, which came from `calloc`.
            unsafe free(tables[index].ports)
        }
        unsafe tables.deallocate()
    }

    /// Marks an endpoint as open. The last owner of two counts: the kernel sees to it that there are no two.
    package func insert(_ endpoint: Endpoint, owner: Owner) {
        precondition(owner.thread < 255 && owner.slot < 1 << 24, "an owner fits into 32 bits")
        guard let port = unsafe entry(for: endpoint) ?? grow(for: endpoint) else { return }
        unsafe port.pointee.store(UInt32(owner.thread + 1) << 24 | owner.slot, ordering: .releasing)
    }

    /// Marks an endpoint as closed.
    package func remove(_ endpoint: Endpoint) {
        unsafe entry(for: endpoint)?.pointee.store(0, ordering: .releasing)
    }

    /// Who has the endpoint open; nil when nobody of this process does.
    package func owner(of endpoint: Endpoint) -> Owner? {
        guard let value = unsafe entry(for: endpoint)?.pointee.load(ordering: .acquiring), value != 0 else {
            return nil
        }
        return Owner(thread: Int(value >> 24) - 1, slot: value & 0xFF_FFFF)
    }

    private func entry(for endpoint: Endpoint) -> UnsafeMutablePointer<Atomic<UInt32>>? {
        for index in 0..<count.load(ordering: .acquiring) {
            // Safe: tables below the count are initialised, and a port is less than the 2¹⁶ that each has.
            guard unsafe tables[index].address == endpoint.address else { continue }
            return unsafe tables[index].ports + Int(endpoint.port)
        }
        return nil
    }

    private func grow(for endpoint: Endpoint) -> UnsafeMutablePointer<Atomic<UInt32>>? {
        unsafe growth.withLock { _ in
            if let entry = unsafe entry(for: endpoint) { return unsafe entry }
            let index = count.load(ordering: .relaxed)
            // Safe: zeroed memory is what an atomic zero looks like; pages are the kernel's until a port is used.
            guard index < Self.capacity,
                let memory = unsafe calloc(Self.ports, MemoryLayout<Atomic<UInt32>>.stride)
            else { return nil }
            let ports = unsafe memory.assumingMemoryBound(to: Atomic<UInt32>.self)
            unsafe (tables + index).initialize(to: Table(address: endpoint.address, ports: ports))
            count.store(index + 1, ordering: .releasing)
            return unsafe ports + Int(endpoint.port)
        }
    }
}
