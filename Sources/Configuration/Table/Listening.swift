// SPDX-License-Identifier: Apache-2.0

extension Setting {
    static let listening: [Setting] = [
        Setting(
            "listening-port", .port, into: \.listeningPort,
            "The port of STUN and TURN."),
        Setting(
            "tls-listening-port", .port, into: \.tlsListeningPort,
            "The port of STUN and TURN over TLS and DTLS, where there is a certificate; the listening-port takes them as well."
        ),
        Setting(
            "listening-ip", .address, into: \.listeningAddresses,
            "An address to serve STUN and TURN on; repeat it for several. One that the host does not have yet is waited for. Without it every address of the host is served, IPv4 and IPv6, those too that it gets later."
        ).defaultDeviates("Without it IPv6 is served too; coturn serves IPv4 only unless :: is asked for."),
        Setting(
            "no-udp", .negation, into: \.servesUDP,
            "Does not serve clients over UDP."),
        Setting(
            "no-tcp", .negation, into: \.servesTCP,
            "Does not serve clients over TCP."),
        Setting(
            "no-tls", .negation, into: \.servesTLS,
            "Does not serve clients over TLS."),
        Setting(
            "no-dtls", .negation, into: \.servesDTLS,
            "Does not serve clients over DTLS."
        ).defaultDeviates(
            "DTLS is served where there is a certificate, as coturn did until 4.16; a cookie costs no state."),
        Setting(
            "dtls", .boolean, into: \.servesDTLS,
            "Serves clients over DTLS: what coturn 4.17 has instead of no-dtls. The last of the two counts."
        ).synonym(of: "no-dtls"),
        Setting(
            "tcp-proxy-port", .port, into: \.tcpProxyPort,
            "A port for clients over TCP and TLS behind a load balancer, which says with the PROXY protocol for whom it speaks."
        ).deviates(
            "Versions 1 and 2 are read, and TLS may follow. Where trusted-proxy names somebody, nobody else is served there."
        ),
        Setting(
            "workers", .number(0...128), into: \.workers,
            "The number of threads that carry packets; 0 for one per processor."
        ).own,
        Setting(
            "relay-threads", .relayThreads, into: \.workers,
            "coturn's name for workers, where 0 means a single thread."
        ).synonym(of: "workers"),
        Setting(
            "sock-buf-size", .bytes, into: \.socketBufferSize,
            "The receive buffer asked for on each relay socket; listeners ask for eight times as much."
        ).deviates("coturn asks for the same on listeners and relay sockets, 2 MiB by default."),
    ]
}
