// SPDX-License-Identifier: Apache-2.0

package import Wire

/// A server that clients are sent to.
package struct AlternateServer: Hashable, Sendable {
    package let address: IPAddress
    /// Nil for the standard port of the transport.
    package let port: UInt16?
    /// The name in its certificate, lower case.
    package let domain: String?
}

extension ValueType where Value == AlternateServer {
    static let alternateServer = Self(
        name: "address", expected: "ADDRESS or ADDRESS:PORT, IPv6 in brackets beside a port",
        parse: { text, _ in alternate(text, domain: nil) }, write: written)

    static let secureAlternateServer = Self(
        name: "address", expected: "ADDRESS, ADDRESS:PORT or ADDRESS:PORT/DOMAIN, IPv6 in brackets beside a port",
        parse: { text, _ in
            guard let slash = text.firstIndex(of: "/") else { return alternate(text, domain: nil) }
            let domain = text[text.index(after: slash)...].lowercased()
            // RFC 8489 §14.16: at most 255 bytes.
            guard domain.isHostName, domain.utf8.count <= 255 else { return nil }
            return alternate(String(text[..<slash]), domain: domain)
        }, write: written)

    private static func written(_ server: AlternateServer) -> String {
        let address = server.port.map { "\(Endpoint(server.address, $0))" } ?? "\(server.address)"
        return server.domain.map { "\(address)/\($0)" } ?? address
    }

    private static func alternate(_ text: String, domain: String?) -> AlternateServer? {
        if let endpoint = Endpoint(text) {
            guard endpoint.port != 0, !endpoint.address.isUnspecified else { return nil }
            return AlternateServer(address: endpoint.address, port: endpoint.port, domain: domain)
        }
        let bare = text.first == "[" && text.last == "]" ? text.dropFirst().dropLast() : text[...]
        guard let address = IPAddress(bare), !address.isUnspecified else { return nil }
        return AlternateServer(address: address, port: nil, domain: domain)
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
