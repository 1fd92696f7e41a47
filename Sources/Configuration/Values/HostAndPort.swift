// SPDX-License-Identifier: Apache-2.0

package import Wire

/// A server somewhere: an address or a DNS name, and a port.
package struct HostAndPort: Hashable, Sendable {
    /// An address without brackets, or a name in lower case.
    package let host: String
    package let port: UInt16

    /// The address, where it is none that has to be looked up.
    package var address: IPAddress? { IPAddress(host) }
}

extension ValueType where Value == HostAndPort {
    /// `HOST` or `HOST:PORT`, with `standard` where no port is named.
    static func hostAndPort(standard: UInt16) -> Self {
        Self(
            name: "host", expected: "a host or HOST:PORT, IPv6 in brackets beside a port",
            parse: { text, _ in
                if let endpoint = Endpoint(text) {
                    return HostAndPort(host: "\(endpoint.address)", port: endpoint.port)
                }
                let bare = text.first == "[" && text.last == "]" ? text.dropFirst().dropLast() : text[...]
                if let address = IPAddress(bare) { return HostAndPort(host: "\(address)", port: standard) }
                let parts = text.lowercased().split(separator: ":", omittingEmptySubsequences: false)
                guard let name = parts.first.map(String.init), parts.count <= 2, name.isHostName else { return nil }
                guard parts.count == 2 else { return HostAndPort(host: name, port: standard) }
                guard let port = UInt16(parts[1]), port > 0 else { return nil }
                return HostAndPort(host: name, port: port)
            },
            write: { server in
                server.address.map { "\(Endpoint($0, server.port))" } ?? "\(server.host):\(server.port)"
            })
    }
}
