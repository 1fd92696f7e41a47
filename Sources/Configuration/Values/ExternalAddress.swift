// SPDX-License-Identifier: Apache-2.0

package import Wire

/// The public address that a NAT gives to an address of this host, one to one.
package struct ExternalAddress: Hashable, Sendable {
    /// What clients are told, or how that is found out.
    package enum Source: Hashable, Sendable {
        case address(IPAddress)
        /// A DNS name, lower case, whose addresses are followed when they change.
        case name(String)
        /// What this host's interfaces say, and where those are private a STUN server.
        case automatic
    }

    package let source: Source
    /// The address of this host that it stands for; nil for every one of its family.
    package let local: IPAddress?
}

extension ValueType where Value == ExternalAddress {
    static let externalAddress = Self(
        name: "address", expected: "PUBLIC or PUBLIC/PRIVATE, two addresses of one family or a DNS name first; or auto",
        parse: { text, _ in
            if text.lowercased() == "auto" { return ExternalAddress(source: .automatic, local: nil) }
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard let first = parts.first, let source = ExternalAddress.Source(first) else { return nil }
            switch parts.count {
            case 1: return ExternalAddress(source: source, local: nil)
            case 2:
                guard let local = unbracketed(parts[1]), !local.isUnspecified else { return nil }
                if case .address(let address) = source, address.family != local.family { return nil }
                return ExternalAddress(source: source, local: local)
            default: return nil
            }
        },
        write: { external in external.local.map { "\(external.source)/\($0)" } ?? "\(external.source)" })
}

extension ExternalAddress.Source: CustomStringConvertible {
    init?(_ text: Substring) {
        if let address = unbracketed(text) {
            guard !address.isUnspecified else { return nil }
            self = .address(address)
        } else {
            // What is made of digits alone would be an address that is wrong.
            let name = text.lowercased()
            guard name.isHostName, name.contains(where: \.isLetter) else { return nil }
            self = .name(name)
        }
    }

    package var description: String {
        switch self {
        case .address(let address): "\(address)"
        case .name(let name): name
        case .automatic: "auto"
        }
    }
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
