// SPDX-License-Identifier: Apache-2.0

/// Numbered places for values of one kind, made in blocks that never move and used again when given back.
///
/// Growing costs one block and copies nothing, so that no packet waits for it.
@safe
struct Slab<Element: ~Copyable>: ~Copyable {
    private var blocks: [UnsafeMutablePointer<Element>] = unsafe []
    private var free: [UInt32] = []
    private let blank: () -> Element

    private static var blockBits: Int { 6 }
    private static var blockSize: Int { 1 << blockBits }

    /// - Parameter blank: What a place holds before it is first used.
    init(blank: @escaping () -> Element) { self.blank = blank }

    deinit {
        for index in unsafe blocks.indices {
            // Safe: every block was allocated and wholly initialised by `grow`, and nobody else has it.
            unsafe blocks[index].deinitialize(count: Self.blockSize)
            unsafe blocks[index].deallocate()
        }
    }

    /// How many places there are, used or not.
    var capacity: Int { unsafe blocks.count * Self.blockSize }

    /// How many places are in use.
    var count: Int { capacity - free.count }

    /// A place that is not in use; it holds what was left there, or the blank.
    mutating func take() -> UInt32 {
        if free.isEmpty { grow() }
        return free.removeLast()
    }

    /// Gives back a place that `take` returned.
    mutating func give(_ place: UInt32) { free.append(place) }

    /// The element where it lies: reading one of its fields reads that field alone.
    subscript(place: UInt32) -> Element {
        @inline(__always)
        unsafeAddress { unsafe UnsafePointer(pointer(to: place)) }
        @inline(__always)
        unsafeMutableAddress { unsafe pointer(to: place) }
    }

    @inline(__always)
    private func pointer(to place: UInt32) -> UnsafeMutablePointer<Element> {
        // Safe: the array checks that the block exists, the mask keeps the rest inside it.
        unsafe blocks[Int(place) >> Self.blockBits] + Int(place) & (Self.blockSize - 1)
    }

    private mutating func grow() {
        let first = UInt32(capacity)
        let block = UnsafeMutablePointer<Element>.allocate(capacity: Self.blockSize)
        // Safe: every place of the block that was just allocated is written once.
        for offset in 0..<Self.blockSize { unsafe (block + offset).initialize(to: blank()) }
        unsafe blocks.append(block)
        // Room for every place there is, so that giving back never allocates.
        free.reserveCapacity(capacity)
        for offset in (0..<UInt32(Self.blockSize)).reversed() { free.append(first + offset) }
    }
}
