// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Synchronization
internal import Wire

/// How many connections there may be, of one subscriber and altogether, and how often a subscriber may shake hands.
///
/// A subscriber is an IPv4 address or an IPv6 /64. There is one of these for all listeners; it is asked when a connection
/// begins and when it ends, and never for a packet.
package final class ConnectionLimits: Sendable {
    /// Zero is no limit.
    struct Limits: Hashable, Sendable {
        var connections = 0
        var connectionsPerSubscriber = 0
        var handshakesPerSecond = 0
    }

    /// One connection's place, given back when the last reference to it is let go.
    final class Place: Sendable {
        private let limits: ConnectionLimits
        private let subscriber: IPAddress?

        fileprivate init(_ limits: ConnectionLimits, _ subscriber: IPAddress?) {
            (self.limits, self.subscriber) = (limits, subscriber)
        }

        deinit { limits.give(subscriber) }
    }

    /// A subscriber may be many people behind one address, who all come back at once after their network did.
    private static let burst = 10

    private struct State {
        var limits = Limits()
        var total = 0
        var counts: [IPAddress: Int] = [:]
        var handshakes = AddressRates(1, every: .seconds(1), burst: burst)
    }

    private let state = Mutex(State())

    /// What the whole process may take.
    let memory: MemoryBudget

    package init(memory: MemoryBudget = MemoryBudget()) { self.memory = memory }

    /// Applies from the next connection on; those that are there stay.
    func limit(to limits: Limits) {
        state.withLock { state in
            guard limits != state.limits else { return }
            state.limits = limits
            let rate = min(max(1, limits.handshakesPerSecond), 1_000_000)
            state.handshakes = AddressRates(rate, every: .seconds(1), burst: rate * Self.burst)
        }
    }

    /// A place for one more connection; nil when there is none.
    ///
    /// - Parameter client: Who has come; nil where it is a proxy that many come through.
    func admit(_ client: IPAddress?) -> Place? {
        guard !memory.isExhausted else { return nil }
        let subscriber = client?.unmapped.subscriber
        let isAdmitted = state.withLock { state in
            let (limit, own) = (state.limits, subscriber.map { state.counts[$0] ?? 0 } ?? 0)
            guard limit.connections == 0 || state.total < limit.connections,
                subscriber == nil || limit.connectionsPerSubscriber == 0 || own < limit.connectionsPerSubscriber
            else { return false }
            state.total += 1
            if let subscriber { state.counts[subscriber] = own + 1 }
            return true
        }
        return isAdmitted ? Place(self, subscriber) : nil
    }

    /// Counts one more handshake of TLS or DTLS; false when it comes too soon after others, or memory is short.
    func mayShakeHands(_ client: IPAddress, now: Instant) -> Bool {
        guard !memory.isShort else { return false }
        return state.withLock { state in
            state.limits.handshakesPerSecond == 0 || state.handshakes.take(client.unmapped, now: now) == nil
        }
    }

    private func give(_ subscriber: IPAddress?) {
        state.withLock { state in
            state.total -= 1
            guard let subscriber, let own = state.counts[subscriber] else { return }
            state.counts[subscriber] = own > 1 ? own - 1 : nil
        }
    }
}

extension ConnectionLimits.Limits {
    /// - Parameter files: How many files the process may open: connections take half of them at most, and leave the
    ///   rest to relayed addresses.
    init(_ settings: Configuration.Settings, files: Int) {
        connections = settings.maxConnections == 0 ? max(64, files / 2) : settings.maxConnections
        connectionsPerSubscriber = settings.maxConnectionsPerAddress
        handshakesPerSecond = settings.handshakeRate
    }
}
