// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import HTTP
internal import TLS
internal import Wire

/// Under which names this server may be asked for what changes or tells something.
///
/// A page can have the name of its own site lead here (DNS rebinding), and is then of this site to the browser that shows it.
/// What it cannot do is to ask under an address, or under a name that is ours.
struct HostPolicy {
    private var names: Set<String>
    /// The certificate that is shown just now.
    var certificate: () -> Certificate? = { nil }

    /// - Parameter machine: What this machine calls itself.
    init(_ settings: Configuration.Settings, machine: String?) {
        let origins = ([settings.publicURL] + settings.allowedOrigins.map(Optional.some)).compactMap(\.self)
        names = Set(origins.map { Authority.host(of: Self.authority(of: $0)).lowercasedASCII })
        for name in [settings.realm, settings.serverName, machine ?? ""] where !name.isEmpty {
            names.insert(name.lowercasedASCII)
        }
        // How machines are found without a name server (RFC 6762).
        if let label = machine?.split(separator: ".").first { names.insert("\(label.lowercasedASCII).local") }
    }

    /// Whether a request may be served that asked for `authority`.
    ///
    /// Without one it is no browser's. A name of one label is nobody's on the internet.
    func admits(_ authority: String) -> Bool {
        var host = Authority.host(of: authority).lowercasedASCII
        if host.hasSuffix(".") { host.removeLast() }
        guard host.contains("."), !host.hasPrefix("["), IPAddress(host) == nil else { return true }
        return host.hasSuffix(".localhost") || names.contains(host) || certificate()?.isGood(for: host) == true
    }

    /// What stands between `//` and the path of an origin.
    private static func authority(of url: String) -> Substring {
        url.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" }
    }

    /// What is wrong with another name, and what would be right.
    static func complaint(of authority: String) -> String {
        let host = Authority.host(of: authority)
        return "This server is not known as “\(host)”; if it should be, its operator writes public-url=https://\(host)."
    }
}

extension Site {
    /// The answer to who asks under a name that is not ours.
    func misdirected(_ caller: Caller) -> Reply {
        let complaint = HostPolicy.complaint(of: caller.authority)
        log.write(.foreignName, complaint, ["client": .text("\(caller.address)")])
        return .problem(.misdirectedRequest, complaint)
    }
}

extension Route {
    /// Whether pages ask for it; probes have their own ideas of our name.
    var isForBrowsers: Bool { self != .health && self != .readiness }
}
