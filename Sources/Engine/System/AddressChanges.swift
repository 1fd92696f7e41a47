// SPDX-License-Identifier: Apache-2.0
package import Addresses
internal import CLinux
internal import Wire

/// Tells a loop what addresses the host has, whenever that has changed.
package final class AddressChanges: Source {
    private unowned let loop: Loop
    private var descriptor: Descriptor?
    private let changed: (HostAddresses) -> Void
    private var timer: Timer?
    private var last: HostAddresses
    private var nextLook: Instant

    /// Changes come in swarms: after each look at them comes a pause.
    private static let pause = Duration.milliseconds(20)
    /// How often is looked where the kernel does not tell.
    private static let interval = Duration.seconds(5)

    /// - Parameters:
    ///   - known: What was known when it was looked at last.
    ///   - changed: Told what there is now; at once, if it is not what was known.
    package init(
        since known: HostAddresses, on loop: Loop, changed: @escaping (HostAddresses) -> Void
    ) throws(Errno) {
        (self.loop, self.changed, last) = (loop, changed, known)
        nextLook = loop.now.instant
        descriptor = try? Descriptor(checking: linux_watch_routing())
        timer = Timer(on: loop) { [unowned self] in look() }
        if let number = descriptor?.number { try loop.add(self, descriptor: number, for: .readable) }
        look()
    }

    /// Whether changes are noticed at once, and not within seconds.
    package var isPrompt: Bool { descriptor?.number != nil }

    package func ready(_ events: Events, token: Int) {
        guard let number = descriptor?.number, linux_has_routing_changed(number) != 0 else { return }
        if loop.now.instant >= nextLook { look() } else { timer?.arm(at: nextLook) }
    }

    private func look() {
        nextLook = loop.now.instant + Self.pause
        timer?.arm(at: isPrompt ? nil : loop.now.instant + Self.interval)
        guard let host = try? Host.ownAddresses(), host != last else { return }
        last = host
        changed(host)
    }
}
