// SPDX-License-Identifier: Apache-2.0

internal import Addresses
internal import Configuration
internal import Engine
internal import TLS
internal import Wire

/// The certificate that the server shows: the operator's, or where there is none, one of an authority of its own.
struct ServerCertificate {
    let identity: Identity
    /// The authority that issued it, when it is the server's own.
    let authority: TLS.Authority?
    private let settings: Settings

    /// ALPN names of the relay's listeners (RFC 7443 §2).
    static let relayProtocols = ["stun.turn", "stun.nat-discovery"]

    /// Reads or makes the certificate that the settings ask for; nil when they ask for none.
    init?(_ settings: Settings, now: UnixTime) throws(ServiceFailure) {
        self.settings = settings
        if let certificate = settings.certificate {
            authority = nil
            identity = try Self.read(
                certificate, settings.privateKey ?? certificate, password: settings.privateKeyPassword,
                issuers: settings.authorityFile)
        } else if settings.webTLSPort != nil {
            let authority = TLS.Authority(directory: settings.dataDirectory + "/tls")
            do throws(AuthorityProblem) {
                _ = try authority.prepare(for: Self.hosts(settings), now: now)
            } catch {
                throw .authority(error)
            }
            self.authority = authority
            identity = try Self.read(authority.certificatePath, authority.keyPath)
        } else {
            return nil
        }
    }

    /// What HTTPS is served with.
    func webContext() throws(ServiceFailure) -> Context {
        // Whoever comes for STUN and TURN is passed on to the relay. No browser offers their names, so who does means them.
        try context(over: .stream, (settings.servesTLS ? Self.relayProtocols : []) + ["http/1.1"])
    }

    /// What STUN and TURN over TLS and DTLS are served with.
    func relayContexts() throws(ServiceFailure) -> RelayContexts {
        RelayContexts(
            streams: settings.servesTLS ? try context(over: .stream, Self.relayProtocols) : nil,
            datagrams: settings.servesDTLS ? try context(over: .datagrams, Self.relayProtocols) : nil)
    }

    /// What to tell the operator: what clients will not like about the certificate, and how to make them trust it.
    func notices(now: UnixTime) -> [String] {
        let name =
            authority == nil ? "the certificate in “\(identity.certificatePath)”" : "the server's own certificate"
        return identity.certificate.concerns(at: now).map { "\(name) \($0)" } + (authority?.advice ?? [])
    }

    private func context(over carrier: Context.Carrier, _ protocols: [String]) throws(ServiceFailure) -> Context {
        var options = Context.Options()
        options.protocols = protocols
        options.allowsTLS12 = !settings.noTLS12
        options.ciphers = settings.cipherList
        do throws(ContextProblem) {
            return try Context(serving: identity, over: carrier, options)
        } catch {
            throw .context(error)
        }
    }

    private static func read(
        _ certificate: String, _ key: String, password: String? = nil, issuers: String? = nil
    ) throws(ServiceFailure) -> Identity {
        do throws(IdentityProblem) {
            return try Identity(certificate: certificate, key: key, password: password, issuers: issuers)
        } catch {
            throw .identity(error)
        }
    }

    /// Every name and address that this machine may be reached under.
    private static func hosts(_ settings: Settings) -> [String] {
        var hosts = settings.publicHost.map { [$0.filter { $0 != "[" && $0 != "]" }] } ?? []
        if let name = Host.name, name != "localhost" {
            // With the name that mDNS gives it on a home network.
            hosts += name.contains(".") ? [name] : [name, "\(name).local"]
        }
        let addresses = (try? Host.addresses()) ?? []
        hosts += addresses.filter { !$0.isLocalOnly }.map(\.description)
        var seen: Set<String> = []
        return hosts.filter { seen.insert($0).inserted }
    }
}
