// SPDX-License-Identifier: Apache-2.0

internal import Addresses
internal import Configuration
internal import Engine
internal import Wire

extension Checkup {
    /// NETWORK: what clients are told against what this machine has.
    func network() {
        guard let settings else { return }
        belongings(settings)
        let here = own.filter { !$0.isLocalOnly }
        for family in [IPAddress.Family.v4, .v6] {
            let here = here.filter { $0.family == family }
            let told = settings.writtenAddresses.filter { $0.family == family }
            if told.isEmpty { unmapped(here, family, settings) }
            for address in told { mapped(address, here, settings) }
        }
        if !plan.isOffline { observed(here, settings) }
    }

    /// Addresses in the file that this machine does not have.
    private func belongings(_ settings: Settings) {
        let mine = own.filter { !$0.isLocalOnly }
        for (key, named) in [("listening-ip", settings.listeningAddresses), ("relay-ip", settings.relayAddresses)] {
            for address in named where !address.isUnspecified && !own.contains(address) && !address.isLocalOnly {
                tell(
                    .fail(
                        .network, "\(key) \(address) is no address of this machine",
                        .addressNotHere(key: key, own: mine.filter { $0.family == address.family })))
            }
        }
    }

    private func unmapped(_ here: [IPAddress], _ family: IPAddress.Family, _ settings: Settings) {
        let isNamed = !settings.relayAddresses.isEmpty || settings.listeningAddresses.contains { !$0.isUnspecified }
        let named = settings.relayAddresses.isEmpty ? settings.listeningAddresses : settings.relayAddresses
        let here = isNamed ? named.filter { $0.family == family && own.contains($0) } : here
        let open = here.filter { $0.isPublic }
        guard open.isEmpty else {
            let list = open.map { "\($0)" }.joined(separator: ", ")
            return tell(
                .ok(
                    .network,
                    open.count == 1
                        ? "public address \(list) is this machine's own"
                        : "public addresses \(list) are this machine's own"))
        }
        // With public addresses of the other family that is how it is meant to be.
        guard family == .v4, let address = here.first else {
            if here.isEmpty, !isNamed { tell(.skip(.network, "no \(family.name) here")) }
            return
        }
        if settings.findsAddressesItself {
            if let server = settings.externalAddressServer {
                return tell(
                    .ok(.network, "external-ip=auto: \(server.host) is asked for the public address of \(address)"))
            }
            return tell(
                .warn(
                    .network,
                    "external-ip=auto: \(address) is \(address.specialUse ?? "private"), and there is nobody to ask for the public address",
                    .nobodyToAsk))
        }
        guard settings.externalAddresses.isEmpty else { return }
        tell(
            .warn(
                .network,
                "clients would be told \(address), \(address.specialUse ?? "private"), which nobody outside reaches",
                .privateAddress))
    }

    private func mapped(_ address: IPAddress, _ here: [IPAddress], _ settings: Settings) {
        if own.contains(address) { return tell(.ok(.network, "external-ip \(address) is this machine's own address")) }
        if let use = address.specialUse {
            return tell(
                .fail(
                    .network, "external-ip \(address) is \(use): nobody outside reaches it",
                    .externalAddressUnreachable))
        }
        if let real = here.first(where: { $0.isPublic }) {
            return tell(
                .fail(
                    .network, "external-ip says \(address), and this machine's own public address is \(real)",
                    .externalAddressForeign(own: real)))
        }
        if let host, IPAddress(host) == nil,
            let named = try? Host.addresses(of: host).filter({ $0.family == address.family }),
            !named.isEmpty
        {
            if named.contains(address) {
                return tell(
                    .ok(.network, "external-ip \(address) is what \(host) resolves to; the NAT must be one to one"))
            }
            return tell(
                .fail(
                    .network, "external-ip says \(address), and \(host) resolves to \(named[0])",
                    .externalAddressUnlikeName))
        }
        // Whether it is right nobody can see from behind the NAT: that is no fault.
        guard plan.observer == nil, settings.externalAddressServer == nil else { return }
        let behind = here.first.map { " for \($0)" } ?? ""
        tell(
            .skip(
                .network,
                "external-ip \(address) is told\(behind): only somebody outside sees whether it is right (--observer HOST asks a STUN server)"
            ))
    }
}

extension Settings {
    /// What `external-ip` says in digits.
    var writtenAddresses: [IPAddress] {
        externalAddresses.compactMap { external in
            if case .address(let address) = external.source { address } else { nil }
        }
    }

    /// Whether the server finds its public address out: external-ip=auto.
    var findsAddressesItself: Bool { externalAddresses.contains { $0.source == .automatic } }
}
