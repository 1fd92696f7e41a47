// SPDX-License-Identifier: Apache-2.0

internal import Addresses
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
        let addresses = Self.addresses(settings)
        for (index, address) in addresses.enumerated() {
            let name = host ?? settings.publicHost ?? Self.certified(settings, address) ?? "\(address)"
            func add(_ transport: Transport, _ port: UInt16) {
                let target = Target(transport: transport, endpoint: Endpoint(address, port), host: name)
                if !targets.contains(target) { targets.append(target) }
            }
            if settings.servesUDP { add(.udp, settings.listeningPort) }
            // What differs between two addresses of a family is whether they are served at all.
            guard !addresses[..<index].contains(where: { $0.family == address.family }) else { continue }
            if settings.servesTCP { add(.tcp, settings.listeningPort) }
            guard settings.hasCertificate else { continue }
            if settings.servesTLS { add(.tls, settings.tlsListeningPort) }
            if settings.servesDTLS, settings.servesUDP { add(.dtls, settings.tlsListeningPort) }
            guard let port = settings.webTLSPort, settings.servesWeb(at: address) else { continue }
            if settings.servesTLS { add(.tls, port) }
            if settings.servesWebUDP { add(.udp, port) }
            if settings.servesWebUDP, settings.servesDTLS { add(.dtls, port) }
        }
    }

    /// Where the server listens: for a wildcard every address that others can reach, before loopback.
    private static func addresses(_ settings: Settings) -> [IPAddress] {
        let own = (try? Host.addresses()) ?? []
        let listening = settings.listeningAddresses
        return [IPAddress.Family.v4, .v6].flatMap { family in
            let named = listening.filter { $0.family == family }
            let isEverywhere = listening.isEmpty || named.contains(where: \.isUnspecified)
            guard isEverywhere else { return named }
            let here = own.filter { $0.family == family }
            let others = here.filter { !$0.isLocalOnly }
            let reachable = others.filter { $0.isPublic } + others.filter { !$0.isPublic }
            // A machine without any network is asked over loopback, and no other.
            let isAlone = own.allSatisfy(\.isLocalOnly)
            return isAlone && family == .v4 ? here.filter { $0 == .loopbackV4 } : reachable
        }
    }

    /// The name in the certificate, for want of anybody who says what clients ask for; nil where it is good for the address.
    private static func certified(_ settings: Settings, _ address: IPAddress) -> String? {
        guard let path = settings.certificate,
            let identity = try? Identity(
                certificate: path, key: settings.privateKey ?? path, password: settings.privateKeyPassword),
            !identity.certificate.isGood(for: "\(address)")
        else { return nil }
        return identity.certificate.names.first { !$0.hasPrefix("*") }
    }
}

extension Settings {
    /// Whether anything is served over TLS: with the operator's certificate, or with one that the server makes itself.
    var hasCertificate: Bool { certificate != nil || webTLSPort != nil }

    fileprivate func servesWeb(at address: IPAddress) -> Bool {
        webListeningAddresses.isEmpty || webListeningAddresses.contains(address)
            || webListeningAddresses.contains { $0.isUnspecified && $0.family == address.family }
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
