// SPDX-License-Identifier: Apache-2.0

internal import Wire

extension Contradictions {
    func addresses() -> [Problem] {
        var problems: [Problem] = []
        for (index, external) in settings.externalAddresses.enumerated() {
            let origin = place("external-ip", number: index)
            if external.source == .automatic, settings.externalAddresses.count > 1 {
                problems.append(
                    .error(
                        "external-ip=auto finds the addresses itself; remove it, or every other external-ip", at: origin
                    ))
            }
            guard !settings.externalAddresses[..<index].contains(external) else {
                problems.append(.warning("the same external-ip was written before; remove one", at: origin))
                continue
            }
            guard case .address(let address) = external.source else { continue }
            let rivals = settings.externalAddresses[..<index].filter { rival in
                guard case .address(let other) = rival.source else { return false }
                return rival != external && other.family == address.family && rival.local == external.local
            }
            guard !rivals.isEmpty else { continue }
            problems.append(
                .error(
                    external.local == nil
                        ? "two public addresses of one family; write each as external-ip=PUBLIC/PRIVATE"
                        : "\(external.local?.description ?? "") has two public addresses; keep one", at: origin))
        }
        for (key, list) in [("listening-ip", settings.listeningAddresses), ("relay-ip", settings.relayAddresses)] {
            for (index, address) in list.enumerated() {
                let origin = place(key, number: index)
                if list[..<index].contains(address) {
                    problems.append(.warning("\(key)=\(address) is there twice; remove one", at: origin))
                } else if key == "relay-ip", address.isUnspecified {
                    problems.append(
                        .warning(
                            "relay-ip=\(address) is no address that peers can reach and counts as not written: relayed addresses are opened on the one that the client reached; name an address of this host, or remove the line",
                            at: origin))
                }
            }
        }
        return problems
    }

    func peers() -> [Problem] {
        guard settings.allowLoopbackPeers else {
            return settings.allowedPeers.enumerated().compactMap { index, rule in
                let opened = Self.dangerous.filter { rule.range.contains($0.address) }.map(\.name)
                guard !opened.isEmpty else { return nil }
                return .warning(
                    "allowed-peer-ip=\(rule.range) lets clients reach \(opened.joined(separator: " and ")), which coturn leaves "
                        + "closed; name the networks that are meant", at: place("allowed-peer-ip", number: index))
            }
        }
        return [
            .warning(
                "every client reaches every service that listens on this host's loopback; for tests only",
                at: place("allow-loopback-peers"))
        ]
    }

    /// What hardly anybody means to open, and a wide network holds.
    private static let dangerous: [(address: IPAddress, name: String)] = [
        (.loopbackV4, "what listens on this host's loopback"), (.loopbackV6, "what listens on this host's loopback"),
        (.v4(0xA9FE_A9FE), "the metadata of the cloud (169.254.169.254)"),
    ]
}

extension Settings {
    /// Leaves out what was said twice, and addresses to relay from that are none.
    mutating func tidy() {
        relayAddresses.removeAll(where: \.isUnspecified)
        relayAddresses = relayAddresses.withoutRepetitions
        listeningAddresses = listeningAddresses.withoutRepetitions
        // A wildcard serves them too, and NAT behaviour is discovered at those that are named.
        if !rfc5780 {
            let wildcards = listeningAddresses.filter(\.isUnspecified)
            listeningAddresses.removeAll { address in
                !address.isUnspecified && wildcards.contains { $0.family == address.family }
            }
        }
        externalAddresses = externalAddresses.withoutRepetitions
    }
}

extension Array where Element: Hashable {
    /// The elements in their order, each once.
    fileprivate var withoutRepetitions: Self {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
