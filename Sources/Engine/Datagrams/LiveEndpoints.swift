// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Synchronization
package import Wire

/// The endpoints that the threads of this process have open just now.
///
/// Asked by any thread for every packet to one of the host's own addresses, changed when a socket opens or closes:
/// asking takes no lock.
@safe package final class LiveEndpoints: @unchecked Sendable {
    // Sendable: the tables below `count` are never changed or freed while the object lives, `count` is published after
    // the table that it counts is written, and ports are atomic.
    private let tables: UnsafeMutablePointer<Table>
    private let count = Atomic(0)
    private let growth = Mutex(())

    /// The ports of one address; one for those that are open.
    @safe private struct Table {
        let address: IPAddress
        let ports: UnsafeMutablePointer<Atomic<UInt8>>
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

    /// Marks an endpoint as open.
    package func insert(_ endpoint: Endpoint) {
        unsafe (entry(for: endpoint) ?? grow(for: endpoint))?.pointee.store(1, ordering: .releasing)
    }

    /// Marks an endpoint as closed.
    package func remove(_ endpoint: Endpoint) {
        unsafe entry(for: endpoint)?.pointee.store(0, ordering: .releasing)
    }

    /// Whether somebody of this process has the endpoint open.
    package func contains(_ endpoint: Endpoint) -> Bool {
        unsafe entry(for: endpoint)?.pointee.load(ordering: .acquiring) == 1
    }

    private func entry(for endpoint: Endpoint) -> UnsafeMutablePointer<Atomic<UInt8>>? {
        for index in 0..<count.load(ordering: .acquiring) {
            // Safe: tables below the count are initialised, and a port is less than the 2¹⁶ that each has.
            guard unsafe tables[index].address == endpoint.address else { continue }
            return unsafe tables[index].ports + Int(endpoint.port)
        }
        return nil
    }

    private func grow(for endpoint: Endpoint) -> UnsafeMutablePointer<Atomic<UInt8>>? {
        unsafe growth.withLock { _ in
            if let entry = unsafe entry(for: endpoint) { return unsafe entry }
            let index = count.load(ordering: .relaxed)
            // Safe: zeroed memory is what an atomic zero looks like; pages are the kernel's until a port is used.
            guard index < Self.capacity,
                let memory = unsafe calloc(Self.ports, MemoryLayout<Atomic<UInt8>>.stride)
            else { return nil }
            let ports = unsafe memory.assumingMemoryBound(to: Atomic<UInt8>.self)
            unsafe (tables + index).initialize(to: Table(address: endpoint.address, ports: ports))
            count.store(index + 1, ordering: .releasing)
            return unsafe ports + Int(endpoint.port)
        }
    }
}
