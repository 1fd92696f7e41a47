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
    ///
    /// - Parameter known: The addresses of those that are named by a DNS name, so far as they were found.
    static func all(in settings: Configuration.Settings, known: [String: [IPAddress]]) -> [Alternate] {
        let lists: [(Transport, [AlternateServer])] = [
            (.udp, settings.alternateServers + settings.udpAlternateServers),
            (.tcp, settings.alternateServers + settings.tcpAlternateServers),
            (.tls, settings.tlsAlternateServers), (.dtls, settings.tlsAlternateServers),
        ]
        return lists.flatMap { transport, servers in
            servers.flatMap { server in
                let isSecure = transport == .tls || transport == .dtls
                let port = server.port ?? (isSecure ? 5349 : 3478)
                switch server.place {
                case .address(let address):
                    return [Alternate(transport, Endpoint(address, port), domain: server.domain)]
                case .name(let name):
                    // Over TLS the name is what its certificate bears.
                    return (known[name] ?? []).map {
                        Alternate(transport, Endpoint($0, port), domain: server.domain ?? (isSecure ? name : nil))
                    }
                }
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
