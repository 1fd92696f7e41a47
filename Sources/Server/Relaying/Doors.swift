// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

/// Every socket at which clients come in, of all workers or of one.
struct Doors: Sendable {
    let datagrams: [ListenerGroup]
    let streams: [StreamDoors]
    /// Where a proxy says for whom it speaks, and who is believed.
    let proxied: [StreamDoors]
    let proxies: [AddressRange]
    /// Whether clients over UDP are served with DTLS alone.
    let takesDTLSAlone: Bool
    /// Whether clients over TCP are served with TLS alone.
    let takesTLSAlone: Bool

    /// Opens them, or goes on with those that the process before this one left; `keep` takes them for the next.
    init(
        _ listeners: RelayService.Listeners, for workers: Int, buffer: Int, after inheritance: Inheritance,
        keep: (@Sendable (Kept) -> Void)?
    ) throws(RelayFailure) {
        do {
            datagrams = try listeners.datagrams.map { endpoint throws(BindFailure) in
                let left = inheritance.takeListeners(.udp, at: endpoint)
                return try left.isEmpty
                    ? ListenerGroup(at: endpoint, for: workers, buffer: buffer)
                    : ListenerGroup(adopting: left, at: endpoint, buffer: buffer)
            }
            streams = try listeners.streams.map { endpoint throws(BindFailure) in
                let left = inheritance.takeListeners(.tcp, at: endpoint)
                return try StreamDoors(at: endpoint, for: workers, adopting: left)
            }
            proxied = try listeners.proxied.map { endpoint throws(BindFailure) in
                let left = inheritance.takeListeners(.tcp, at: endpoint)
                return try StreamDoors(.proxied, at: endpoint, for: workers, adopting: left)
            }
        } catch { throw .bind(error) }
        proxies = listeners.proxies
        (takesDTLSAlone, takesTLSAlone) = (listeners.takesDTLSAlone, listeners.takesTLSAlone)
        guard let keep else { return }
        do {
            for group in datagrams { keep(try group.bag()) }
            for doors in streams + proxied { keep(try doors.bag()) }
        } catch { throw .resources(error) }
    }

    /// The part that one of so many workers serves.
    func share(of worker: Int, among workers: Int) -> Self {
        Self(
            of: self, datagrams: datagrams.map { $0.share(of: worker, among: workers) },
            streams: streams.map { $0.share(of: worker, among: workers) },
            proxied: proxied.map { $0.share(of: worker, among: workers) })
    }

    private init(of all: Doors, datagrams: [ListenerGroup], streams: [StreamDoors], proxied: [StreamDoors]) {
        (self.datagrams, self.streams, self.proxied) = (datagrams, streams, proxied)
        proxies = all.proxies
        (takesDTLSAlone, takesTLSAlone) = (all.takesDTLSAlone, all.takesTLSAlone)
    }
}
