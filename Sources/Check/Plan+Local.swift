// SPDX-License-Identifier: Apache-2.0

package import Configuration
package import Engine
internal import TLS
internal import Wire

extension Checkup.Plan {
    /// The server that this configuration is for, asked at this machine's own addresses.
    ///
    /// - Parameters:
    ///   - host: The name that clients use, where the configuration does not say.
    ///   - authorities: A PEM file of those to trust; nil for the system's.
    package init(_ verdict: Verdict, path: String?, host: String?, authorities: String?) {
        self.init()
        self.verdict = verdict
        configurationPath = path
        self.host = host
        if let authorities { trust = .authorities(path: authorities) }
        guard let settings = verdict.settings else { return }
        if let secret = settings.restSecrets.first {
            credentials = .secret(secret, separator: settings.restSeparator)
        } else if let user = settings.users.first, case .password(let password) = user.credential {
            credentials = .account(name: user.name, password: password)
        }
        for address in Self.addresses(settings) {
            let name = host ?? settings.publicHost ?? "\(address)"
            func add(_ transport: Transport, _ port: UInt16) {
                let target = Target(transport: transport, endpoint: Endpoint(address, port), host: name)
                if !targets.contains(target) { targets.append(target) }
            }
            if settings.servesUDP { add(.udp, settings.listeningPort) }
            if settings.servesTCP { add(.tcp, settings.listeningPort) }
            guard settings.certificate != nil else { continue }
            if settings.servesTLS { add(.tls, settings.tlsListeningPort) }
            if settings.servesTLS, let port = settings.webTLSPort { add(.tls, port) }
            if settings.servesDTLS, settings.servesUDP { add(.dtls, settings.tlsListeningPort) }
        }
    }

    /// Where the server listens, an address of each family: for a wildcard one that others can reach, before loopback.
    private static func addresses(_ settings: Settings) -> [IPAddress] {
        let own = (try? Host.addresses()) ?? []
        let listening = settings.listeningAddresses
        return [IPAddress.Family.v4, .v6].compactMap { family in
            let named = listening.filter { $0.family == family }
            if let address = named.first(where: { !$0.isUnspecified }) { return address }
            guard listening.isEmpty || !named.isEmpty else { return nil }
            let here = own.filter { $0.family == family }
            return here.first { !$0.isLocalOnly } ?? (family == .v4 ? here.first { $0 == .loopbackV4 } : nil)
        }
    }
}

extension Checkup.Plan {
    /// A server anywhere, named by a URI; throws why its host has no address.
    package init(
        _ uri: ServerURI, credentials: Checkup.Credentials, host: String?, authorities: String?
    ) throws(Host.LookupFailure) {
        self.init()
        self.credentials = credentials
        if let authorities { trust = .authorities(path: authorities) }
        self.host = host
        let found: [IPAddress] =
            if let address = IPAddress(uri.host) { [address] } else { try Host.addresses(of: uri.host) }
        for family in [IPAddress.Family.v4, .v6] {
            guard let address = found.first(where: { $0.family == family }) else { continue }
            for transport in uri.transports {
                targets.append(
                    Target(transport: transport, endpoint: Endpoint(address, uri.port), host: host ?? uri.host))
            }
        }
    }
}
