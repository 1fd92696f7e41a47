// SPDX-License-Identifier: Apache-2.0

internal import Addresses
internal import Configuration
internal import Engine
internal import Wire

extension StartReport {
    /// Whether the addresses are this host's; those that are listened at are waited for.
    mutating func findAddresses(_ settings: Settings, _ host: HostAddresses) {
        for misfit in settings.misfits(on: host) {
            add(
                misfit.severity == .error ? .obstacle : .remark, misfit.key, number: misfit.index, misfit.explanation)
        }
        let named = settings.listeningAddresses
        if !named.isEmpty, named.allSatisfy({ !$0.isUnspecified && !host.has($0) }) { awaited = named }
        guard !PortShares.split([settings.relayPorts], among: 1).isEmpty else {
            return add(.obstacle, "min-port", RelayFailure.noRelayPorts.description)
        }
    }

    /// Whether what is to be found out about public addresses can be.
    mutating func findNames(_ settings: Settings) {
        guard PublicAddresses.mustBeFound(settings) else { return }
        let told = findings.map(\.explanation)
        for problem in PublicAddresses(settings, with: .host).problems where !told.contains(problem) {
            add(.remark, "external-ip", problem)
        }
    }

    /// Whether every port that would be listened at is free.
    mutating func findPorts(_ settings: Settings, _ contexts: RelayContexts) {
        let listeners = RelayService.Settings.listeners(settings, contexts)
        let metrics = settings.prometheus ? [Endpoint(settings.prometheusAddress, settings.prometheusPort)] : []
        let web = settings.webListeningAddresses.isEmpty ? [IPAddress.anyV4] : settings.webListeningAddresses
        let pages = [("web-port", settings.webPort), ("web-tls-port", settings.webTLSPort)]
        let datagrams = listeners.datagrams.map { (Self.key(of: $0.port, settings), $0) }
        let streams =
            (listeners.streams + listeners.proxied).map { (Self.key(of: $0.port, settings), $0) }
            + metrics.map { ("prometheus-port", $0) }
            + pages.flatMap { key, port in port.map { port in web.map { (key, Endpoint($0, port)) } } ?? [] }
        for (key, endpoint) in datagrams {
            do throws(Errno) { _ = try DatagramSocket(at: endpoint) } catch {
                tell(BindFailure(endpoint, .udp, error), key)
            }
        }
        for (key, endpoint) in streams {
            do throws(BindFailure) { _ = try Listener.probe(endpoint) } catch { tell(error, key) }
        }
    }

    /// An address that the host has not, or that cannot be bound, has been told by now; whose port it is, each once.
    private mutating func tell(_ failure: BindFailure, _ key: String) {
        if failure.endpoint.address.family == .v6, failure.endpoint.address.isLinkLocal { return }
        switch failure.errno {
        case .addressInUse: add(.held(failure), key, failure.description)
        case .addressNotAvailable: return
        // Whoever starts the server may be somebody else, with sockets of systemd's.
        case .accessDenied: add(.remark, key, failure.description)
        default: add(.obstacle, key, failure.description)
        }
    }

    private static func key(of port: UInt16, _ settings: Settings) -> String {
        switch port {
        case settings.listeningPort: "listening-port"
        case settings.tlsListeningPort: "tls-listening-port"
        case settings.altListeningPort: "alt-listening-port"
        case settings.altTLSListeningPort: "alt-tls-listening-port"
        default: settings.tcpProxyPort == port ? "tcp-proxy-port" : "listening-port"
        }
    }
}
