// SPDX-License-Identifier: Apache-2.0

package import Wire

/// A server somewhere: an address or a DNS name, and a port.
package struct HostAndPort: Hashable, Sendable {
    /// An address without brackets, or a name in lower case.
    package let host: String
    package let port: UInt16

    /// The address, where it is none that has to be looked up.
    package var address: IPAddress? { IPAddress(host) }

    init(host: String, port: UInt16) { (self.host, self.port) = (host, port) }

    /// `HOST` or `HOST:PORT`, with `standard` where no port is named; nil for anything else.
    package init?(_ text: String, standard: UInt16) {
        if let endpoint = Endpoint(text) {
            self.init(host: "\(endpoint.address)", port: endpoint.port)
            return
        }
        let bare = text.first == "[" && text.last == "]" ? text.dropFirst().dropLast() : text[...]
        if let address = IPAddress(bare) {
            self.init(host: "\(address)", port: standard)
            return
        }
        let parts = text.lowercased().split(separator: ":", omittingEmptySubsequences: false)
        guard let name = parts.first.map(String.init), parts.count <= 2, name.isHostName else { return nil }
        guard parts.count == 2 else {
            self.init(host: name, port: standard)
            return
        }
        guard let port = UInt16(parts[1]), port > 0 else { return nil }
        self.init(host: name, port: port)
    }
}

extension ValueType where Value == HostAndPort {
    /// `HOST` or `HOST:PORT`, with `standard` where no port is named.
    static func hostAndPort(standard: UInt16) -> Self {
        Self(
            name: "host", expected: "a host or HOST:PORT, IPv6 in brackets beside a port",
            parse: { text, _ in HostAndPort(text, standard: standard) },
            write: { server in
                server.address.map { "\(Endpoint($0, server.port))" } ?? "\(server.host):\(server.port)"
            })
    }
}
