// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import Wire

extension Checkup {
    /// NETWORK: what clients are told against what this machine has.
    func network() {
        guard let settings else { return }
        let own = ((try? Host.addresses()) ?? []).filter { !$0.isLocalOnly }
        for family in [IPAddress.Family.v4, .v6] {
            let here = own.filter { $0.family == family }
            let told = settings.externalAddresses.compactMap { external -> IPAddress? in
                if case .address(let address) = external.source { address } else { nil }
            }.filter { $0.family == family }
            if told.isEmpty { unmapped(here, family, settings) }
            for address in told { mapped(address, here, settings) }
        }
        if !plan.isOffline { observed(own, settings) }
    }

    private func unmapped(_ here: [IPAddress], _ family: IPAddress.Family, _ settings: Settings) {
        if let address = here.first(where: { $0.specialUse == nil }) {
            return tell(.ok(.network, "public address \(address) is this machine's own"))
        }
        guard family == .v4 else {
            if here.isEmpty { tell(.skip(.network, "no IPv6 here")) }
            return
        }
        if settings.externalAddresses.contains(where: { $0.source == .automatic }) {
            return tell(.ok(.network, "external-ip=auto: the server finds its public address out by itself"))
        }
        guard settings.externalAddresses.isEmpty else { return }
        tell(
            .warn(
                .network,
                "clients would be told \(here.first.map { "\($0)" } ?? "loopback"), which nobody outside reaches",
                fix:
                    "external-ip=auto, or external-ip= and the public address; fine where all clients are on this network"
            ))
    }

    private func mapped(_ address: IPAddress, _ here: [IPAddress], _ settings: Settings) {
        if here.contains(address) { return tell(.ok(.network, "external-ip \(address) is this machine's own address")) }
        if let use = address.specialUse {
            return tell(
                .fail(
                    .network, "external-ip \(address) is \(use): nobody outside reaches it",
                    fix: "write the public address there, or external-ip=auto"))
        }
        if let real = here.first(where: { $0.specialUse == nil }) {
            return tell(
                .fail(
                    .network, "external-ip says \(address), and this machine's own public address is \(real)",
                    fix: "remove external-ip, or write external-ip=\(real)"))
        }
        if let host = settings.publicHost ?? plan.host, IPAddress(host) == nil,
            let named = try? Host.addresses(of: host).filter({ $0.family == address.family }), !named.isEmpty
        {
            if named.contains(address) {
                return tell(
                    .ok(.network, "external-ip \(address) is what \(host) resolves to; the NAT must be one to one"))
            }
            return tell(
                .fail(
                    .network, "external-ip says \(address), and \(host) resolves to \(named[0])",
                    fix: "correct whichever of both is wrong; external-ip=auto finds the address out"))
        }
        tell(
            .warn(
                .network,
                "external-ip \(address) is on no interface here, so only somebody outside can tell whether it is right",
                fix: "on another machine: sterna check turn:\(address):\(settings.listeningPort) --secret …"))
    }
}

extension IPAddress {
    /// Loopback and link-local addresses: no server is reached there from elsewhere.
    var isLocalOnly: Bool {
        switch self {
        case .v4(let bits): bits >> 24 == 127 || bits >> 16 == 0xA9FE
        case .v6(let bits): bits == 1 || bits >> 118 == 0x3FA
        }
    }

    /// What the address is where it is no public one.
    var specialUse: String? {
        switch unmapped {
        case .v4(let bits):
            switch (bits >> 24, bits >> 16) {
            case (10, _), (_, 0xAC10...0xAC1F), (_, 0xC0A8): "a private address"
            case (127, _): "loopback"
            case (_, 0xA9FE): "a link-local address"
            case (100, 0x6440...0x647F): "an address of a provider's own NAT"
            case (224..., _), (0, _): "no address of a host"
            default: nil
            }
        case .v6(let bits):
            switch bits >> 121 {
            case 0x7E: "a private address (ULA)"
            default: isLocalOnly || bits == 0 ? "an address of this link only" : nil
            }
        }
    }
}
