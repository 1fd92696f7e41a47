// SPDX-License-Identifier: Apache-2.0

extension Contradictions {
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
        problems += nothingServed
        for (key, port) in [("web-port", settings.webPort), ("web-tls-port", settings.webTLSPort)] {
            guard let port, [settings.listeningPort, settings.altListeningPort].contains(port) else { continue }
            problems.append(
                .error("\(key)=\(port) is the port of STUN and TURN; give it one of its own", at: place(key)))
        }
        if let port = settings.webTLSPort, port == settings.altTLSListeningPort {
            problems.append(
                .error(
                    "alt-tls-listening-port=\(port) is the web-tls-port, which takes TURN over TLS too; remove the line",
                    at: place("alt-tls-listening-port")))
        }
        if let port = settings.webPort, port == settings.webTLSPort {
            problems.append(
                .error("web-port and web-tls-port are both \(port); give each its own", at: place("web-tls-port")))
        }
        return problems
    }

    /// What leaves nothing to listen at, or nothing to relay.
    private var nothingServed: [Problem] {
        let overTLS = settings.certificate != nil && (settings.servesTLS || settings.servesDTLS)
        if !settings.servesUDP, !settings.servesTCP, !overTLS, settings.tcpProxyPort == nil, !settings.servesWeb {
            return [
                .error(
                    "nothing is left to listen at; remove no-udp or no-tcp, or add web-port=80",
                    at: place("no-udp", "no-tcp"))
            ]
        }
        guard !settings.relaysUDP, !settings.relaysTCP, !settings.stunOnly else { return [] }
        return [
            .warning(
                "nothing is relayed, neither over UDP nor over TCP; remove no-udp-relay, or write stun-only if that is meant",
                at: place("no-udp-relay", "no-tcp-relay"))
        ]
    }

    func certificates() -> [Problem] {
        guard settings.privateKey != nil, settings.certificate == nil else { return [] }
        return [
            .warning(
                "TLS and DTLS are not served: pkey is the key of a certificate that is not named; add cert= and its file",
                at: place("pkey"))
        ]
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
}
