// SPDX-License-Identifier: Apache-2.0
package import Addresses
package import Wire

/// Which peers may be reached through this server: the one judgement behind every permission, channel and packet.
///
/// What is not the public Internet is refused, whatever IPv6 form an IPv4 address hides in (RFC 8656 §21.4). The
/// operator's own rules come first, and of those `allowed` wins, as in coturn.
package struct PeerPolicy: Sendable {
    /// `allow-loopback-peers`: for tests on one host.
    package var allowsLoopback = false
    /// `allowed-peer-ip`: wins over `denied` and over the built-in refusals, not over 6to4, Teredo and IPv4 in IPv6.
    package var allowed: [AddressRange] = []
    /// `denied-peer-ip`; an IPv4 range also counts for the IPv4 address in a NAT64 one.
    package var denied: [AddressRange] = []
    /// Where this host itself listens; a wildcard address stands for every one of its own.
    package var listeners: [Endpoint] = []
    /// This server's own addresses, the private and the public ones: on them only live relay ports may be reached.
    package var own = OwnAddresses()

    package init() {}

    /// How far a peer address that is not refused may be trusted.
    @frozen
    package enum Standing: UInt8, Hashable, Sendable {
        /// Every port may be reached.
        case open
        /// An address of this server: its live relayed ports may be reached.
        case own
        /// An address of this server that the operator allowed: all but its listeners may be reached.
        case ownAllowed
    }

    package enum Verdict: Hashable, Sendable {
        case allowed(Standing)
        case denied(PeerRefusal)
    }

    /// Judges an address. Ports are judged by ``Relay`` when something is sent: see ``Standing``.
    ///
    /// - Parameters:
    ///   - relayed: The address that the allocation is relayed from: who is not relayed from loopback has no peers there.
    package func judge(_ address: IPAddress, relayedFrom relayed: IPAddress) -> Verdict {
        let form = EmbeddedAddress(in: address)
        if let refusal = form.refusal { return .denied(refusal) }
        let isOwn = own.contains(address)
        if allows(address) { return .allowed(isOwn ? .ownAllowed : .open) }
        if let rule = denial(of: address) { return .denied(.rule(rule)) }
        if allowsLoopback, address.isLoopback { return .allowed(isOwn ? .ownAllowed : .open) }
        if isOwn, own.relays(from: address), !address.isLoopback || relayed.isLoopback { return .allowed(.own) }
        if own.host.broadcasts.contains(address) {
            return .denied(.special("a broadcast address of this host's network"))
        }
        for candidate in [address, form.inner] {
            guard let use = candidate.specialUse else { continue }
            let network = own.isPublic ? nil : own.host.neighbourhood(of: candidate)
            return .denied(network.map { .neighbour($0, use) } ?? .special(use))
        }
        return isOwn || own.contains(form.inner) ? .denied(.ownAddress) : .allowed(.open)
    }

    /// The rule of the operator that refuses an address, unless another one allows it.
    package func denial(of address: IPAddress) -> AddressRange? {
        guard !allows(address) else { return nil }
        let inner = EmbeddedAddress(in: address).inner
        return denied.first { $0.contains(address) || $0.contains(inner) }
    }

    private func allows(_ address: IPAddress) -> Bool {
        let inner = EmbeddedAddress(in: address).inner
        return allowed.contains { $0.contains(address) || $0.contains(inner) }
    }

    /// Whether this host itself listens on an endpoint.
    package func isListener(_ endpoint: Endpoint) -> Bool {
        listeners.contains { listener in
            listener.port == endpoint.port
                && (listener.address == endpoint.address
                    || listener.address.isUnspecified && own.contains(endpoint.address))
        }
    }
}

/// Why a peer address is refused, in words for the operator.
package enum PeerRefusal: Hashable, Sendable, CustomStringConvertible {
    /// A `denied-peer-ip`.
    case rule(AddressRange)
    /// Not an address of the public Internet.
    case special(SpecialUse)
    /// Not an address of the public Internet either, but one of a network that the host is in, and is nowhere else.
    case neighbour(Network, SpecialUse)
    /// One of the host's own addresses that it does not relay from, or another form of one.
    case ownAddress

    package var description: String {
        switch self {
        case .rule(let range):
            range.first == range.last
                ? "denied-peer-ip \(range.first) (\(range.origin))"
                : "denied-peer-ip \(range.first)-\(range.last) (\(range.origin))"
        case .special(let use): "\(use), denied unless allowed-peer-ip names it"
        case .neighbour(let network, let use):
            // What would be right comes first: a reason phrase ends after 127 characters.
            "denied unless allowed-peer-ip=\(network) opens all of that: \(use) of this server's own network"
        case .ownAddress: "an address of this server that it does not relay from"
        }
    }
}

/// Addresses from one to another, both included, as `allowed-peer-ip` and `denied-peer-ip` give them.
package struct AddressRange: Hashable, Sendable {
    package let first: IPAddress
    package let last: IPAddress
    /// Where the rule was written, as in `sterna.conf:12`: what a refusal is explained with.
    package let origin: String

    /// Nil when the two ends are of different families or in the wrong order.
    package init?(_ first: IPAddress, _ last: IPAddress, origin: String) {
        switch (first, last) {
        case (.v4(let low), .v4(let high)): guard low <= high else { return nil }
        case (.v6(let low), .v6(let high)): guard low <= high else { return nil }
        default: return nil
        }
        self.first = first
        self.last = last
        self.origin = origin
    }

    package func contains(_ address: IPAddress) -> Bool {
        switch (first, address, last) {
        case (.v4(let low), .v4(let bits), .v4(let high)): low <= bits && bits <= high
        case (.v6(let low), .v6(let bits), .v6(let high)): low <= bits && bits <= high
        default: false
        }
    }
}
