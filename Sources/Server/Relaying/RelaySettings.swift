// SPDX-License-Identifier: Apache-2.0
internal import Addresses
package import Engine
package import TLS
package import TURN
package import Wire

extension RelayService {
    /// Where clients are served. A wildcard serves every address of its family.
    package struct Listeners: Hashable, Sendable {
        /// Over UDP.
        package var datagrams: [Endpoint]
        /// Over UDP too, where it can be had: what cannot be bound is told and left out.
        package var spareDatagrams: [Endpoint] = []
        /// Whether clients over UDP are served over DTLS and not without it.
        package var takesDTLSAlone: Bool
        /// Whether clients over TCP are served over TLS and not without it.
        package var takesTLSAlone = false
        /// Over TCP.
        package var streams: [Endpoint]
        /// Over TCP, where a proxy says with the PROXY protocol for whom it speaks.
        package var proxied: [Endpoint] = []
        /// Which proxies are believed; all where none are named.
        package var proxies: [AddressRange] = []

        package init(
            datagrams: [Endpoint] = [], streams: [Endpoint] = [], takesDTLSAlone: Bool = false,
            takesTLSAlone: Bool = false
        ) {
            self.takesTLSAlone = takesTLSAlone
            self.datagrams = datagrams
            self.streams = streams
            self.takesDTLSAlone = takesDTLSAlone
        }

        /// Whether nobody is served.
        var isEmpty: Bool { (datagrams + spareDatagrams + streams + proxied).isEmpty }

        /// Whether the kernel is to choose a port.
        var hasFreePort: Bool { (datagrams + streams + proxied).contains { $0.port == 0 } }
    }

    /// What the service is told at its start.
    package struct Settings: Sendable {
        package var listeners: Listeners
        /// How many threads relay; nil for one per processor.
        package var workers: Int?
        /// What every worker's relay is told. Its ports are divided among the workers; what the host has and the
        /// listeners are added where they are left empty.
        package var relay: TURN.Settings
        /// What TLS and DTLS are served with at every address.
        package var contexts = RelayContexts()
        /// Bytes of receive buffer to ask for on relay sockets; listeners ask for eight times as many. A default buffer holds
        /// 92 datagrams of 1200 bytes: a server that sleeps for 10 ms misses more, and video comes in bursts.
        package var socketBuffer = 1 << 20
        /// How many connections there may be; shared with whoever else accepts some.
        package var limits = ConnectionLimits()
        /// Told of what is worth a line of the log, on the worker's thread.
        package var onEvent: @Sendable (RelayEvent) -> Void

        package init(
            listeners: Listeners, workers: Int? = nil, relay: TURN.Settings,
            onEvent: @escaping @Sendable (RelayEvent) -> Void = { _ in }
        ) {
            self.listeners = listeners
            self.workers = workers
            self.relay = relay
            self.onEvent = onEvent
        }

        /// Bytes of buffer to ask for on listeners, where so many are asked for on relay sockets.
        static func listenerBuffer(_ socketBuffer: Int) -> Int { socketBuffer * 8 }

        /// Whether new allocations are refused.
        var isDraining: Bool {
            get { relay.isDraining }
            set { relay.isDraining = newValue }
        }

        /// The settings with what only the host knows.
        func completed() throws(RelayFailure) -> Self {
            var settings = self
            if relay.addresses.host.entries.isEmpty {
                var wishes = relay.addresses.wishes
                if wishes.listening.isEmpty {
                    wishes.listening = (listeners.datagrams + listeners.streams).map(\.address).filter {
                        !$0.isUnspecified
                    }
                }
                do throws(Errno) {
                    settings.relay.addresses = OwnAddresses(host: try Host.ownAddresses(), wishes: wishes)
                } catch {
                    throw .resources(error)
                }
            }
            if relay.peerPolicy.listeners.isEmpty {
                settings.relay.peerPolicy.listeners =
                    listeners.datagrams + listeners.spareDatagrams + listeners.streams + listeners.proxied
            }
            return settings
        }
    }
}

/// What new handshakes are served with; nil where they are not.
package struct RelayContexts: Sendable {
    package var streams: Context?
    package var datagrams: Context?

    package init(streams: Context? = nil, datagrams: Context? = nil) {
        (self.streams, self.datagrams) = (streams, datagrams)
    }
}

/// What is worth a line of the log.
package enum RelayEvent: Sendable {
    /// An allocation of a worker is no more; its reason is nil when the server stops.
    case ended(SessionSummary, worker: Int)
    /// A request was answered with an error; by the session's name where there is one.
    case refused(Refused, session: String?)
    /// The kernel takes no more of what is to outlive this process.
    case notKept(Errno)
}

/// Why the relay cannot be started.
package enum RelayFailure: Error, Hashable, CustomStringConvertible {
    case bind(BindFailure)
    /// The kernel lacks descriptors, threads or memory for it.
    case resources(Errno)
    /// The range of relay ports holds no even port with its successor.
    case noRelayPorts

    package var description: String {
        switch self {
        case .bind(let failure): failure.description
        case .resources(let errno): "cannot start the relay: \(errno)"
        case .noRelayPorts: "no relay ports: min-port must be less than max-port"
        }
    }
}
