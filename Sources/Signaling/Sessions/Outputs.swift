// SPDX-License-Identifier: Apache-2.0

/// What a machine wants done, oldest first.
struct Outputs<Output>: ~Copyable {
    private var queue: [Output] = []
    private var taken = 0

    mutating func append(_ output: Output) { queue.append(output) }

    /// Takes the oldest; the memory is kept for the next turn.
    mutating func next() -> Output? {
        guard taken < queue.count else {
            queue.removeAll(keepingCapacity: queue.capacity <= 1024)
            taken = 0
            return nil
        }
        taken += 1
        return queue[taken - 1]
    }
}
