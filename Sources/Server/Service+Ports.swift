// SPDX-License-Identifier: Apache-2.0

internal import Configuration
package import Engine
package import Wire

extension Service {
    /// An address that clients come in at, and what they come for.
    package struct Entrance: Hashable, Sendable {
        let kind: BagLabel.Kind
        package let endpoint: Endpoint
        package var transport: BindFailure.Transport { kind.transport }
        /// In words.
        package let purpose: String
    }

    /// Everything that the settings have this server listen at, but for what is the operator's alone. Whether there is a
    /// certificate in the file that they name is not asked.
    package var entrances: [Entrance] {
        let isSecure = settings.certificate != nil || settings.webTLSPort != nil
        let relay = RelayService.Settings.listeners(
            settings, overTLS: isSecure && settings.servesTLS, overDTLS: isSecure && settings.servesDTLS)
        var entrances = (relay.datagrams + relay.spareDatagrams).map {
            Entrance(kind: .datagrams, endpoint: $0, purpose: "STUN and TURN")
        }
        entrances += relay.streams.map { Entrance(kind: .streams, endpoint: $0, purpose: "STUN and TURN") }
        entrances += relay.proxied.map { Entrance(kind: .proxied, endpoint: $0, purpose: "TURN behind a proxy") }
        for (port, purpose) in [(settings.webPort, "web"), (settings.webTLSPort, "web and TURN over TLS")] {
            guard let port else { continue }
            entrances += settings.webAddresses.map {
                Entrance(kind: .web, endpoint: Endpoint($0, port), purpose: purpose)
            }
        }
        return entrances
    }

    /// Where the operator's monitoring comes in; nil where it does not.
    var metricsEntrance: Entrance? {
        guard settings.prometheus else { return nil }
        return Entrance(
            kind: .metrics, endpoint: Endpoint(settings.prometheusAddress, settings.prometheusPort), purpose: "metrics")
    }

    /// Everything that is listened at over UDP and TCP.
    private var allEntrances: [Entrance] { entrances + [metricsEntrance].compactMap(\.self) }

    /// Closes what the process before this one kept open and nobody is to come in at any more.
    func releaseEntrances() {
        let wanted = allEntrances
        handover?.inheritance?.release { transport, endpoint in
            wanted.contains { $0.transport == transport && $0.endpoint == endpoint }
        }
    }

    /// Opens those entrances that a process without a privilege cannot, and leaves them with the supervisor for the
    /// service that starts after this process: it finds them as if it had opened them itself.
    ///
    /// What the service before it kept open is not opened twice, and what somebody else has is left for the service to
    /// complain about.
    ///
    /// - Returns: What was opened.
    package func openForSuccessor(_ supervisor: Supervisor) -> [Entrance] {
        let first = PortHolder.firstUnprivileged
        let wanted = allEntrances.filter { $0.endpoint.port > 0 && $0.endpoint.port < first }
        let opened = wanted.filter { entrance in
            let holders = PortHolder.all(of: entrance.endpoint.port, entrance.transport)
            guard !holders.contains(where: { $0.local == entrance.endpoint }), let bag = try? open(entrance) else {
                return false
            }
            supervisor.keep([bag.descriptor.number], named: Keeper.opened)
            return true
        }
        if !opened.isEmpty { supervisor.waitUntilHeard() }
        return opened
    }

    /// The sockets of an entrance as the service would have opened them.
    private func open(_ entrance: Entrance) throws -> Kept {
        let endpoint = entrance.endpoint
        let workers = PortShares.split([settings.relayPorts], among: settings.workerCount).count
        switch entrance.kind {
        case .datagrams:
            let buffer = RelayService.Settings.listenerBuffer(settings.socketBufferSize)
            return try ListenerGroup(at: endpoint, for: workers, buffer: buffer).bag()
        case .streams, .proxied: return try StreamDoors(entrance.kind, at: endpoint, for: workers).bag()
        case .web, .metrics:
            let socket = try Listener.open(at: endpoint)
            let bag = try Bag()
            try bag.fill([socket.number], label: BagLabel.listeners(entrance.kind, endpoint).bytes)
            return Kept(try bag.end())
        }
    }
}

extension Configuration.Settings {
    /// Where the web is served: at every address of the host where none is named.
    var webAddresses: [IPAddress] { webListeningAddresses.isEmpty ? [.anyV4, .anyV6] : webListeningAddresses }

    /// How many threads are to relay.
    fileprivate var workerCount: Int { workers == 0 ? Host.processors : workers }
}
