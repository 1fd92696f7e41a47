// SPDX-License-Identifier: Apache-2.0

extension Setting {
    static let web: [Setting] = [
        Setting(
            "web-port", .port, into: \.webPort,
            "The port of HTTP: call page, signaling, API. Without it and web-tls-port no web listener is opened."
        ).own.shipped("80"),
        Setting(
            "web-tls-port", .port, into: \.webTLSPort,
            "The port of HTTPS, which also takes STUN and TURN over TLS. Whoever comes over HTTP from elsewhere is sent here."
        ).own,
        Setting(
            "no-web-udp", .negation, into: \.servesWebUDP,
            "Leaves the UDP port with the number of web-tls-port alone. It takes STUN and TURN, for who can reach no other port."
        ).own,
        Setting(
            "web-listening-ip", .address, into: \.webListeningAddresses,
            "An address to serve the web on; repeat it for several. Without it every address of the host is served."
        ).own,
        Setting(
            "public-url", .webOrigin, into: \.publicURL,
            "What links to rooms begin with, as https://call.example.org. Without it, what the browser asked for."
        ).own.reloadable,
        Setting(
            "data-dir", .path, into: \.dataDirectory,
            "The directory of the database."
        ).own,
        Setting(
            "trusted-proxy", .addresses, into: \.trustedProxies,
            "A proxy that is believed, in X-Forwarded-For, Forwarded and the PROXY protocol; repeat it for several."
        ).own,
        Setting(
            "web-proxy-protocol", .boolean, into: \.webProxyProtocol,
            "A trusted-proxy begins its connections to the web's ports with the PROXY protocol, and is closed where it does not."
        ).own,
        Setting(
            "allowed-origin", .webOrigin, into: \.allowedOrigins,
            "Another site whose pages may open WebSockets here, as https://www.example.org; repeat it for several."
        ).own.reloadable,
        Setting(
            "acme-webroot", .path, into: \.acmeWebroot,
            "A folder whose .well-known/acme-challenge is served over HTTP, for a client like certbot to prove the domain by."
        ).own.reloadable,
        Setting(
            "acme-redirect", .webURL, into: \.acmeRedirect,
            "Where requests for /.well-known/acme-challenge/ are sent, with what stands behind that appended to this URL."
        ).reloadable,
    ]

    static let rooms: [Setting] = [
        Setting(
            "room-creation", .word, into: \.roomCreation,
            "Who may make rooms: anyone, or who sends a room-key."
        ).own.reloadable,
        Setting(
            "room-key", .text("key"), into: \.roomKeys,
            "A key that makes rooms where room-creation=key, sent as a bearer token; repeat it for several."
        ).own.secret.reloadable,
        Setting(
            "room-ttl", .seconds(60...31_536_000), into: \.roomTTL,
            "How long a link stays good after somebody last joined, and the longest lifetime that may be asked for."
        ).own.reloadable,
        Setting(
            "room-max-participants", .number(2...4), into: \.roomMaxParticipants,
            "The most people that a room may be made for."
        ).own.reloadable,
        Setting(
            "room-rate", .number(1...1_000_000, unit: "rooms per minute"), into: \.roomRate,
            "Rooms that one IPv4 address or IPv6 /64 may make."
        ).own.reloadable,
        Setting(
            "room-scoped-relay", .boolean, into: \.roomScopedRelay,
            "Relays with the credentials that pages are given only to addresses that others in the same room, voice channel or call have signalled as candidates, and to their relayed addresses. Users and secrets of this file and of userdb reach every permitted peer; so do, at other servers of turn-url and alternate-server, the credentials of pages."
        ).own.reloadable,
        Setting(
            "room-user-quota", .number(0...Int(Int32.max)), into: \.roomUserQuota,
            "Allocations that one such name may hold for each person that it is in a call with; 0 for no limit. user-quota counts besides."
        ).own.reloadable,
        Setting(
            "room-address-quota", .number(0...Int(Int32.max)), into: \.roomAddressQuota,
            "Allocations with such credentials of one IPv4 address or IPv6 /64, whatever their names; 0 for no limit."
        ).own.reloadable,
        Setting(
            "room-quota", .number(0...Int(Int32.max)), into: \.roomQuota,
            "Allocations with such credentials in one room, voice channel or call, whatever their names; 0 for no limit."
        ).own.reloadable,
    ]
}
