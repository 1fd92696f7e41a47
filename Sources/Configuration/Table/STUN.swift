// SPDX-License-Identifier: Apache-2.0

extension Setting {
    static let stun: [Setting] = [
        Setting(
            "stun-only", .boolean, into: \.stunOnly,
            "Serves STUN and lets nobody relay, the pages of this server included."
        ).deviates("A client that asks for more is told that it is not authenticated."),
        Setting(
            "no-stun", .boolean, into: \.noSTUN,
            "Serves TURN and does not answer Binding requests."
        ).reloadable,
        Setting(
            "secure-stun", .boolean, into: \.secureSTUN,
            "Requires credentials for Binding requests too."
        ).reloadable,
        Setting(
            "fingerprint", .boolean, into: \.fingerprint,
            "Adds FINGERPRINT to every answer, also where the request had none."
        ).reloadable,
        Setting(
            "software-attribute", .boolean, into: \.softwareAttribute,
            "Adds SOFTWARE to answers."
        ).deviates("Challenges and errors to who has not authenticated never carry it.").reloadable,
        Setting(
            "include-reason-string", .boolean, into: \.includeReasonString,
            "Adds a reason phrase to error answers to strangers too; who has authenticated always gets it."
        ).deviates("Who has authenticated gets a reason phrase without it.").reloadable,
        Setting(
            "stun-backward-compatibility", .boolean, into: \.mappedAddress,
            "Adds MAPPED-ADDRESS to Binding answers, for clients older than RFC 5389."
        ).reloadable,
        Setting(
            "rfc5780", .boolean, into: \.rfc5780,
            "Answers NAT behaviour discovery (RFC 5780), at the first two listening-ip of each family. Off unless asked for, because its answers are three times as long as their requests and go where those say."
        ).deviates("The two addresses are named with listening-ip; PADDING is never longer than the request's."),
        Setting(
            "alt-listening-port", .portOrNext, into: \.altListeningPort,
            "A second port of STUN and TURN, and that of NAT behaviour discovery, where 0 stands for the one behind listening-port. One that is written is served."
        ).deviates(Self.alternativePorts),
        Setting(
            "alt-tls-listening-port", .portOrNext, into: \.altTLSListeningPort,
            "The same over TLS and DTLS, where there is a certificate; for NAT behaviour discovery 0 stands for the one behind tls-listening-port."
        ).deviates(Self.alternativePorts),
    ]

    private static let alternativePorts =
        "It is served wherever it is written; coturn serves it beside RFC 5780 only, with two addresses."

    static let otherServers: [Setting] = [
        Setting(
            "alternate-server", .alternateServer, into: \.alternateServers,
            "A server that clients of UDP and TCP are sent to, in turn, once they have shown their credentials; repeat it for several. A DNS name is looked up every minute. Who comes over a family that no such server has is relayed here."
        ).deviates("Clients authenticate first, and the answer is protected (RFC 8489 §14.8).").reloadable,
        Setting(
            "udp-alternate-server", .alternateServer, into: \.udpAlternateServers,
            "The same for clients of UDP alone."
        ).reloadable,
        Setting(
            "tcp-alternate-server", .alternateServer, into: \.tcpAlternateServers,
            "The same for clients of TCP alone."
        ).reloadable,
        Setting(
            "tls-alternate-server", .secureAlternateServer, into: \.tlsAlternateServers,
            "The same for clients of TLS and DTLS; a domain behind the address is the name that its certificate bears."
        ).reloadable,
    ]
}
