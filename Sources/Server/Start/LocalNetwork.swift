// SPDX-License-Identifier: Apache-2.0

package import Addresses
internal import Configuration
internal import Wire

extension Configuration.Settings {
    /// What is told where the server relays in a private network, whose hosts no client reaches until they are allowed.
    ///
    /// coturn leaves them open, so that a set-up for a network of one's own works there and not here.
    ///
    /// - Parameter host: What this host has.
    package func privatePeerNotice(on host: HostAddresses) -> String? {
        guard let address = privateAddress(on: host.addresses), let network = PrivateNetwork(of: address),
            !allowedPeers.contains(where: { PrivateNetwork(of: $0.range.first) != nil })
        else { return nil }
        return "peers at private addresses are denied, where coturn leaves them open; for calls inside the network of "
            + "\(address) add allowed-peer-ip=\(host.neighbourhood(of: address).map { "\($0)" } ?? network.text), or the part of it that calls may reach"
    }

    /// The private address that clients are told, where they are told no other.
    private func privateAddress(on own: [IPAddress]) -> IPAddress? {
        var told: [IPAddress] = []
        for external in externalAddresses {
            guard case .address(let address) = external.source else { return nil }
            told.append(address)
        }
        if told.isEmpty { told = relayAddresses }
        if told.isEmpty { told = listeningAddresses.filter { !$0.isUnspecified } }
        if told.isEmpty { told = own }
        told = told.filter(\.isRoutable)
        guard !told.isEmpty, told.allSatisfy({ PrivateNetwork(of: $0) != nil }) else { return nil }
        return told.first { $0.family == .v4 } ?? told.first
    }
}

/// A block of private addresses (RFC 1918, RFC 4193).
private struct PrivateNetwork {
    let text: String

    private static let all = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]
        .compactMap { text in Configuration.AddressRange(text).map { (text, $0) } }

    init?(of address: IPAddress) {
        guard let match = Self.all.first(where: { $0.1.contains(address) }) else { return nil }
        text = match.0
    }
}
