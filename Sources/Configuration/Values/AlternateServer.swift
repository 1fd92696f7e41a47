// SPDX-License-Identifier: Apache-2.0

package import Wire

/// A server that clients are sent to.
package struct AlternateServer: Hashable, Sendable {
    /// An address, or a DNS name in lower case that is looked up.
    package enum Place: Hashable, Sendable {
        case address(IPAddress)
        case name(String)
    }

    package let place: Place
    /// Nil for the standard port of the transport.
    package let port: UInt16?
    /// The name in its certificate, lower case.
    package let domain: String?
}

extension ValueType where Value == AlternateServer {
    static let alternateServer = Self(
        name: "host", expected: "HOST or HOST:PORT, an address or a DNS name, IPv6 in brackets beside a port",
        parse: { text, _ in alternate(text, domain: nil) }, write: written)

    static let secureAlternateServer = Self(
        name: "host",
        expected: "HOST, HOST:PORT or HOST:PORT/DOMAIN, an address or a DNS name, IPv6 in brackets beside a port",
        parse: { text, _ in
            guard let slash = text.firstIndex(of: "/") else { return alternate(text, domain: nil) }
            let domain = text[text.index(after: slash)...].lowercased()
            // RFC 8489 §14.16: at most 255 bytes.
            guard domain.isHostName, domain.utf8.count <= 255 else { return nil }
            return alternate(String(text[..<slash]), domain: domain)
        }, write: written)

    private static func written(_ server: AlternateServer) -> String {
        let host =
            switch server.place {
            case .address(let address): server.port.map { "\(Endpoint(address, $0))" } ?? "\(address)"
            case .name(let name): server.port.map { "\(name):\($0)" } ?? name
            }
        return server.domain.map { "\(host)/\($0)" } ?? host
    }

    private static func alternate(_ text: String, domain: String?) -> AlternateServer? {
        // Which port is standard depends on the transport: nought stands for it.
        guard let server = HostAndPort(text, standard: 0) else { return nil }
        let port = server.port == 0 ? nil : server.port
        if let address = server.address {
            guard !address.isUnspecified, Endpoint(text)?.port != 0 else { return nil }
            return AlternateServer(place: .address(address), port: port, domain: domain)
        }
        guard server.host.contains(where: \.isLetter) else { return nil }
        return AlternateServer(place: .name(server.host), port: port, domain: domain)
    }
}

extension String {
    /// Whether it is a DNS name: labels of letters, digits and hyphens with dots between (RFC 1123 §2.1).
    var isHostName: Bool {
        guard !isEmpty, utf8.count <= 253 else { return false }
        return split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                        || $0 == 0x2D
                }
        }
    }
}
