// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Synchronization

/// Ends a loop from any thread.
package final class Stopper: Sendable {
    private let stopped = Atomic(false)
    private let counter = Atomic<UInt64>(0)
    private let bell: Descriptor

    init() throws(Errno) { bell = try Descriptor(checking: linux_eventfd()) }

    var descriptor: Int32 { bell.number }

    package var isStopped: Bool { stopped.load(ordering: .acquiring) }

    /// The loop finishes its turn and returns from `run()`.
    package func stop() {
        stopped.store(true, ordering: .releasing)
        wake()
    }

    /// Makes the loop turn once more, whether anything happens or not.
    package func wake() { linux_eventfd_signal(bell.number) }

    /// How many turns the loop has come to the end of.
    package var turns: UInt64 { counter.load(ordering: .relaxed) }

    /// The loop's own thread alone counts, so that nothing has to be locked for it.
    func countTurn() { counter.store(counter.load(ordering: .relaxed) &+ 1, ordering: .relaxed) }
}

extension Stopper: Source {
    package func ready(_ events: Events, token: Int) { linux_eventfd_clear(bell.number) }
}
