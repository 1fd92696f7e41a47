// SPDX-License-Identifier: Apache-2.0

extension Setting {
    static let peers: [Setting] = [
        Setting(
            "denied-peer-ip", .peers, into: \.deniedPeers,
            "Peers that clients may not reach, as A, A-B or A/prefix; repeat it for several. Private, loopback, link-local, shared, multicast and other special addresses are denied anyway."
        ).defaultDeviates(
            "Private and all other special-purpose addresses are denied by default; coturn leaves private ones open."
        )
        .reloadable,
        Setting(
            "allowed-peer-ip", .peers, into: \.allowedPeers,
            "Peers that clients may reach although a denied-peer-ip or the built-in list names them; repeat it for several."
        ).deviates(
            "It opens addresses of the built-in list too; coturn's built-in list cannot be opened.",
            where: { line, _ in line.allowedPeers.contains { $0.range.isClosedInCoturn } }
        ).reloadable,
        Setting(
            "allow-loopback-peers", .boolean, into: \.allowLoopbackPeers,
            "Lets clients reach this host's loopback addresses, and relays whoever comes from there from there. For tests only: every service of the host becomes reachable."
        ),
    ]
}
