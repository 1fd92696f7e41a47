// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

/// The relay sockets of a worker by the slots of their allocations: two places each, for IPv4 and IPv6.
struct RelaySockets: ~Copyable {
    struct Entry {
        var descriptor: Int32 = -1
        var generation: UInt32 = 0
        var local = Endpoint(.anyV4, 0)
        var registration: Loop.Registration?
    }

    private var entries: [Entry] = []

    deinit { for entry in entries where entry.descriptor >= 0 { _ = Descriptor(owning: entry.descriptor) } }

    /// The number of a socket: what its events are told by.
    static func index(_ slot: UInt32, _ family: IPAddress.Family) -> Int { Int(slot) * 2 + (family == .v4 ? 0 : 1) }

    /// The open socket of an allocation; nil when it has none of the family, or the allocation is another by now.
    func entry(_ allocation: AllocationID, _ family: IPAddress.Family) -> Entry? {
        let index = Self.index(allocation.slot, family)
        guard index < entries.count, entries[index].descriptor >= 0,
            entries[index].generation == allocation.generation
        else { return nil }
        return entries[index]
    }

    /// The descriptor of an allocation's open socket; nil as above.
    func descriptor(_ allocation: AllocationID, _ family: IPAddress.Family) -> Int32? {
        let index = Self.index(allocation.slot, family)
        guard index < entries.count, entries[index].descriptor >= 0,
            entries[index].generation == allocation.generation
        else { return nil }
        return entries[index].descriptor
    }

    /// The descriptor of the open socket with this number, and whose it is.
    func socket(_ index: Int) -> (descriptor: Int32, allocation: AllocationID)? {
        guard index < entries.count, entries[index].descriptor >= 0 else { return nil }
        let slot = UInt32(truncatingIfNeeded: index / 2)
        return (entries[index].descriptor, AllocationID(slot: slot, generation: entries[index].generation))
    }

    /// Keeps a socket for its allocation, and closes it when it is removed.
    mutating func insert(
        _ socket: consuming Descriptor, at local: Endpoint, _ registration: Loop.Registration,
        for allocation: AllocationID
    ) {
        let index = Self.index(allocation.slot, local.address.family)
        while entries.count <= index { entries.append(Entry()) }
        entries[index] = Entry(
            descriptor: socket.release(), generation: allocation.generation, local: local, registration: registration)
    }

    /// Gives an open socket away; the loop has forgotten it.
    mutating func take(_ allocation: AllocationID, _ family: IPAddress.Family) -> Descriptor? {
        guard let entry = entry(allocation, family) else { return nil }
        entries[Self.index(allocation.slot, family)] = Entry()
        return Descriptor(owning: entry.descriptor)
    }

    /// Closes a socket; the loop has forgotten it.
    mutating func close(_ allocation: AllocationID, _ family: IPAddress.Family) {
        guard let entry = entry(allocation, family) else { return }
        entries[Self.index(allocation.slot, family)] = Entry()
        _ = Descriptor(owning: entry.descriptor)
    }
}
