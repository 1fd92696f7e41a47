// SPDX-License-Identifier: Apache-2.0

package import Addresses
internal import Wire

/// Something that the settings say of addresses and that does not fit the host.
package struct Misfit: Hashable, Sendable {
    package let severity: Problem.Severity
    /// The setting that it is about.
    package let key: String
    /// Which of its values, counted from nought; nil for the last.
    package let index: Int?
    /// What is wrong and what would be right.
    package let explanation: String
}

extension Settings {
    /// What they say of addresses that does not fit a host that is to serve them.
    package func misfits(on host: HostAddresses) -> [Misfit] { Misfits(settings: self, host: host).all }
}

extension Verdict {
    /// The verdict for a host that is to serve this: with what the configuration says of addresses that it does not have.
    package func held(against host: HostAddresses) -> Verdict {
        guard let settings else { return self }
        let misfits = settings.misfits(on: host).map { misfit in
            let places = origins[misfit.key] ?? []
            let place = misfit.index.flatMap { places.indices.contains($0) ? places[$0] : nil } ?? places.last
            return Problem(
                severity: misfit.severity, origin: place ?? .configuration(file: nil), explanation: misfit.explanation)
        }
        return Verdict(legible: legible, problems: problems + misfits, origins: origins)
    }
}

/// What does not fit together: the addresses that are written, and those that the host has.
private struct Misfits {
    let settings: Settings
    let host: HostAddresses

    var all: [Misfit] { unusable + relayAddresses + awaited + external + families }

    private var own: OwnAddresses { OwnAddresses(host: host, wishes: settings.wishes()) }

    private func mistake(_ key: String, _ index: Int? = nil, _ explanation: String) -> Misfit {
        Misfit(severity: .error, key: key, index: index, explanation: explanation)
    }

    private func notice(_ key: String, _ index: Int? = nil, _ explanation: String) -> Misfit {
        Misfit(severity: .warning, key: key, index: index, explanation: explanation)
    }

    /// Addresses that nothing can be bound to, whatever the host has.
    private var unusable: [Misfit] {
        settings.named.filter(\.address.needsScope).map { key, index, address in
            mistake(
                key, index,
                "\(key)=\(address) is \(address.specialUse?.description ?? "a link-local address"): it means something on "
                    + "one link alone, and cannot be bound without saying which; name another address of this "
                    + "host\(possessions)")
        }
    }

    private var relayAddresses: [Misfit] {
        settings.relayAddresses.enumerated().compactMap { index, address in
            guard !address.needsScope else { return nil }
            guard !host.has(address) else { return address.isLoopback ? onlyHere(index, address) : nil }
            if settings.listeningAddresses.contains(address) {
                return notice("relay-ip", index, "nothing is relayed from relay-ip=\(address) before this host has it")
            }
            return mistake(
                "relay-ip", index,
                "relay-ip=\(address) is not an address of this host\(possessions); right would be "
                    + (behindNAT(address).map { "external-ip=\(address) and relay-ip=\($0)" }
                        ?? "one of them, or no relay-ip"))
        }
    }

    /// Relayed addresses that nobody but this host reaches; where it listens for nobody else, that is meant.
    private func onlyHere(_ index: Int, _ address: IPAddress) -> Misfit? {
        let listensForOthers =
            settings.listeningAddresses.isEmpty || !settings.listeningAddresses.allSatisfy(\.isLoopback)
        guard listensForOthers, !settings.allowLoopbackPeers else { return nil }
        return notice(
            "relay-ip", index,
            "nobody outside of this host reaches what is relayed from relay-ip=\(address); name an address of this "
                + "host\(possessions), or remove the line")
    }

    private var awaited: [Misfit] {
        settings.awaited(on: host).filter { !$0.address.needsScope }.map { key, address in
            let all = key == "listening-ip" ? settings.listeningAddresses : settings.webListeningAddresses
            let never = (key == "listening-ip" ? behindNAT(address) : nil).map {
                ", and behind one-to-one NAT never comes: there, listening-ip=\($0) and external-ip=\(address)"
            }
            return notice(
                key, all.firstIndex(of: address),
                "\(key)=\(address) is not an address of this host\(possessions); it is waited for\(never ?? "")")
        }
    }

    private var external: [Misfit] {
        var misfits: [Misfit] = []
        for (index, external) in settings.externalAddresses.enumerated() {
            if let local = external.local, !host.has(local) {
                misfits.append(
                    notice(
                        "external-ip", index,
                        "external-ip=\(external.source)/\(local): \(local) is not an address of this host"
                            + "\(possessions); nobody is told \(external.source) before it has it"))
            }
            if case .address(let address) = external.source, let trouble = unreachable(address, external.local) {
                misfits.append(notice("external-ip", index, trouble))
            }
        }
        if let trouble = settings.nobodyToAsk(on: host) { misfits.append(notice("external-ip", nil, trouble)) }
        return misfits
    }

    /// Why nobody would reach a public address that clients are told.
    private func unreachable(_ address: IPAddress, _ local: IPAddress?) -> String? {
        if let local, local.isPublic, !address.isPublic {
            return
                "external-ip=\(address)/\(local) is the wrong way round: the address that the world knows comes first; "
                + "right would be external-ip=\(local)/\(address)"
        }
        guard !address.isRoutable else { return nil }
        return
            "external-ip=\(address) is \(address.specialUse?.description ?? "no address of a host"), at which nobody "
            + "outside reaches what is relayed; write the address that the world knows, or remove the line"
    }

    /// What cannot be relayed over, where that is a surprise.
    private var families: [Misfit] {
        guard isRelaying, settings.relayAddresses.isEmpty else { return [] }
        let (v4, v6) = (own.relayAddresses(.v4), own.relayAddresses(.v6))
        if v4.isEmpty, v6.isEmpty {
            return [
                notice(
                    "relay-ip", nil,
                    "this host has no address that others could reach: nothing is relayed before it has one; "
                        + "allow-loopback-peers is for tests on one machine")
            ]
        }
        guard v4.isEmpty, settings.defaultFamily == .ipv4 else { return [] }
        return [
            notice(
                "allocation-default-address-family", nil,
                "this host relays over IPv6 alone, and whoever names no family, as browsers do, asks for IPv4 and is "
                    + "refused (440); allocation-default-address-family=ipv6 gives them IPv6")
        ]
    }

    private var isRelaying: Bool {
        !settings.stunOnly && (settings.relaysUDP || settings.relaysTCP) && settings.relayURLs.isEmpty
            && !settings.sendsClientsElsewhere
    }

    /// The private address that a public one stands for, where the host may be behind a NAT.
    private func behindNAT(_ address: IPAddress) -> IPAddress? {
        let routable = host.addresses.filter { $0.family == address.family && $0.isRoutable }
        guard address.isPublic, !routable.contains(where: \.isPublic) else { return nil }
        return routable.first { host.outgoing.contains($0) } ?? routable.first
    }

    /// What the host has instead.
    private var possessions: String {
        let routable = host.addresses.filter(\.isRoutable)
        guard !routable.isEmpty else { return ", which has none but loopback" }
        let more = routable.count > 4 ? " and \(routable.count - 4) more" : ""
        return ", which has " + routable.prefix(4).map { "\($0)" }.joined(separator: ", ") + more
    }
}

extension Settings {
    /// The addresses of this host that are named, with the setting and their place among its values.
    fileprivate var named: [(key: String, index: Int?, address: IPAddress)] {
        func all(_ key: String, _ addresses: [IPAddress]) -> [(key: String, index: Int?, address: IPAddress)] {
            addresses.enumerated().map { (key: key, index: $0.offset, address: $0.element) }
        }
        return all("listening-ip", listeningAddresses) + all("relay-ip", relayAddresses)
            + all("web-listening-ip", webListeningAddresses)
            + (prometheus ? [(key: "prometheus-address", index: nil, address: prometheusAddress)] : [])
    }
}

extension IPAddress {
    /// Whether an address is of no use without the interface that it is meant for.
    fileprivate var needsScope: Bool { family == .v6 && isLinkLocal }
}
