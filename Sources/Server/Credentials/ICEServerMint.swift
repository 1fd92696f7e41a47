// SPDX-License-Identifier: Apache-2.0

package import Configuration
package import Signaling
internal import TURN
package import Wire

/// Makes the `iceServers` that a browser is given: the addresses of this server and credentials of one's own.
package struct ICEServerMint: Sendable {
    private let settings: Configuration.Settings
    let secret: [UInt8]
    private let lifetime: Duration
    /// Told whose credentials are worth nothing any more, and until when the last of them would have been good.
    var onWithdrawal: @Sendable (_ name: String, _ until: UnixTime) -> Void = { _, _ in }
    /// Told who is in which room and where each is to be reached.
    var onScope: @Sendable (ScopeChange) -> Void = { _ in }

    /// - Parameters:
    ///   - secret: One of the relay's TURN REST secrets.
    ///   - lifetime: How long credentials are good; whole seconds.
    package init(_ settings: Configuration.Settings, secret: [UInt8], lifetime: Duration) {
        (self.settings, self.secret, self.lifetime) = (settings, secret, lifetime)
    }

    /// STUN and TURN on `host`, with credentials for `name`.
    ///
    /// - Parameter host: A DNS name, or an address; IPv6 with or without brackets.
    package func servers(for name: String, at host: String, now: UnixTime) -> ICEServers {
        servers(for: name, at: host, now: now, until: now + lifetime)
    }

    /// The same, good until `end`.
    func servers(for name: String, at host: String, now: UnixTime, until end: UnixTime) -> ICEServers {
        let urls = relayURLs(host)
        guard !settings.stunOnly, !urls.isEmpty else { return withoutRelay(at: host, now: now) }
        let expiry = UnixTime(seconds: end.seconds)
        let credential = credential(for: name, until: expiry)
        let relay = ICEServers.Server(
            urls: urls, username: credential.username, credential: credential.password)
        return ICEServers(servers: [stun(host), relay], expiresAt: expiry)
    }

    /// Takes back whatever credentials `name` was given.
    func withdraw(_ name: String, now: UnixTime) {
        onScope(.left(name: name))
        onWithdrawal(name, now + lifetime)
    }

    /// A credential alone, good until `expiry`.
    func credential(for name: String, until expiry: UnixTime) -> RESTCredential {
        RESTCredential(name: name, expiry: expiry, secret: secret, separator: settings.restSeparator)
    }

    /// STUN alone, for whom no credentials are made.
    package func withoutRelay(at host: String, now: UnixTime) -> ICEServers {
        ICEServers(servers: [stun(host)], expiresAt: UnixTime(seconds: (now + lifetime).seconds))
    }

    private func stun(_ host: String) -> ICEServers.Server {
        // Another host that relays answers STUN at the same place.
        if let other = settings.relayURLs.first { return ICEServers.Server(urls: ["stun:\(other.authority)"]) }
        return ICEServers.Server(urls: ["stun:\(Self.bracketed(host)):\(settings.listeningPort)"])
    }

    /// A URL for each way in that is served (RFC 7065), few, because browsers gather from every one.
    ///
    /// TLS only with the operator's certificate: a browser cannot ask whether another is to be trusted here. At the port
    /// of HTTPS where there is one, since that is the port that firewalls let out.
    private func relayURLs(_ host: String) -> [String] {
        guard settings.relayURLs.isEmpty else { return settings.relayURLs.map(\.text) }
        let host = Self.bracketed(host)
        var urls: [String] = []
        if settings.servesUDP { urls.append("turn:\(host):\(settings.listeningPort)?transport=udp") }
        if settings.servesTCP { urls.append("turn:\(host):\(settings.listeningPort)?transport=tcp") }
        if settings.certificate != nil, settings.servesTLS {
            urls.append("turns:\(host):\(settings.webTLSPort ?? settings.tlsListeningPort)?transport=tcp")
        }
        return urls
    }

    private static func bracketed(_ host: String) -> String {
        host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    }
}
