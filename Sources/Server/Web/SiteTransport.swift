// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import HTTP
internal import Wire

/// How browsers are brought from HTTP to HTTPS, and kept there.
struct SiteTransport {
    /// Where HTTPS is served; nil where it is not.
    var securePort: UInt16?

    private var publicURL: String?
    private var acmeRedirect: String?
    private let promises: Bool
    private static let year = 31_536_000

    /// - Parameter promises: Whether the certificate is one that strangers' browsers take, so that HTTPS can be promised.
    init(_ settings: Configuration.Settings, promises: Bool) {
        self.promises = promises
        reload(settings)
    }

    /// Takes over what other settings say; the port stays.
    mutating func reload(_ settings: Configuration.Settings) {
        publicURL = settings.publicURL.flatMap { $0.hasPrefix("https://") ? $0 : nil }
        acmeRedirect = settings.acmeRedirect
    }

    /// Where the request is to be made instead; nil when it may be made here.
    ///
    /// This machine itself is not sent away: browsers take HTTP there for safe. Nor are probes, and whoever comes through
    /// a proxy is the proxy's business.
    func redirection(of request: Request, _ caller: Caller) -> String? {
        if let challenge = challenge(request.target.rawPath) { return challenge }
        guard let securePort, caller.scheme == "http", !caller.isProxied else { return nil }
        guard !["/healthz", "/readyz"].contains(request.target.rawPath) else { return nil }
        let host = Authority.host(of: caller.authority)
        guard !Self.isThisMachine(host), !host.isEmpty else { return nil }
        let base =
            publicURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
            ?? "https://\(host)\(securePort == 443 ? "" : ":\(securePort)")"
        return base + request.target.rawPath + request.target.rawQuery
    }

    /// Where a challenge of ACME is answered (RFC 8555 §8.3), by path; nil for every other path, or where it is here.
    private func challenge(_ path: some StringProtocol) -> String? {
        let folder = "/.well-known/acme-challenge/"
        guard let acmeRedirect, path.hasPrefix(folder) else { return nil }
        return acmeRedirect + path.dropFirst(folder.count)
    }

    /// What Strict-Transport-Security says to who asked for `authority` (RFC 6797); nil for nothing.
    ///
    /// Nothing is promised for other ports than 443: the promise holds for every port of the host. Nor for addresses,
    /// where it means nothing (§8.3).
    func promise(to authority: String) -> String? {
        let host = Authority.host(of: authority)
        let address = host.hasPrefix("[") ? IPAddress(host.dropFirst().dropLast()) : IPAddress(host)
        guard promises, securePort == 443, address == nil, !Self.isThisMachine(host) else { return nil }
        return "max-age=\(Self.year)"
    }

    private static func isThisMachine(_ host: String) -> Bool {
        let host = host.lowercasedASCII
        return host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" || host.hasPrefix("127.")
    }
}
