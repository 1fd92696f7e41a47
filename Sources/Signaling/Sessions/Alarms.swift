// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// Who wants to be woken when: a binary heap by instant.
///
/// An alarm is never moved: whoever is woken too early looks at the time and sets a new one.
struct Alarms<Key: Hashable>: ~Copyable {
    private var heap: [(at: Instant, key: Key)] = []

    /// The earliest alarm.
    var next: Instant? { heap.first?.at }

    mutating func set(_ key: Key, at instant: Instant) {
        heap.append((instant, key))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].at < heap[parent].at else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out one alarm that is due.
    mutating func due(_ now: Instant) -> (at: Instant, key: Key)? {
        guard let first = heap.first, first.at <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].at < heap[least].at {
                least = child
            }
            guard least != parent else { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
