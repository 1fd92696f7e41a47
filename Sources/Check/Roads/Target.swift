// SPDX-License-Identifier: Apache-2.0

package import Wire

/// How messages travel to a server.
package enum Transport: String, CaseIterable, Hashable, Sendable {
    case udp, tcp, tls, dtls

    var isStream: Bool { self == .tcp || self == .tls }
    var isSecure: Bool { self == .tls || self == .dtls }
}

/// A place where a server is to be found, and over what.
package struct Target: Hashable, Sendable {
    package let transport: Transport
    package let endpoint: Endpoint
    /// What the certificate must be good for: the name that clients use.
    package let host: String

    /// As in `tls 192.0.2.1:443`.
    var name: String { "\(transport.rawValue) \(endpoint)" }

    /// As in `tls 443`: beside an address that was named.
    var shortName: String { "\(transport.rawValue) \(endpoint.port)" }

    /// The host as a URI has it.
    var uriHost: String { host.contains(":") ? "[\(host)]" : host }

    /// What a browser sends as Host: the port is left out where it is that of the scheme.
    var authority: String {
        endpoint.port == (transport == .tls ? 443 : 80) ? uriHost : "\(uriHost):\(endpoint.port)"
    }
}

/// A URI of RFC 7064 or RFC 7065: `stun:`, `turn:` or `turns:`, a host, a port and a transport.
package struct ServerURI: Hashable, Sendable {
    package let host: String
    package let port: UInt16
    /// The transports that it stands for: the one that it names, or all that its scheme allows.
    package let transports: [Transport]

    /// Nil for what is no such URI.
    package init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let scheme = text[..<colon].lowercased()
        guard ["stun", "turn", "stuns", "turns"].contains(scheme) else { return nil }
        let isSecure = scheme.hasSuffix("s")
        var rest = text[text.index(after: colon)...]
        var transports: [Transport] = isSecure ? [.tls, .dtls] : [.udp, .tcp]
        if let mark = rest.firstIndex(of: "?") {
            switch rest[mark...] {
            case "?transport=udp": transports = [isSecure ? .dtls : .udp]
            case "?transport=tcp": transports = [isSecure ? .tls : .tcp]
            default: return nil
            }
            rest = rest[..<mark]
        }
        if rest.hasPrefix("//") { rest = rest.dropFirst(2) }
        var port: UInt16 = isSecure ? 5349 : 3478
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
        } else {
            host = String(rest.prefix { $0 != ":" })
            rest = rest.dropFirst(host.count)
        }
        if rest.hasPrefix(":") {
            guard let number = UInt16(rest.dropFirst()), number > 0 else { return nil }
            port = number
            rest = ""
        }
        guard rest.isEmpty, !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
        self.port = port
        self.transports = transports
    }
}
