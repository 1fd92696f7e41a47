// SPDX-License-Identifier: Apache-2.0

internal import Wire

extension Settings {
    /// What cannot be seen in one line: settings that miss each other or do not go together.
    func contradictions(file: String?, origins: [String: [Origin]]) -> [Problem] {
        let check = Check(settings: self, file: file, origins: origins)
        return check.ports() + check.credentials() + check.addresses() + check.discovery() + check.rooms()
            + check.peers() + check.proxies()
    }
}

/// One look at the whole configuration.
private struct Check {
    let settings: Settings
    let file: String?
    let origins: [String: [Origin]]

    /// Where the last of `keys` that is written at all was written.
    private func place(_ keys: String...) -> Origin {
        keys.lazy.compactMap { origins[$0]?.last }.first ?? .configuration(file: file)
    }

    func ports() -> [Problem] {
        var problems: [Problem] = []
        let (low, high) = (Int(settings.minPort), Int(settings.maxPort))
        if low > high {
            problems.append(
                .error(
                    "min-port=\(low) is above max-port=\(high); right would be the lower number first",
                    at: place("min-port", "max-port")))
        } else if high - low + 1 < 100 {
            problems.append(
                .warning(
                    "the relay has room for \(high - low + 1) allocations, and a call takes two to four; widen min-port and max-port",
                    at: place("max-port", "min-port")))
        }
        if (low...max(low, high)).contains(Int(settings.listeningPort)) {
            problems.append(
                .warning(
                    "listening-port=\(settings.listeningPort) lies inside the relay's ports \(low) to \(high) and cannot be relayed; raise min-port",
                    at: place("min-port", "max-port", "listening-port")))
        }
        for (key, port) in [("web-port", settings.webPort), ("web-tls-port", settings.webTLSPort)] {
            guard let port, port == settings.listeningPort else { continue }
            problems.append(
                .error("\(key)=\(port) is the port of STUN and TURN; give it one of its own", at: place(key)))
        }
        if settings.privateKey != nil, settings.certificate == nil {
            problems.append(
                .error("pkey is the key of a certificate that is not named; add cert= and its file", at: place("pkey")))
        }
        if let port = settings.webPort, port == settings.webTLSPort {
            problems.append(
                .error("web-port and web-tls-port are both \(port); give each its own", at: place("web-tls-port")))
        }
        return problems
    }

    func credentials() -> [Problem] {
        var problems: [Problem] = []
        let hasSecret = !settings.restSecrets.isEmpty
        if settings.useAuthSecret, !hasSecret, settings.userDatabase == nil {
            problems.append(
                .error(
                    "use-auth-secret needs a secret; add static-auth-secret= and what “openssl rand -hex 32” prints",
                    at: place("use-auth-secret")))
        } else if settings.users.isEmpty, !hasSecret, settings.oauthKeys.isEmpty, settings.userDatabase == nil,
            !settings.servesWeb
        {
            problems.append(
                .warning(
                    "only STUN is answered, because nobody could log in to the relay; add user=name:password, or static-auth-secret= and what “openssl rand -hex 32” prints, or web-port=80 for calls in the browser",
                    at: .configuration(file: file)))
        }
        if settings.oauth, settings.oauthKeys.isEmpty, settings.userDatabase == nil {
            problems.append(
                .warning(
                    "oauth has no key, so that no access token can be opened; add oauth-key=kid:A256GCM: and what “openssl rand -base64 32” prints",
                    at: place("oauth")))
        }
        for (index, key) in settings.oauthKeys.enumerated()
        where settings.oauthKeys[..<index].contains(where: { $0.identifier == key.identifier }) {
            let all = origins["oauth-key"] ?? []
            problems.append(
                .warning(
                    "the OAuth key “\(key.identifier)” was given before; the last one counts",
                    at: all.indices.contains(index) ? all[index] : place("oauth-key")))
        }
        if !settings.relayURLs.isEmpty, !hasSecret {
            problems.append(
                .error(
                    "turn-url needs the secret that its server knows; add static-auth-secret= with the same one",
                    at: place("turn-url")))
        }
        if settings.servesWeb, settings.relayURLs.isEmpty, settings.sendsClientsElsewhere, !hasSecret {
            problems.append(
                .warning(
                    "people in rooms are sent to servers that do not know their credentials; add static-auth-secret= with what all of them share",
                    at: place(
                        "alternate-server", "udp-alternate-server", "tcp-alternate-server", "tls-alternate-server")))
        }
        for (index, quota) in settings.realmQuotas.enumerated()
        where settings.userDatabase == nil && !settings.originRealms.contains(where: { $0.realm == quota.realm }) {
            let all = origins["realm-quota"] ?? []
            problems.append(
                .warning(
                    "no site is asked for the realm “\(quota.realm)”; add origin-to-realm=https://… \(quota.realm)",
                    at: all.indices.contains(index) ? all[index] : place("realm-quota")))
        }
        if hasSecret, !settings.users.isEmpty {
            problems.append(
                .warning(
                    "users are good beside static-auth-secret, where coturn ignores them; remove user= lines that are left over",
                    at: place("user")))
        }
        for (index, secret) in settings.restSecrets.enumerated() where secret.utf8.count < 16 {
            let all = origins["static-auth-secret"] ?? []
            problems.append(
                .warning(
                    "the secret is short enough to be guessed; “openssl rand -hex 32” prints a good one",
                    at: all.indices.contains(index) ? all[index] : place("static-auth-secret")))
        }
        for (index, user) in settings.users.enumerated() {
            let all = origins["user"] ?? []
            let origin = all.indices.contains(index) ? all[index] : place("user")
            if case .key = user.credential, settings.realm.isEmpty {
                problems.append(
                    .error(
                        "the key of user “\(user.name)” was made with a realm; add realm= with the same one", at: origin
                    ))
            }
            if settings.users[..<index].contains(where: { $0.name == user.name }) {
                problems.append(.warning("user “\(user.name)” was given before; the last one counts", at: origin))
            }
        }
        return problems
    }

    func addresses() -> [Problem] {
        var problems: [Problem] = []
        let all = origins["external-ip"] ?? []
        for (index, external) in settings.externalAddresses.enumerated() {
            let origin = all.indices.contains(index) ? all[index] : place("external-ip")
            if external.source == .automatic, settings.externalAddresses.count > 1 {
                problems.append(
                    .error(
                        "external-ip=auto finds the addresses itself; remove it, or every other external-ip", at: origin
                    ))
            }
            guard case .address(let address) = external.source else { continue }
            let rivals = settings.externalAddresses[..<index].filter { rival in
                guard case .address(let other) = rival.source else { return false }
                return other.family == address.family && rival.local == external.local
            }
            guard !rivals.isEmpty else { continue }
            problems.append(
                .error(
                    external.local == nil
                        ? "two public addresses of one family; write each as external-ip=PUBLIC/PRIVATE"
                        : "\(external.local?.description ?? "") has two public addresses; keep one", at: origin))
        }
        for (key, list) in [("listening-ip", settings.listeningAddresses), ("relay-ip", settings.relayAddresses)] {
            let lines = origins[key] ?? []
            for (index, address) in list.enumerated() {
                let origin = lines.indices.contains(index) ? lines[index] : place(key)
                if list[..<index].contains(address) {
                    problems.append(.error("\(key)=\(address) is there twice; remove one", at: origin))
                }
                if key == "relay-ip", address.isUnspecified {
                    problems.append(
                        .error(
                            "relay-ip needs one address of this host that peers can reach, not \(address)", at: origin))
                }
            }
        }
        return problems
    }

    func discovery() -> [Problem] {
        guard settings.rfc5780 else { return [] }
        var problems: [Problem] = []
        if settings.discoveryAddresses.isEmpty {
            problems.append(
                .warning(
                    "NAT behaviour is not discovered: rfc5780 needs two addresses of this host; name each with listening-ip",
                    at: place("rfc5780")))
        }
        if settings.discoveryPort == settings.listeningPort {
            problems.append(
                .error(
                    "alt-listening-port=\(settings.discoveryPort) is the listening-port; give it one of its own",
                    at: place("alt-listening-port")))
        }
        if settings.discoveryTLSPort == settings.tlsListeningPort {
            problems.append(
                .error(
                    "alt-tls-listening-port=\(settings.discoveryTLSPort) is the tls-listening-port; give it one of its own",
                    at: place("alt-tls-listening-port")))
        }
        return problems
    }

    func rooms() -> [Problem] {
        var problems: [Problem] = []
        if settings.roomCreation == .key, settings.roomKeys.isEmpty {
            problems.append(
                .error(
                    "room-creation=key needs a key; add room-key= and what “openssl rand -hex 16” prints",
                    at: place("room-creation")))
        }
        if settings.roomCreation == .anyone, !settings.roomKeys.isEmpty {
            problems.append(
                .warning("anyone may make rooms without the room-key; add room-creation=key", at: place("room-key")))
        }
        if !settings.servesWeb, let key = origins.keys.sorted().first(where: { $0.hasPrefix("room-") }) {
            problems.append(.warning("rooms need the web listener; add web-port=80", at: place(key)))
        }
        return problems
    }

    func proxies() -> [Problem] {
        var problems: [Problem] = []
        if settings.webProxyProtocol, settings.trustedProxies.isEmpty {
            problems.append(
                .warning(
                    "web-proxy-protocol changes nothing without a proxy that is believed; add trusted-proxy= and its address",
                    at: place("web-proxy-protocol")))
        }
        if let port = settings.tcpProxyPort {
            if settings.trustedProxies.isEmpty {
                problems.append(
                    .warning(
                        "whoever reaches tcp-proxy-port=\(port) says itself what its address is; add trusted-proxy= and the address of the load balancer",
                        at: place("tcp-proxy-port")))
            }
            let others = [settings.listeningPort, settings.tlsListeningPort, settings.webPort, settings.webTLSPort]
            if others.contains(port) {
                problems.append(
                    .error(
                        "tcp-proxy-port=\(port) is the port of something else; give it one of its own",
                        at: place("tcp-proxy-port")))
            }
        }
        return problems
    }

    func peers() -> [Problem] {
        guard settings.allowLoopbackPeers else { return [] }
        return [
            .warning(
                "every client reaches every service that listens on this host's loopback; for tests only",
                at: place("allow-loopback-peers"))
        ]
    }
}
