// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Synchronization

/// Ends a loop from any thread.
package final class Stopper: Sendable {
    private let stopped = Atomic(false)
    private let wake: Descriptor

    init() throws(Errno) { wake = try Descriptor(checking: linux_eventfd()) }

    var descriptor: Int32 { wake.number }

    package var isStopped: Bool { stopped.load(ordering: .acquiring) }

    /// The loop finishes its turn and returns from `run()`.
    package func stop() {
        stopped.store(true, ordering: .releasing)
        linux_eventfd_signal(wake.number)
    }
}

extension Stopper: Source {
    package func ready(_ events: Events, token: Int) { linux_eventfd_clear(wake.number) }
}
