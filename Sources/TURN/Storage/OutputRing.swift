// SPDX-License-Identifier: Apache-2.0

/// Outputs waiting to be taken, oldest first, in room that was made once.
struct OutputRing: ~Copyable {
    private var places: [Output?]
    private var head = 0
    private(set) var count = 0

    init(capacity: Int) { places = [Output?](repeating: nil, count: capacity) }

    /// How many more fit.
    var room: Int { places.count - count }

    /// Adds an output; the machine makes no more per input than the ring holds.
    mutating func append(_ output: Output) {
        precondition(count < places.count, "outputs are taken after every input")
        places[(head + count) % places.count] = output
        count += 1
    }

    mutating func next() -> Output? {
        guard count > 0 else { return nil }
        let output = places[head]
        places[head] = nil
        head = (head + 1) % places.count
        count -= 1
        return output
    }
}
