// SPDX-License-Identifier: Apache-2.0

/// The rooms that keep something for hearing it again, in the order in which they began to.
///
/// A change costs the same however many rooms there are: who keeps nothing any more is passed over when their turn comes.
struct Keepers {
    private struct Entry {
        var bytes: Int
        /// Tells this time of keeping from an earlier one of the same room.
        let number: Int
    }

    private var entries: [Name: Entry] = [:]
    private var order: [(name: Name, number: Int)] = []
    private var head = 0
    private var lastNumber = 0
    /// Bytes that all of them keep.
    private(set) var total = 0

    /// Places that are held in the order, of rooms that keep nothing any more, too.
    var places: Int { order.count - head }

    /// Counts what a room keeps now.
    mutating func note(_ bytes: Int, of name: Name) {
        total += bytes - (entries[name]?.bytes ?? 0)
        if bytes == 0 {
            entries[name] = nil
        } else if entries[name] != nil {
            entries[name]?.bytes = bytes
        } else {
            lastNumber += 1
            entries[name] = Entry(bytes: bytes, number: lastNumber)
            order.append((name, lastNumber))
        }
        if places > 64, places > 2 * entries.count {
            order = order[head...].filter { entries[$0.name]?.number == $0.number }
            head = 0
        }
    }

    /// Takes out the room that has kept something for longest.
    mutating func takeFirst() -> Name? {
        while head < order.count {
            let (name, number) = order[head]
            head += 1
            guard let entry = entries[name], entry.number == number else { continue }
            entries[name] = nil
            total -= entry.bytes
            return name
        }
        return nil
    }
}
