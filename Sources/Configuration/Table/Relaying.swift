// SPDX-License-Identifier: Apache-2.0

extension Setting {
    static let relaying: [Setting] = [
        Setting(
            "relay-ip", .address, into: \.relayAddresses,
            "An address of this host to open relayed addresses on; repeat it for several. Without it, the address that the client reached, and for the other family the one from which the host's packets leave."
        ),
        Setting(
            "external-ip", .externalAddress, into: \.externalAddresses,
            "The public address of a host behind one-to-one NAT, as PUBLIC or PUBLIC/PRIVATE; repeat it for several. PUBLIC may be a DNS name, which is looked up every minute; auto takes what the host's interfaces say, and where that is private what external-ip-server sees; without that one it finds nothing out."
        ).deviates(
            "One without /PRIVATE stands for the addresses of its own family only; names are followed when they change.",
            where: { line, _ in
                line.externalAddresses.contains { if case .name = $0.source { true } else { false } }
            }
        )
        .reloadable,
        Setting(
            "external-ip-server", .hostAndPort(standard: 3478), into: \.externalAddressServer,
            "The STUN server that external-ip=auto asks for the public address of this host. Nobody is asked unless it is named."
        ).own.reloadable,
        Setting(
            "turn-url", .relayURL, into: \.relayURLs,
            "A relay on another host that this server's pages send people to instead of its own, as turn:turn.example.org:3478?transport=udp; repeat it for each way in. Both share static-auth-secret, and rest-api-separator."
        ).own,
        Setting(
            "min-port", .port, into: \.minPort,
            "The lowest port of relayed addresses."),
        Setting(
            "max-port", .port, into: \.maxPort,
            "The highest port of relayed addresses."),
        Setting(
            "no-udp-relay", .negation, into: \.relaysUDP,
            "Refuses allocations that relay over UDP."
        ),
        Setting(
            "no-tcp-relay", .negation, into: \.relaysTCP,
            "Refuses allocations that relay over TCP (RFC 6062)."),
        Setting(
            "max-allocate-lifetime", .seconds(600...86_400), into: \.maxAllocateLifetime,
            "The longest lifetime that an allocation or a refresh is granted."
        ).reloadable.bare,
        Setting(
            "channel-lifetime", .seconds(1...3600), into: \.channelLifetime,
            "The lifetime of a channel. The RFC fixes it; for tests only."
        ).bare,
        Setting(
            "permission-lifetime", .seconds(1...3600), into: \.permissionLifetime,
            "The lifetime of a permission. The RFC fixes it; for tests only."
        ).bare,
        Setting(
            "rfc8656-channel-numbers", .boolean, into: \.rfc8656ChannelNumbers,
            "Refuses channel numbers 0x5000 to 0x7FFF, which RFC 8656 took away. Clients older than that bind them, coturn's own turnutils_uclient among them, so they are accepted without it."
        ).own.reloadable,
        Setting(
            "rfc5766-channel-numbers", .negation, into: \.rfc8656ChannelNumbers,
            "coturn's switch for the same: the numbers are accepted, unless it says no."
        ).synonym(of: "rfc8656-channel-numbers").reloadable,
        Setting(
            "mobility", .boolean, into: \.mobility,
            "Lets an allocation follow its client to another address (RFC 8016)."),
        Setting(
            "allocation-default-address-family", .word, into: \.defaultFamily,
            "The family of an allocation whose client names none: ipv4, as RFC 8656 says, ipv6, or keep for the client's own."
        ).reloadable,
        Setting(
            "keep-address-family", .keptFamily, into: \.defaultFamily,
            "coturn's older name for allocation-default-address-family=keep."
        ).synonym(of: "allocation-default-address-family"),
    ]
}
