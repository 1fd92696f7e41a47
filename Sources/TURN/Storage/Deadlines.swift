// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// Which slot ends next: a heap of deadlines, each moved in place when an allocation is refreshed.
struct Deadlines: ~Copyable {
    private struct Entry {
        var due: Instant
        var slot: UInt32
    }

    private var heap: [Entry] = []
    /// Where each slot stands in the heap; -1: nowhere.
    private var positions: [Int32] = []

    var count: Int { heap.count }

    /// The earliest deadline and whose it is.
    var first: (due: Instant, slot: UInt32)? { heap.first.map { ($0.due, $0.slot) } }

    /// Sets or moves the deadline of a slot.
    mutating func set(_ slot: UInt32, to due: Instant) {
        while positions.count <= Int(slot) { positions.append(-1) }
        let position = Int(positions[Int(slot)])
        if position < 0 {
            heap.append(Entry(due: due, slot: slot))
            positions[Int(slot)] = Int32(heap.count - 1)
            rise(heap.count - 1)
        } else {
            heap[position].due = due
            rise(position)
            sink(position)
        }
    }

    /// Forgets the deadline of a slot, if it has one.
    mutating func clear(_ slot: UInt32) {
        guard Int(slot) < positions.count, positions[Int(slot)] >= 0 else { return }
        let position = Int(positions[Int(slot)])
        positions[Int(slot)] = -1
        let last = heap.removeLast()
        guard position < heap.count else { return }
        heap[position] = last
        positions[Int(last.slot)] = Int32(position)
        rise(position)
        sink(position)
    }

    private mutating func rise(_ start: Int) {
        var index = start
        while index > 0, heap[index].due < heap[(index - 1) / 2].due {
            swap(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in 2 * index + 1..<2 * index + 3 where child < heap.count {
                if heap[child].due < heap[least].due { least = child }
            }
            guard least != index else { return }
            swap(index, least)
            index = least
        }
    }

    private mutating func swap(_ a: Int, _ b: Int) {
        heap.swapAt(a, b)
        positions[Int(heap[a].slot)] = Int32(a)
        positions[Int(heap[b].slot)] = Int32(b)
    }
}
