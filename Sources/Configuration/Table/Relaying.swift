// SPDX-License-Identifier: Apache-2.0

extension Setting {
    static let relaying: [Setting] = [
        Setting(
            "relay-ip", .address, into: \.relayAddresses,
            "An address to open relayed addresses on; repeat it for several. Without it, the address that the client reached."
        ),
        Setting(
            "external-ip", .externalAddress, into: \.externalAddresses,
            "The public address of a host behind one-to-one NAT, as PUBLIC or PUBLIC/PRIVATE; repeat it for several."
        ).deviates("One without /PRIVATE stands for the addresses of its own family only."),
        Setting(
            "min-port", .port, into: \.minPort,
            "The lowest port of relayed addresses."),
        Setting(
            "max-port", .port, into: \.maxPort,
            "The highest port of relayed addresses."),
        Setting(
            "no-udp-relay", .negation, into: \.relaysUDP,
            "Refuses allocations that relay over UDP."
        ).refused(
            reason: "Sterna cannot switch UDP relaying off yet, and would relay what this line forbids; remove it"),
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
            "rfc5766-channel-numbers", .boolean, into: \.rfc5766ChannelNumbers,
            "Accepts channel numbers 0x5000 to 0x7FFF, which clients older than RFC 8656 bind."),
        Setting(
            "stun-only", .boolean, into: \.stunOnly,
            "Serves STUN and lets nobody relay, the pages of this server included."
        ).deviates("A client that asks for more is told that it is not authenticated."),
        Setting(
            "no-stun", .boolean, into: \.noSTUN,
            "Serves TURN and does not answer Binding requests."
        ).planned(loss: "Binding requests are still answered"),
        Setting(
            "fingerprint", .boolean, into: \.fingerprint,
            "Adds FINGERPRINT to every answer, also where the request had none."
        ),
        Setting(
            "software-attribute", .boolean, into: \.softwareAttribute,
            "Adds SOFTWARE to answers."
        ).planned(loss: "answers name no software"),
        Setting(
            "include-reason-string", .boolean, into: \.includeReasonString,
            "Adds a reason phrase to error answers."
        ).planned(loss: "the texts of error answers are not configurable"),
        Setting(
            "mobility", .boolean, into: \.mobility,
            "Lets an allocation follow its client to another address (RFC 8016)."
        ).planned(loss: "a client that changes its address allocates anew"),
        Setting(
            "rfc5780", .boolean, into: \.rfc5780,
            "Answers NAT behaviour discovery (RFC 5780), which needs two addresses."
        ).planned(loss: "clients cannot discover how their NAT behaves"),
    ]
}
