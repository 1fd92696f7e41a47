// SPDX-License-Identifier: Apache-2.0

/// The slots in which something changed that another process would have to know; each once.
@usableFromInline
struct Changes: ~Copyable {
    @usableFromInline
    var slots: [UInt32] = []
    private var isNoted: [Bool] = []

    init() {}

    @inlinable
    var isEmpty: Bool { slots.isEmpty }

    mutating func note(_ slot: UInt32) {
        while isNoted.count <= Int(slot) { isNoted.append(false) }
        guard !isNoted[Int(slot)] else { return }
        isNoted[Int(slot)] = true
        slots.append(slot)
    }

    mutating func next() -> UInt32? {
        guard let slot = slots.popLast() else { return nil }
        isNoted[Int(slot)] = false
        return slot
    }
}
