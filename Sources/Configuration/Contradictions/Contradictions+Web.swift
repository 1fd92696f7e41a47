// SPDX-License-Identifier: Apache-2.0

extension Contradictions {
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
}
