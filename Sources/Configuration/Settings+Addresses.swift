// SPDX-License-Identifier: Apache-2.0

package import Addresses
package import Wire

extension Settings {
    /// What is written about addresses, for ``OwnAddresses`` to decide by.
    ///
    /// - Parameter external: What `external-ip` came to; nil for what is written as addresses there.
    package func wishes(told external: [Addresses.ExternalAddress]? = nil) -> OwnAddresses.Wishes {
        var wishes = OwnAddresses.Wishes()
        wishes.relayAddresses = relayAddresses
        wishes.external = external ?? writtenExternalAddresses
        wishes.listening = listeningAddresses.filter { !$0.isUnspecified }
        wishes.allowsLoopback = allowLoopbackPeers
        return wishes
    }

    /// Those of `external-ip` that are written as addresses.
    package var writtenExternalAddresses: [Addresses.ExternalAddress] {
        externalAddresses.compactMap { external in
            guard case .address(let address) = external.source else { return nil }
            return Addresses.ExternalAddress(address, for: external.local)
        }
    }

    /// The address of which `external-ip=auto` would have to find out what it is called outside; nil where nobody need
    /// be asked, because an interface has a public one or nothing is relayed over IPv4.
    package func unknownOutside(on host: HostAddresses) -> IPAddress? {
        guard externalAddresses.contains(where: { $0.source == .automatic }) else { return nil }
        let named = relayAddresses.isEmpty ? listeningAddresses : relayAddresses
        let used = named.isEmpty || named.contains(where: \.isUnspecified) ? host.addresses : named
        // Over IPv6 a private address has a public one beside it, or no way out.
        let own = used.filter { $0.family == .v4 && $0.isRoutable }
        guard !own.contains(where: \.isPublic) else { return nil }
        return own.first { host.outgoing.contains($0) } ?? own.first
    }

    /// What is wrong with `external-ip=auto` where it would have to ask somebody and may ask nobody.
    package func nobodyToAsk(on host: HostAddresses) -> String? {
        guard externalAddressServer == nil, let address = unknownOutside(on: host) else { return nil }
        return "external-ip=auto: \(address) is not public, and there is nobody to ask; "
            + "write external-ip= and the public address, or name a STUN server outside with external-ip-server="
    }

    /// Addresses that are to be listened at and that the host does not have, with the settings that name them.
    package func awaited(on host: HostAddresses) -> [(key: String, address: IPAddress)] {
        let named =
            listeningAddresses.map { ("listening-ip", $0) } + webListeningAddresses.map { ("web-listening-ip", $0) }
            + (prometheus ? [("prometheus-address", prometheusAddress)] : [])
        return named.filter { !$0.1.isUnspecified && !host.has($0.1) }.map { (key: $0.0, address: $0.1) }
    }
}
