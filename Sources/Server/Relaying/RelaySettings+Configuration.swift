// SPDX-License-Identifier: Apache-2.0

internal import Addresses
internal import Configuration
internal import Crypto
internal import Engine
internal import TLS
internal import TURN
internal import Wire

/// What stays the same over reloads: the relay's nonces stay good, and its allocations counted.
struct RelayConstants {
    let nonceKey: [UInt8]
    let quotas: AllocationQuotas
}

extension RelayService.Settings {
    /// What the operator's settings mean for the relay.
    ///
    /// - Parameters:
    ///   - addresses: Whose addresses are this server's, and which are relayed from.
    ///   - ownSecret: What this server's own credentials are made with; nil when it makes none.
    ///   - directory: What the operator's database has; nil where it was not read yet, or there is none.
    ///   - alternates: The addresses of other servers that are named by a DNS name.
    ///   - contexts: What TLS and DTLS are served with.
    ///   - limits: Those of the whole server.
    init(
        _ settings: Configuration.Settings, at addresses: OwnAddresses, ownSecret: String?,
        directory: Directory?, alternates: [String: [IPAddress]], constants: RelayConstants, contexts: RelayContexts,
        limits: ConnectionLimits, log: Log
    ) {
        var relay = TURN.Settings(
            credentials: Credentials(settings, ownSecret: ownSecret, directory: directory),
            peerPolicy: PeerPolicy(settings, directory),
            nonceKey: settings.nonceSecret.map(Self.nonceKey) ?? constants.nonceKey)
        relay.nonceLifetime = settings.staleNonce
        relay.realms = Realms(settings, ownSecret: ownSecret, directory: directory, quotas: constants.quotas)
        relay.checksOrigin = settings.checksOrigin
        relay.addresses = addresses
        relay.ports = [settings.relayPorts]
        relay.maximumLifetime = settings.maxAllocateLifetime
        relay.permissionLifetime = settings.permissionLifetime
        relay.channelLifetime = settings.channelLifetime
        relay.rfc8656ChannelNumbers = settings.rfc8656ChannelNumbers
        relay.peersPerAllocation = settings.peersPerAllocation
        relay.fingerprints = settings.fingerprint
        relay.mobility = settings.mobility
        relay.answersBinding = !settings.noSTUN
        relay.authenticatesBinding = settings.secureSTUN
        relay.mappedAddress = settings.mappedAddress
        relay.reasons = settings.includeReasonString
        relay.software = settings.softwareAttribute ? [UInt8]("Sterna \(version)".utf8) : []
        relay.relaysUDP = settings.relaysUDP
        relay.relaysTCP = settings.relaysTCP
        relay.defaultFamily = settings.defaultFamily.family
        relay.discovery = Discovery.all(in: settings)
        relay.alternates = Alternate.all(in: settings, known: alternates)
        relay.bytesPerSecond = UInt64(directory?.bytesPerSecond ?? settings.maxBytesPerSecond)
        relay.workerBytesPerSecond = Self.share(of: settings)
        relay.strangerAnswersPerSecond = UInt32(clamping: settings.unauthorizedRate)
        constants.quotas.limit(
            user: directory?.userQuota ?? settings.userQuota, total: directory?.totalQuota ?? settings.totalQuota)
        constants.quotas.minted.limit(
            user: settings.roomUserQuota, address: settings.roomAddressQuota, room: settings.roomQuota)
        relay.quotas = constants.quotas.quotas
        relay.scopesRooms = settings.roomScopedRelay
        let listeners = Self.listeners(settings, contexts)
        self.init(
            listeners: listeners, workers: settings.workers == 0 ? nil : settings.workers, relay: relay,
            onEvent: { log.write($0) })
        (self.contexts, self.limits) = (contexts, limits)
        socketBuffer = settings.socketBufferSize
    }

    /// Where clients are served. TLS has its ports too where its certificate is named and not there yet.
    static func listeners(
        _ settings: Configuration.Settings, _ contexts: RelayContexts
    ) -> RelayService.Listeners {
        let isPromised = settings.certificate != nil
        return listeners(
            settings, overTLS: contexts.streams != nil || isPromised && settings.servesTLS,
            overDTLS: contexts.datagrams != nil || isPromised && settings.servesDTLS)
    }

    /// Where they are, with TLS and DTLS or without.
    static func listeners(
        _ settings: Configuration.Settings, overTLS: Bool, overDTLS: Bool
    ) -> RelayService.Listeners {
        func endpoints(_ port: UInt16, _ alternative: UInt16, _ discovery: UInt16) -> [Endpoint] {
            let ports = alternative == 0 ? [port] : [port, alternative]
            return addresses(settings).flatMap { address in ports.map { Endpoint(address, $0) } }
                + Discovery.endpoints(in: settings, port: discovery)
        }
        let first = endpoints(settings.listeningPort, settings.altListeningPort, settings.discoveryPort)
        let secure = endpoints(settings.tlsListeningPort, settings.altTLSListeningPort, settings.discoveryTLSPort)
        // Where two ports are one, one listener does: each tells TLS from STUN by the first byte.
        func wanted(_ servesPlain: Bool, _ servesSecure: Bool) -> [Endpoint] {
            let shared = first.filter { servesPlain || servesSecure && secure.contains($0) }
            var seen: Set<Endpoint> = []
            return (shared + (servesSecure ? secure : [])).filter { seen.insert($0).inserted }
        }
        var listeners = RelayService.Listeners(
            datagrams: wanted(settings.servesUDP, overDTLS), streams: wanted(settings.servesTCP, overTLS),
            takesDTLSAlone: !settings.servesUDP, takesTLSAlone: !settings.servesTCP)
        if settings.servesUDP || overDTLS { listeners.spareDatagrams = besideTheWeb(settings) }
        if let port = settings.tcpProxyPort {
            listeners.proxied = addresses(settings).map { Endpoint($0, port) }
            listeners.proxies = settings.trustedProxies.compactMap {
                TURN.AddressRange($0.first, $0.last, origin: "trusted-proxy")
            }
        }
        return listeners
    }

    /// The addresses at which clients are served.
    private static func addresses(_ settings: Configuration.Settings) -> [IPAddress] {
        settings.listeningAddresses.isEmpty ? wildcards : settings.listeningAddresses
    }

    /// The UDP ports with the number of HTTPS' port: what a firewall that lets nothing but the web through lets through.
    private static func besideTheWeb(_ settings: Configuration.Settings) -> [Endpoint] {
        guard settings.servesWebUDP, let port = settings.webTLSPort, port != 0 else { return [] }
        let addresses = settings.webListeningAddresses
        return (addresses.isEmpty ? wildcards : addresses).map { Endpoint($0, port) }
    }

    /// The key that every server with the same secret makes.
    private static func nonceKey(of secret: String) -> [UInt8] {
        HashFunction.sha256.digest([UInt8](secret.utf8)).array
    }

    /// What each worker may carry of `bps-capacity`, at least a byte where there is a limit.
    private static func share(of settings: Configuration.Settings) -> UInt64 {
        guard settings.capacity > 0 else { return 0 }
        let workers = settings.workers == 0 ? Host.processors : settings.workers
        return UInt64(max(1, settings.capacity / workers))
    }

    /// Every address of this host, those that it gets later too, of the families that its kernel knows.
    private static var wildcards: [IPAddress] {
        let knowsV6 = (try? DatagramSocket(at: Endpoint(.anyV6, 0))) != nil
        return knowsV6 ? [.anyV4, .anyV6] : [.anyV4]
    }
}

extension Credentials {
    init(_ settings: Configuration.Settings, ownSecret: String?, directory: Directory?) {
        let realm = settings.realmOrDefault
        let users = settings.users.compactMap { user in
            switch user.credential {
            case .password(let password): User(name: user.name, password: password, realm: realm)
            case .key(let key): User(name: user.name, key: key)
            }
        }
        let secrets = settings.restSecrets.map { Secret($0) } + (ownSecret.map { [Secret($0, isOwn: true)] } ?? [])
        guard !settings.stunOnly else {
            self.init(realm: realm)
            return
        }
        self.init(
            realm: realm, users: users, secrets: secrets + (directory?.secrets ?? []),
            separator: settings.restSeparator)
        if let directory { self.directory = directory.users }
        isIncomplete = settings.userDatabase != nil && directory == nil
        if settings.acceptsTokens {
            thirdParty = ThirdParty(
                server: settings.serverName.isEmpty ? realm : settings.serverName,
                keys: (directory?.tokenKeys ?? []) + settings.oauthKeys.compactMap(TokenKey.init))
        }
    }
}

extension TokenKey {
    init?(_ key: OAuthKey) {
        self.init(
            identifier: key.identifier, algorithm: key.algorithm == .a256GCM ? .aes256GCM : .aes128GCM, key: key.key,
            validity: (key.begins ?? UnixTime(milliseconds: .min))..<(key.ends ?? UnixTime(milliseconds: .max)))
    }
}

extension PeerPolicy {
    init(_ settings: Configuration.Settings, _ directory: Directory?) {
        self.init()
        allowsLoopback = settings.allowLoopbackPeers
        allowed = settings.allowedPeers.compactMap(TURN.AddressRange.init) + (directory?.allowedPeers ?? [])
        denied = settings.deniedPeers.compactMap(TURN.AddressRange.init) + (directory?.deniedPeers ?? [])
    }
}

extension TURN.AddressRange {
    init?(_ rule: PeerRule) { self.init(rule.range.first, rule.range.last, origin: "\(rule.origin)") }
}
