// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import Wire

/// Finds out at which addresses clients can be served.
enum ListenerProbe {
    /// Finds out whether the addresses are free, each by a socket that does not share its port.
    ///
    /// The workers' sockets do, and would silently share it with another server of the same user too: each would get
    /// half of the clients. What the process before this one left need not be asked for. Port zero stands for one free
    /// port, the same for all.
    ///
    /// - Returns: The addresses, and why some that can be done without are not among them.
    static func probe(
        _ listeners: RelayService.Listeners, after inheritance: Inheritance
    ) throws(RelayFailure) -> (RelayService.Listeners, [BindFailure]) {
        var found = try probeNeeded(listeners, inheritance)
        var missing: [BindFailure] = []
        for endpoint in listeners.spareDatagrams where !found.datagrams.contains(endpoint) {
            do {
                found.datagrams.append(try datagrams(at: endpoint, inheritance))
            } catch {
                missing.append(BindFailure(endpoint, .udp, error))
            }
        }
        return (found, missing)
    }

    private static func probeNeeded(
        _ listeners: RelayService.Listeners, _ inheritance: Inheritance
    ) throws(RelayFailure) -> RelayService.Listeners {
        // A port that is free for the first listener may be taken for the next one.
        for _ in 0..<8 where listeners.hasFreePort {
            if let probed = try? probeOnce(listeners, inheritance) { return probed }
        }
        do { return try probeOnce(listeners, inheritance) } catch { throw .bind(error) }
    }

    private static func probeOnce(
        _ listeners: RelayService.Listeners, _ inheritance: Inheritance
    ) throws(BindFailure) -> RelayService.Listeners {
        var probed = RelayService.Listeners(
            takesDTLSAlone: listeners.takesDTLSAlone, takesTLSAlone: listeners.takesTLSAlone)
        var chosen: UInt16 = 0
        for endpoint in listeners.datagrams {
            let place = Endpoint(endpoint.address, endpoint.port == 0 ? chosen : endpoint.port)
            do {
                probed.datagrams.append(try datagrams(at: place, inheritance))
            } catch {
                throw BindFailure(place, .udp, error)
            }
            if endpoint.port == 0 { chosen = probed.datagrams.last?.port ?? 0 }
        }
        for endpoint in listeners.streams {
            let place = Endpoint(endpoint.address, endpoint.port == 0 ? chosen : endpoint.port)
            let isLeft = inheritance.hasListeners(.tcp, at: place)
            probed.streams.append(isLeft ? place : try Listener.probe(place))
            if endpoint.port == 0 { chosen = probed.streams.last?.port ?? 0 }
        }
        for endpoint in listeners.proxied {
            let isLeft = inheritance.hasListeners(.tcp, at: endpoint)
            probed.proxied.append(isLeft ? endpoint : try Listener.probe(endpoint))
            probed.proxies = listeners.proxies
        }
        return probed
    }

    private static func datagrams(at endpoint: Endpoint, _ inheritance: Inheritance) throws(Errno) -> Endpoint {
        inheritance.hasListeners(.udp, at: endpoint)
            ? endpoint : try DatagramSocket(at: endpoint, options: .mayComeLater).local
    }
}
