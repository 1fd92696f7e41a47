// SPDX-License-Identifier: Apache-2.0
internal import Engine

/// The descriptors of many allocations, spread over small bags: when one comes or goes, one bag is filled anew.
struct BagShelf {
    /// Allocations in a bag, each with its relay sockets and perhaps a stream. Small enough to be filled anew in some
    /// microseconds, large enough that few bags are kept.
    private static let size = 64

    private struct Shelved {
        let bag: Bag
        /// What lies in it, by slot; the generation tells a socket from the one before it with the same number.
        var contents: [UInt32: (generation: UInt32, descriptors: [Int32])] = [:]
        var isChanged = false
    }

    private let keep: @Sendable (Kept) -> Void
    private var bags: [Shelved] = []
    private var places: [UInt32: Int] = [:]
    private var changed: [Int] = []
    /// Whether a closed socket is still in a bag, and its port bound with it.
    private(set) var holdsClosed = false

    /// - Parameter keep: Takes the end of every new bag.
    init(keep: @escaping @Sendable (Kept) -> Void) throws(Errno) {
        self.keep = keep
        try addBag()
    }

    /// Puts the descriptors of a slot in, instead of those that it had.
    mutating func put(_ slot: UInt32, _ generation: UInt32, _ descriptors: [Int32]) throws(Errno) {
        let index: Int
        if let place = places[slot] {
            if let now = bags[place].contents[slot], now.generation == generation, now.descriptors == descriptors {
                return
            }
            index = place
        } else {
            index = try roomyBag()
            places[slot] = index
        }
        bags[index].contents[slot] = (generation, descriptors)
        note(index)
    }

    /// Takes the descriptors of a slot out.
    mutating func remove(_ slot: UInt32) {
        guard let index = places.removeValue(forKey: slot) else { return }
        bags[index].contents[slot] = nil
        holdsClosed = true
        note(index)
    }

    /// Fills the bags in which something changed.
    /// - Returns: What the kernel said when it did not take one, which is as it was before and tried again later.
    mutating func settle() -> Errno? {
        var failure: Errno?
        var unsettled: [Int] = []
        for index in changed {
            do throws(Errno) {
                try bags[index].bag.fill(
                    bags[index].contents.values.flatMap(\.descriptors), label: BagLabel.relays.bytes)
                bags[index].isChanged = false
            } catch {
                failure = error
                unsettled.append(index)
            }
        }
        changed = unsettled
        holdsClosed = false
        return failure
    }

    private mutating func note(_ index: Int) {
        guard !bags[index].isChanged else { return }
        bags[index].isChanged = true
        changed.append(index)
    }

    private mutating func roomyBag() throws(Errno) -> Int {
        let roomy = bags.indices.filter { bags[$0].contents.count < Self.size }
        guard let index = roomy.first else {
            try addBag()
            return bags.count - 1
        }
        // There is always another one, which was given to be kept long before it is needed.
        if roomy.count == 1 { try addBag() }
        return index
    }

    private mutating func addBag() throws(Errno) {
        let bag = try Bag()
        keep(Kept(try bag.end()))
        bags.append(Shelved(bag: bag))
    }
}
