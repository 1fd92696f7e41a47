// SPDX-License-Identifier: Apache-2.0
internal import CLinux
internal import Glibc

/// Records in memory that outlives this process, readable whenever it may die.
///
/// The memory is a file without a name; whoever else has it open reads it with ``entries(of:)``. A record is written
/// beside the one that it replaces, and counts from the moment in which a single word says so:
///
/// ```
/// header   │ magic (64) │ version (32) │ mark (32) │ starts (32) │ cells in use (32)
/// run      │ state (32) │ cells (32) │ count (32) │ 0 (32) │ key (64) │ order (64) │ checksum (64) │ bytes …
/// ```
/// Runs are powers of two of cells of 256 bytes and are never cut or joined: what is free is used again for a record of
/// the same size.
@safe package final class Ledger {
    package let descriptor: Descriptor
    private let memory: UnsafeMutableRawPointer
    /// Bytes that the file has.
    private var size = 0
    /// Where each key's record lies, by its first cell.
    private var places: [UInt64: Int] = [:]
    /// Free runs by the logarithm of their size.
    private var free = [[Int]](repeating: [], count: maximumLogarithm + 1)
    private var order: UInt64 = 0

    static let cell = 256
    static let maximumLogarithm = 14
    static let magic: UInt64 = 0x5374_6572_6E61_4C67
    /// Address space, of which only what is written to is memory.
    private static let reach = 256 << 20
    private static let step = 256 << 10

    /// - Parameters:
    ///   - version: What the records are written like; the reader asks for it.
    ///   - mark: A number of the owner's for what the ledger holds.
    package init(version: UInt32, mark: UInt32) throws(Errno) {
        descriptor = try Descriptor(checking: unsafe linux_memory("sterna"))
        let flags = MAP_SHARED | MAP_NORESERVE
        guard
            let memory = unsafe mmap(nil, Self.reach, PROT_READ | PROT_WRITE, flags, descriptor.number, 0),
            unsafe memory != MAP_FAILED
        else { throw Errno(code: ENOMEM) }
        unsafe self.memory = memory
        try grow(to: Self.step)
        // Safe: the header lies in the first step of the file.
        unsafe memory.storeBytes(of: Self.magic, as: UInt64.self)
        unsafe memory.storeBytes(of: version, toByteOffset: Header.version, as: UInt32.self)
        unsafe memory.storeBytes(of: mark, toByteOffset: Header.mark, as: UInt32.self)
        publish(1, at: Header.cells)
    }

    deinit {
        // Safe: mapped in `init` with this length, and given to nobody.
        unsafe munmap(memory, Self.reach)
    }

    /// Writes the record of a key anew; false when there is no memory for it, and then the key has none.
    @discardableResult
    package func write(_ key: UInt64, _ bytes: [UInt8]) -> Bool {
        let before = places[key]
        guard let place = reserve(Run.header + bytes.count) else {
            erase(key)
            return false
        }
        order += 1
        // Safe: the run has room for the header and all bytes.
        unsafe bytes.withUnsafeBytes { source in
            if let start = source.baseAddress {
                unsafe memory.advanced(by: place + Run.header).copyMemory(from: start, byteCount: source.count)
            }
        }
        store(UInt32(truncatingIfNeeded: bytes.count), at: place + Run.count)
        store(key, at: place + Run.key)
        store(order, at: place + Run.order)
        store(Checksum.of(bytes, key, order), at: place + Run.checksum)
        publish(Run.valid, at: place + Run.state)
        places[key] = place
        if let before { release(before) }
        return true
    }

    /// Forgets the record of a key.
    package func erase(_ key: UInt64) {
        if let place = places.removeValue(forKey: key) { release(place) }
    }

    /// How many records there are.
    package var count: Int { places.count }

    // MARK: - Runs

    private func reserve(_ count: Int) -> Int? {
        var logarithm = 0
        while Self.cell << logarithm < count { logarithm += 1 }
        guard logarithm <= Self.maximumLogarithm else { return nil }
        if let place = free[logarithm].popLast() { return place }
        // Safe: the header lies in the file.
        let used = Int(unsafe memory.load(fromByteOffset: Header.cells, as: UInt32.self))
        let place = used * Self.cell
        let end = place + Self.cell << logarithm
        guard end <= Self.reach else { return nil }
        if end > size { guard (try? grow(to: end + Self.step)) != nil else { return nil } }
        store(UInt32(1 << logarithm), at: place + Run.cells)
        publish(UInt32(truncatingIfNeeded: end / Self.cell), at: Header.cells)
        return place
    }

    private func release(_ place: Int) {
        publish(0, at: place + Run.state)
        // Safe: the run lies in the file.
        let cells = Int(unsafe memory.load(fromByteOffset: place + Run.cells, as: UInt32.self))
        free[cells.trailingZeroBitCount].append(place)
    }

    private func grow(to wanted: Int) throws(Errno) {
        let wanted = min(wanted, Self.reach)
        guard ftruncate(descriptor.number, off_t(wanted)) == 0 else { throw Errno(code: errno) }
        size = wanted
    }

    private func store<Value: BitwiseCopyable>(_ value: Value, at offset: Int) {
        precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= size, "a ledger writes within its file")
        // Safe: the precondition proved that the value lies within the mapped file.
        unsafe memory.storeBytes(of: value, toByteOffset: offset, as: Value.self)
    }

    private func publish(_ value: UInt32, at offset: Int) {
        precondition(offset >= 0 && offset + 4 <= size, "a ledger writes within its file")
        // Safe: the precondition proved that the word lies within the mapped file; every offset is a multiple of four.
        unsafe linux_publish(memory.advanced(by: offset).assumingMemoryBound(to: UInt32.self), value)
    }
}

extension Ledger {
    /// Where in the header of the file what lies.
    enum Header {
        static let version = 8
        static let mark = 12
        static let starts = 16
        static let cells = 20
    }

    /// Where in a run what lies.
    enum Run {
        static let state = 0
        static let cells = 4
        static let count = 8
        static let key = 16
        static let order = 24
        static let checksum = 32
        static let header = 40
        /// The state of a run that holds a record.
        static let valid: UInt32 = 0x5265_6331
    }

    /// Tells what was written whole from what was not; no protection against people.
    enum Checksum {
        static func of(_ bytes: [UInt8], _ key: UInt64, _ order: UInt64) -> UInt64 {
            var sum = mix(key ^ 0x9E37_79B9_7F4A_7C15, order ^ UInt64(bytes.count))
            // Safe: whole words are read only as far as there are eight bytes.
            unsafe bytes.withUnsafeBytes { source in
                var offset = 0
                while offset + 8 <= source.count {
                    sum = mix(sum, unsafe source.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                    offset += 8
                }
                while offset < source.count {
                    sum = mix(sum, UInt64(unsafe source[offset]))
                    offset += 1
                }
            }
            return sum
        }

        private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
            let (high, low) = (a ^ b).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
            return high ^ low ^ b
        }
    }
}
