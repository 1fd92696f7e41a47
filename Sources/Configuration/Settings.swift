// SPDX-License-Identifier: Apache-2.0

package import Wire

/// The checked configuration: every value has its type and its range, and no two contradict each other.
///
/// A field's initial value is the setting's default; the table (`Setting.all`) says which key fills which field.
package struct Settings: Hashable, Sendable {
    // MARK: Listening

    package var listeningPort: UInt16 = 3478
    package var tlsListeningPort: UInt16 = 5349
    /// Where STUN and TURN are served; empty for every address of the host, IPv4 and IPv6.
    package var listeningAddresses: [IPAddress] = []
    package var servesUDP = true
    package var servesTCP = true
    package var servesTLS = true
    package var servesDTLS = true
    /// Where clients over TCP come through a proxy that speaks the PROXY protocol; nil for nowhere.
    package var tcpProxyPort: UInt16?
    /// Number of threads that carry packets; 0 for one per processor.
    package var workers = 0
    /// Bytes asked of the kernel for the receive buffer of a relay socket; listeners ask for eight times as many.
    package var socketBufferSize = 1 << 20

    // MARK: STUN

    package var stunOnly = false
    package var noSTUN = false
    package var secureSTUN = false
    package var fingerprint = false
    package var softwareAttribute = false
    package var includeReasonString = false
    /// Whether Binding answers carry MAPPED-ADDRESS too.
    package var mappedAddress = false
    package var rfc5780 = false
    /// Second ports of STUN and TURN, and of NAT behaviour discovery; 0 for none, and there for those behind the first ones.
    package var altListeningPort: UInt16 = 0
    package var altTLSListeningPort: UInt16 = 0

    // MARK: Other servers

    /// Where clients of UDP and TCP are sent.
    package var alternateServers: [AlternateServer] = []
    package var udpAlternateServers: [AlternateServer] = []
    package var tcpAlternateServers: [AlternateServer] = []
    /// Where clients of TLS and DTLS are sent.
    package var tlsAlternateServers: [AlternateServer] = []

    // MARK: Relaying

    /// Where relayed addresses are opened; empty for the address that the client reached.
    package var relayAddresses: [IPAddress] = []
    package var externalAddresses: [ExternalAddress] = []
    /// The STUN server that is asked for this host's public address; nil for nobody.
    package var externalAddressServer: HostAndPort?
    /// Relays on other hosts that browsers are sent to; none for this one.
    package var relayURLs: [RelayURL] = []
    package var minPort: UInt16 = 49152
    package var maxPort: UInt16 = 65535
    package var relaysUDP = true
    package var relaysTCP = true
    package var maxAllocateLifetime: Duration = .seconds(3600)
    package var channelLifetime: Duration = .seconds(600)
    package var permissionLifetime: Duration = .seconds(300)
    /// Whether channel numbers 0x5000–0x7FFF of RFC 5766 are refused.
    package var rfc8656ChannelNumbers = false
    package var mobility = false
    /// The family of allocations that name none; `keep` is the client's own.
    package var defaultFamily = DefaultFamily.ipv4

    package enum DefaultFamily: String, CaseIterable, Hashable, Sendable { case ipv4, ipv6, keep }

    // MARK: Who may use the relay

    /// Empty unless the operator names one; then see `realmOrDefault`.
    package var realm = ""
    /// Sites whose pages are asked for other realms.
    package var originRealms: [OriginRealm] = []
    package var realmQuotas: [RealmQuota] = []
    package var checksOrigin = false
    package var users: [User] = []
    /// Set by `use-auth-secret`; a secret alone implies it.
    package var useAuthSecret = false
    /// Secrets of TURN REST credentials, any of which is good.
    package var restSecrets: [String] = []
    /// An ASCII character.
    package var restSeparator = UInt8(ascii: ":")
    /// The database of users and secrets in coturn's layout; nil for none.
    package var userDatabase: String?
    /// Set by `oauth`; a key alone implies it.
    package var oauth = false
    package var oauthKeys: [OAuthKey] = []
    /// What access tokens are sealed for; empty for the realm.
    package var serverName = ""
    /// What nonces are made with, where servers share it; nil for a secret of this server alone.
    package var nonceSecret: String?
    package var staleNonce: Duration = .seconds(600)

    // MARK: Which peers may be reached

    package var deniedPeers: [PeerRule] = []
    package var allowedPeers: [PeerRule] = []
    package var allowLoopbackPeers = false

    // MARK: Limits

    /// Allocations per user; 0 for no limit.
    package var userQuota = 0
    /// Allocations of the whole server; 0 for no limit.
    package var totalQuota = 0
    /// How many allocations a server that drains does not wait for.
    package var drainMinimum = 0
    /// Permissions and, apart from them, channels of one allocation.
    package var peersPerAllocation = 256
    /// Bytes per second of one allocation, each direction; 0 for no limit.
    package var maxBytesPerSecond = 0
    /// Bytes per second of the whole server, each direction; 0 for no limit.
    package var capacity = 0
    /// Answers per second to one IPv4 address or IPv6 /64 that has not authenticated; 0 for no limit.
    package var unauthorizedRate = 10
    /// Connections over TCP, TLS and DTLS, browsers' included; 0 for half of the files that the process may open.
    /// Bytes; zero for three quarters of what there is.
    package var memoryLimit = 0
    package var maxConnections = 0
    /// Those of one IPv4 address or IPv6 /64; 0 for no limit.
    package var maxConnectionsPerAddress = 1000
    /// TLS and DTLS handshakes per second of one IPv4 address or IPv6 /64; 0 for no limit.
    package var handshakeRate = 50

    // MARK: TLS

    package var certificate: String?
    package var privateKey: String?
    package var privateKeyPassword: String?
    /// The issuers of ``certificate``, where its file lacks them.
    package var authorityFile: String?
    package var cipherList: String?
    package var noTLS12 = false

    // MARK: Web

    /// The folder that an ACME client leaves answers to challenges in; nil for none.
    package var acmeWebroot: String?
    /// Where challenges of ACME are sent to: what the rest of their path is put behind; nil for nowhere.
    package var acmeRedirect: String?
    /// Where HTTP and WebSocket are served; nil for nowhere.
    package var webPort: UInt16?
    package var webTLSPort: UInt16?
    /// Whether STUN, TURN and DTLS are served at the UDP port with the number of `webTLSPort`.
    package var servesWebUDP = true
    /// Empty for every address of the host.
    package var webListeningAddresses: [IPAddress] = []
    /// `https://host[:port]` that links begin with; nil to take what the browser asked for.
    package var publicURL: String?
    package var dataDirectory = "/var/lib/sterna"
    package var trustedProxies: [AddressRange] = []
    /// Whether connections of trusted proxies to the web begin with a header of the PROXY protocol.
    package var webProxyProtocol = false
    /// Sites besides this one whose pages may open WebSockets, lower case.
    package var allowedOrigins: [String] = []

    // MARK: Rooms

    package enum RoomCreation: String, CaseIterable, Hashable, Sendable { case anyone, key }

    package var roomTTL: Duration = .seconds(7 * 86_400)
    package var roomMaxParticipants = 4
    package var roomCreation = RoomCreation.anyone
    package var roomKeys: [String] = []
    /// Rooms that one address or /64 may make in a minute.
    package var roomRate = 30
    package var roomScopedRelay = true
    /// Allocations of one name that the server made credentials for, for each that it is in a call with; of one address;
    /// of one room. 0 for no limit.
    package var roomUserQuota = 8
    package var roomAddressQuota = 256
    package var roomQuota = 256

    // MARK: Walkie-talkie, channels and calls

    /// After so long without a word the talker loses the air.
    package var talkieSilence: Duration = .seconds(5)
    package var talkieLimit: Duration = .seconds(60)
    /// The channels that are there from the start; empty for those of ``channelsOrDefault``.
    package var channels: [ChannelSetting] = []
    /// How long messages, pictures and the lists of calls are kept.
    package var messageRetention: Duration = .seconds(365 * 86_400)
    /// What the database may hold, in bytes; the oldest messages make room.
    package var databaseLimit = 4 << 30
    /// The largest picture that is taken, and what all of them may take on the disk, in bytes.
    package var imageSize = 1 << 20
    package var imageSpace = 1 << 30
    /// How long a call rings.
    package var callRinging: Duration = .seconds(30)
    /// People that one address or /64 may register in a minute.
    package var userRate = 10

    // MARK: Log

    package enum LogFormat: String, CaseIterable, Hashable, Sendable { case text, json }
    package enum LogLevel: String, CaseIterable, Hashable, Sendable { case debug, info, warning, error }

    package var logFormat = LogFormat.text
    package var logLevel = LogLevel.info

    // MARK: Administration

    /// Who the process becomes once its ports are open; nil to stay who it is.
    package var processUser: String?
    package var processGroup: String?
    package var adminSocket: String?
    package var prometheus = false
    package var prometheusPort: UInt16 = 9641
    package var prometheusPath = "/metrics"
    package var prometheusAddress = IPAddress.loopbackV4

    package init() {}
}

extension Settings {
    /// The relay's ports, both ends included.
    package var relayPorts: ClosedRange<UInt16> { minPort...max(minPort, maxPort) }

    /// The addresses of NAT behaviour discovery: the first two of each family that has two; none where it is off.
    package var discoveryAddresses: [(first: IPAddress, second: IPAddress)] {
        guard rfc5780 else { return [] }
        return [IPAddress.Family.v4, .v6].compactMap { family in
            let own = listeningAddresses.filter { $0.family == family && !$0.isUnspecified }.prefix(2)
            guard let first = own.first, let second = own.last, first != second else { return nil }
            return (first, second)
        }
    }

    /// The second port of STUN over UDP and TCP in NAT behaviour discovery.
    package var discoveryPort: UInt16 { altListeningPort == 0 ? listeningPort &+ 1 : altListeningPort }

    /// The second port of STUN over TLS and DTLS in NAT behaviour discovery.
    package var discoveryTLSPort: UInt16 {
        altTLSListeningPort == 0 ? tlsListeningPort &+ 1 : altTLSListeningPort
    }

    /// The realm that clients are told: as set, else the host of `public-url`, else `sterna`.
    package var realmOrDefault: String {
        realm.isEmpty ? publicHost ?? "sterna" : realm
    }

    /// Whether access tokens (RFC 7635) are asked for and accepted.
    package var acceptsTokens: Bool { oauth || !oauthKeys.isEmpty }

    /// The host of `public-url`; IPv6 in brackets.
    package var publicHost: String? { publicURL?.site.map { String($0.host) } }

    /// The port of `public-url`: as written, else its scheme's.
    package var publicPort: UInt16? {
        guard let publicURL, let host = publicURL.site?.host else { return nil }
        let rest = publicURL[host.endIndex...].prefix { $0 != "/" }
        if rest.hasPrefix(":") { return UInt16(rest.dropFirst()) }
        return publicURL.hasPrefix("https:") ? 443 : 80
    }

    /// The channels that are there from the start: as set, else a text and a voice channel.
    package var channelsOrDefault: [ChannelSetting] {
        channels.isEmpty
            ? [ChannelSetting(kind: .text, name: "general"), ChannelSetting(kind: .voice, name: "Lounge")] : channels
    }

    /// Whether some clients are sent to other servers.
    package var sendsClientsElsewhere: Bool {
        ![alternateServers, udpAlternateServers, tcpAlternateServers, tlsAlternateServers].allSatisfy(\.isEmpty)
    }

    /// Whether pages and signaling are served.
    package var servesWeb: Bool { webPort != nil || webTLSPort != nil }
}
