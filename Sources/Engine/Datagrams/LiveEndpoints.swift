// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Synchronization
package import Wire

/// The endpoints that the threads of this process have open just now, each with a mark that says whose it is.
///
/// Asked by any thread for every packet to one of the host's own addresses, changed when a socket opens or closes:
/// asking takes no lock.
@safe package final class LiveEndpoints: @unchecked Sendable {
    // Sendable: the tables below `count` are never changed or freed while the object lives, `count` is published after
    // the table that it counts is written, and ports are atomic.
    private let tables: UnsafeMutablePointer<Table>
    private let count = Atomic(0)
    private let growth = Mutex(())
    /// How many endpoints there are by mark and address, of the marks that are counted.
    private let counts = Mutex<[Mark: Int]>([:])

    /// The ports of one address; one for those that are open.
    @safe private struct Table {
        let address: IPAddress
        let ports: UnsafeMutablePointer<Atomic<UInt64>>
    }

    private struct Mark: Hashable {
        let mark: UInt64
        let address: IPAddress
    }

    /// Marks up to this one are not counted.
    private static let uncounted: UInt64 = 2

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

    /// Marks an endpoint as open, or gives an open one another mark; zero is no mark.
    package func insert(_ endpoint: Endpoint, mark: UInt64 = 1) {
        let entry = unsafe entry(for: endpoint) ?? grow(for: endpoint)
        guard let former = unsafe entry?.pointee.exchange(max(1, mark), ordering: .acquiringAndReleasing) else {
            return
        }
        count(former, at: endpoint.address, by: -1)
        count(max(1, mark), at: endpoint.address, by: 1)
    }

    /// Marks an endpoint as closed.
    package func remove(_ endpoint: Endpoint) {
        guard let former = unsafe entry(for: endpoint)?.pointee.exchange(0, ordering: .acquiringAndReleasing) else {
            return
        }
        count(former, at: endpoint.address, by: -1)
    }

    /// Whether somebody of this process has the endpoint open.
    package func contains(_ endpoint: Endpoint) -> Bool { mark(of: endpoint) != nil }

    /// Whose an endpoint is that somebody of this process has open.
    package func mark(of endpoint: Endpoint) -> UInt64? {
        let mark = unsafe entry(for: endpoint)?.pointee.load(ordering: .acquiring) ?? 0
        return mark == 0 ? nil : mark
    }

    /// How many endpoints of an address have a mark that is greater than two.
    package func count(of mark: UInt64, at address: IPAddress) -> Int {
        counts.withLock { $0[Mark(mark: mark, address: address)] ?? 0 }
    }

    private func count(_ mark: UInt64, at address: IPAddress, by difference: Int) {
        guard mark > Self.uncounted else { return }
        counts.withLock { counts in
            let count = (counts[Mark(mark: mark, address: address)] ?? 0) + difference
            counts[Mark(mark: mark, address: address)] = count > 0 ? count : nil
        }
    }

    private func entry(for endpoint: Endpoint) -> UnsafeMutablePointer<Atomic<UInt64>>? {
        for index in 0..<count.load(ordering: .acquiring) {
            // Safe: tables below the count are initialised, and a port is less than the 2¹⁶ that each has.
            guard unsafe tables[index].address == endpoint.address else { continue }
            return unsafe tables[index].ports + Int(endpoint.port)
        }
        return nil
    }

    private func grow(for endpoint: Endpoint) -> UnsafeMutablePointer<Atomic<UInt64>>? {
        unsafe growth.withLock { _ in
            if let entry = unsafe entry(for: endpoint) { return unsafe entry }
            let index = count.load(ordering: .relaxed)
            // Safe: zeroed memory is what an atomic zero looks like; pages are the kernel's until a port is used.
            guard index < Self.capacity,
                let memory = unsafe calloc(Self.ports, MemoryLayout<Atomic<UInt64>>.stride)
            else { return nil }
            let ports = unsafe memory.assumingMemoryBound(to: Atomic<UInt64>.self)
            unsafe (tables + index).initialize(to: Table(address: endpoint.address, ports: ports))
            count.store(index + 1, ordering: .releasing)
            return unsafe ports + Int(endpoint.port)
        }
    }
}
