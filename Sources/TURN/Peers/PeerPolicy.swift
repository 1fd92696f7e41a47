// SPDX-License-Identifier: Apache-2.0
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
    /// Where this host itself listens; a wildcard address stands for every one of ``ownAddresses``.
    package var listeners: [Endpoint] = []
    /// The host's own addresses, the private and the public ones: on them only live relay ports may be reached.
    package var ownAddresses: [IPAddress] = []
    /// Broadcast addresses of the networks that the host is on.
    package var broadcasts: [IPAddress] = []

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
    ///   - relayAddresses: Those of the host's own addresses that it relays from; none given: all of them.
    package func judge(
        _ address: IPAddress, relayedFrom relayed: IPAddress, relayAddresses: [IPAddress] = []
    ) -> Verdict {
        let form = EmbeddedAddress(in: address)
        if let refusal = form.refusal { return .denied(refusal) }
        let isOwn = ownAddresses.contains(address)
        if allows(address) { return .allowed(isOwn ? .ownAllowed : .open) }
        if let rule = denial(of: address) { return .denied(.rule(rule)) }
        if allowsLoopback, address.isLoopback { return .allowed(isOwn ? .ownAllowed : .open) }
        if isOwn, relayAddresses.isEmpty || relayAddresses.contains(address), !address.isLoopback || relayed.isLoopback
        {
            return .allowed(.own)
        }
        if broadcasts.contains(address) { return .denied(.special("a broadcast address of this host's network")) }
        for candidate in [address, form.inner] {
            if let name = SpecialAddresses.name(of: candidate) { return .denied(.special(name)) }
        }
        return isOwn || ownAddresses.contains(form.inner) ? .denied(.ownAddress) : .allowed(.open)
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
                    || listener.address.isUnspecified && ownAddresses.contains(endpoint.address))
        }
    }
}

/// Why a peer address is refused, in words for the operator.
package enum PeerRefusal: Hashable, Sendable, CustomStringConvertible {
    /// A `denied-peer-ip`.
    case rule(AddressRange)
    /// Not an address of the public Internet.
    case special(StaticText)
    /// One of the host's own addresses that it does not relay from, or another form of one.
    case ownAddress

    package var description: String {
        switch self {
        case .rule(let range):
            range.first == range.last
                ? "denied-peer-ip \(range.first) (\(range.origin))"
                : "denied-peer-ip \(range.first)-\(range.last) (\(range.origin))"
        case .special(let text): "\(text.text), denied unless allowed-peer-ip names it"
        case .ownAddress: "an address of this server that it does not relay from"
        }
    }

    /// A text that the program contains.
    package struct StaticText: Hashable, Sendable, ExpressibleByStringLiteral {
        package let text: String

        package init(stringLiteral text: String) { self.text = text }
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
