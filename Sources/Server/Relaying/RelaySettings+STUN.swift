// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import TURN
internal import Wire

// What the settings of STUN alone mean for the relay.

extension Discovery {
    /// The pairs of addresses and ports that NAT behaviour is discovered with (RFC 5780 §6).
    static func all(in settings: Configuration.Settings) -> [Discovery] {
        settings.discoveryAddresses.flatMap { first, second in
            [
                (settings.listeningPort, settings.discoveryPort),
                (settings.tlsListeningPort, settings.discoveryTLSPort),
            ].compactMap { ports in
                Discovery(addresses: .init(first, second), ports: .init(ports.0, ports.1))
            }
        }
    }

    /// Where it is served besides the ordinary ports.
    static func endpoints(in settings: Configuration.Settings, port: UInt16) -> [Endpoint] {
        settings.discoveryAddresses.flatMap { [Endpoint($0.first, port), Endpoint($0.second, port)] }
    }
}

extension Alternate {
    /// Where clients are sent, by the transport that they came over.
    static func all(in settings: Configuration.Settings) -> [Alternate] {
        let lists: [(Transport, [AlternateServer])] = [
            (.udp, settings.alternateServers + settings.udpAlternateServers),
            (.tcp, settings.alternateServers + settings.tcpAlternateServers),
            (.tls, settings.tlsAlternateServers), (.dtls, settings.tlsAlternateServers),
        ]
        return lists.flatMap { transport, servers in
            servers.map { server in
                let port = server.port ?? (transport == .tls || transport == .dtls ? 5349 : 3478)
                return Alternate(transport, Endpoint(server.address, port), domain: server.domain)
            }
        }
    }
}

extension Configuration.Settings.DefaultFamily {
    /// Nil for the client's own.
    var family: IPAddress.Family? {
        switch self {
        case .ipv4: .v4
        case .ipv6: .v6
        case .keep: nil
        }
    }
}
