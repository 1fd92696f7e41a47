// SPDX-License-Identifier: Apache-2.0

internal import Addresses
internal import Configuration
internal import Wire

/// The public addresses of this host, as `external-ip` says or lets them be found out.
struct PublicAddresses: Hashable, Sendable {
    var known: [Addresses.ExternalAddress] = []
    /// What could not be found out, for the operator.
    var problems: [String] = []

    /// How things are found out; each call may take seconds.
    struct Finder {
        /// The addresses of a DNS name, or why it has none.
        var lookUp: (_ name: String) -> Result<[IPAddress], LookupProblem>
        /// The address that a STUN server sees this host's datagrams come from.
        var observe: (_ server: Endpoint) -> IPAddress?
        /// What the host has.
        var own: () -> HostAddresses
    }

    /// Why a name has no address, in the resolver's words.
    struct LookupProblem: Error {
        let text: String
    }

    init(known: [Addresses.ExternalAddress] = []) { self.known = known }

    /// Those that were written as addresses.
    init(written settings: Configuration.Settings) {
        known = settings.writtenExternalAddresses
    }

    /// All of them, found with `finder`.
    init(_ settings: Configuration.Settings, with finder: Finder) {
        self.init(written: settings)
        for external in settings.externalAddresses {
            switch external.source {
            case .address: break
            case .name(let name): follow(name, for: external.local, with: finder)
            case .automatic: find(settings, with: finder)
            }
        }
    }

    /// Whether anything has to be found out.
    static func mustBeFound(_ settings: Configuration.Settings) -> Bool {
        settings.externalAddresses.contains { external in
            if case .address = external.source { false } else { true }
        }
    }

    private mutating func follow(_ name: String, for local: IPAddress?, with finder: Finder) {
        switch finder.lookUp(name) {
        case .failure(let problem): problems.append("external-ip: \(name) has no address: \(problem.text)")
        case .success(let addresses):
            let fitting = addresses.filter { local == nil || $0.family == local?.family }
            // One of each family: a client is told one.
            let chosen = [IPAddress.Family.v4, .v6].compactMap { family in fitting.first { $0.family == family } }
            if chosen.isEmpty { problems.append("external-ip: \(name) has no address of the family that is needed") }
            known += chosen.map { Addresses.ExternalAddress($0, for: local) }
        }
    }

    /// Where an interface has a public address nothing stands in between; else the configured STUN server is asked.
    private mutating func find(_ settings: Configuration.Settings, with finder: Finder) {
        let host = finder.own()
        guard settings.unknownOutside(on: host) != nil else { return }
        guard let server = settings.externalAddressServer else {
            problems += [settings.nobodyToAsk(on: host)].compactMap(\.self)
            return
        }
        var endpoints: [Endpoint] = []
        switch server.address.map({ .success([$0]) }) ?? finder.lookUp(server.host) {
        case .failure(let problem):
            problems.append("external-ip-server: \(server.host) has no address: \(problem.text)")
            return
        case .success(let addresses):
            endpoints = addresses.filter { $0.family == .v4 }.map { Endpoint($0, server.port) }
        }
        guard let address = endpoints.lazy.compactMap({ finder.observe($0) }).first else {
            problems.append("external-ip-server: \(server.host):\(server.port) does not answer over IPv4")
            return
        }
        if !host.has(address) { known.append(Addresses.ExternalAddress(address)) }
    }
}
