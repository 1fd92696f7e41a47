// SPDX-License-Identifier: Apache-2.0
internal import TLS
internal import TURN
internal import Wire

/// The ClientHellos that are being put together, a fixed number at a time, of clients whose cookies were good.
///
/// An honest client's fragments come one behind the other, so few are needed. One address cannot have them all.
struct HelloAssemblies {
    private static let limit = 128
    private static let limitPerAddress = 8

    /// The oldest first.
    private var all: [(flow: Flow, assembly: HelloAssembly)] = []

    var isEmpty: Bool { all.isEmpty }

    /// Begins one, in place of what the same client had begun. Where there are too many the oldest gives way.
    ///
    /// - Returns: All of it, where the first datagram was all.
    mutating func begin(
        _ first: Span<UInt8>, _ random: ClientHello.Random, from flow: Flow, now: Instant
    ) -> [UInt8]? {
        if let index = all.firstIndex(where: { $0.flow == flow }) {
            // The same fragment again.
            guard all[index].assembly.random != random else { return nil }
            all.remove(at: index)
        }
        guard let assembly = HelloAssembly(beginningWith: first, random, now: now) else { return nil }
        if let whole = assembly.whole { return whole }
        if all.count(where: { $0.flow.client.address == flow.client.address }) >= Self.limitPerAddress,
            let oldest = all.firstIndex(where: { $0.flow.client.address == flow.client.address })
        {
            all.remove(at: oldest)
        }
        if all.count >= Self.limit { all.removeFirst() }
        all.append((flow, assembly))
        return nil
    }

    /// Adds a datagram to what its client has begun.
    ///
    /// - Returns: All of it, and what names it, where this was the last.
    mutating func complete(
        with datagram: Span<UInt8>, from flow: Flow
    ) -> (hello: [UInt8], random: ClientHello.Random)? {
        guard !all.isEmpty, let index = all.firstIndex(where: { $0.flow == flow }) else { return nil }
        all[index].assembly.take(datagram)
        guard let whole = all[index].assembly.whole else { return nil }
        return (whole, all.remove(at: index).assembly.random)
    }

    /// Lets go of what was not completed in time.
    mutating func expire(now: Instant) { all.removeAll { now - $0.assembly.began >= HelloAssembly.patience } }
}
