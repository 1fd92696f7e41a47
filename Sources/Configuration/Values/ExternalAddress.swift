// SPDX-License-Identifier: Apache-2.0

package import Wire

/// The public address that a NAT gives to an address of this host, one to one.
package struct ExternalAddress: Hashable, Sendable {
    /// What clients are told.
    package let address: IPAddress
    /// The address of this host that it stands for; nil for every one of its family.
    package let local: IPAddress?
}

extension ValueType where Value == ExternalAddress {
    static let externalAddress = Self(
        name: "address or pair", expected: "PUBLIC or PUBLIC/PRIVATE, two addresses of one family",
        parse: { text, _ in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { unbracketed($0) }
            guard let first = parts.first, let address = first, !address.isUnspecified else { return nil }
            switch parts.count {
            case 1: return ExternalAddress(address: address, local: nil)
            case 2:
                guard let local = parts[1], local.family == address.family, !local.isUnspecified else { return nil }
                return ExternalAddress(address: address, local: local)
            default: return nil
            }
        },
        write: { external in external.local.map { "\(external.address)/\($0)" } ?? "\(external.address)" })
}

extension ValueType where Value == IPAddress {
    static let address = Self(
        name: "address", expected: "an IPv4 or IPv6 address, as in 192.0.2.1 or 2001:db8::1",
        parse: { text, _ in
            // As in coturn, an empty one is every IPv4 address of the host.
            text.isEmpty ? .anyV4 : unbracketed(text[...])
        },
        write: { "\($0)" })
}

/// An address with or without the brackets that IPv6 wears beside a port.
private func unbracketed(_ text: Substring) -> IPAddress? {
    if text.first == "[", text.last == "]", text.utf8.count > 2 {
        return IPAddress(text.dropFirst().dropLast()).flatMap { $0.family == .v6 ? $0 : nil }
    }
    return IPAddress(text)
}
