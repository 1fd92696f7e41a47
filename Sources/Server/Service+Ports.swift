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

    /// Everything that the settings have this server listen at, but for what is the operator's alone.
    package func entrances() throws(ServiceFailure) -> [Entrance] {
        var absence: String?
        if certificate == nil { certificate = try presentCertificate(absence: &absence) }
        let relay = try relaySettings().listeners
        var entrances = (relay.datagrams + relay.spareDatagrams).map {
            Entrance(kind: .datagrams, endpoint: $0, purpose: "STUN and TURN")
        }
        entrances += relay.streams.map { Entrance(kind: .streams, endpoint: $0, purpose: "STUN and TURN") }
        entrances += relay.proxied.map { Entrance(kind: .proxied, endpoint: $0, purpose: "TURN behind a proxy") }
        let secure = certificate == nil ? nil : settings.webTLSPort
        for (port, purpose) in [(settings.webPort, "web"), (secure, "web and TURN over TLS")] {
            guard let port else { continue }
            entrances += settings.webAddresses.map {
                Entrance(kind: .web, endpoint: Endpoint($0, port), purpose: purpose)
            }
        }
        return entrances
    }

    /// Closes what the process before this one kept open and nobody is to come in at any more.
    func releaseEntrances() throws(ServiceFailure) {
        guard let inheritance = handover?.inheritance else { return }
        let wanted = try entrances()
        inheritance.release { transport, endpoint in
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
    package func openForSuccessor(_ supervisor: Supervisor) throws(ServiceFailure) -> [Entrance] {
        let first = PortHolder.firstUnprivileged
        guard settings.names(portBelow: first) else { return [] }
        let wanted = try entrances().filter { $0.endpoint.port > 0 && $0.endpoint.port < first }
        let opened = wanted.filter { entrance in
            let holders = PortHolder.all(of: entrance.endpoint.port, entrance.transport)
            guard !holders.contains(where: { $0.local == entrance.endpoint }), let bag = try? open(entrance) else {
                return false
            }
            supervisor.keep([bag.descriptor.number], named: Keeper.opened)
            return true
        }
        supervisor.waitUntilHeard()
        return opened
    }

    /// The sockets of an entrance as the service would have opened them.
    private func open(_ entrance: Entrance) throws -> Kept {
        let endpoint = entrance.endpoint
        let relay = try relaySettings()
        let workers = relay.workerCount
        switch entrance.kind {
        case .datagrams: return try ListenerGroup(at: endpoint, for: workers, buffer: relay.listenerBuffer).bag()
        case .streams, .proxied: return try StreamDoors(entrance.kind, at: endpoint, for: workers).bag()
        case .web:
            let socket = try Listener.open(at: endpoint)
            let bag = try Bag()
            try bag.fill([socket.number], label: BagLabel.listeners(.web, endpoint).bytes)
            return Kept(try bag.end())
        }
    }
}

extension Configuration.Settings {
    /// Where the web is served: at every address of the host where none is named.
    var webAddresses: [IPAddress] { webListeningAddresses.isEmpty ? [.anyV4, .anyV6] : webListeningAddresses }

    /// Whether any port of a listener lies below a bound; quick, and true once too often at most.
    fileprivate func names(portBelow bound: UInt16) -> Bool {
        let ports = [
            listeningPort, tlsListeningPort, webPort, webTLSPort, tcpProxyPort, discoveryPort, discoveryTLSPort,
        ]
        return ports.contains { $0.map { $0 > 0 && $0 < bound } ?? false }
    }
}
