// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import TLS
internal import Wire

/// Accepts web clients at any number of addresses, and knows who is connected.
final class WebListener {
    private unowned let loop: Loop
    private let site: Site
    private var listeners: [Listener] = []
    /// What new TLS handshakes are served with; nil where HTTPS is not served.
    var context: Context?
    private let scratch = SecureScratch()
    /// Takes over who came for STUN and TURN; nil where they are not served over TLS.
    var relay: (@Sendable (SecureParcel) -> Void)?
    /// Handshakes in progress, and those who have not said a byte since.
    private var strangers: [ObjectIdentifier: SecureStream] = [:]
    private var connections: [ObjectIdentifier: WebConnection] = [:]
    /// Told when the last connection is gone after ``leave()``.
    private var whenEmpty: (() -> Void)?

    private let limits: ConnectionLimits

    init(on loop: Loop, site: Site, limits: ConnectionLimits) {
        (self.loop, self.site, self.limits) = (loop, site, limits)
    }

    /// Listens at `port` of the addresses, of which a wildcard of IPv6 may be missing on the host.
    ///
    /// - Parameters:
    ///   - isSecure: Whether TLS is spoken there, with ``context``.
    ///   - sockets: What listens there already.
    /// - Returns: Where it listens, with the ports that the kernel chose where zero was asked for.
    func open(
        at addresses: [IPAddress], port: UInt16, isSecure: Bool, with sockets: WebSockets
    ) throws(BindFailure) -> [Endpoint] {
        var opened: [Endpoint] = []
        for number in sockets.given { opened += try adopt(Descriptor(owning: number), port: port, isSecure: isSecure) }
        guard opened.isEmpty else { return opened }
        for (address, kept) in zip(addresses, sockets.kept) {
            for number in kept { opened += try adopt(Descriptor(owning: number), port: port, isSecure: isSecure) }
            guard kept.isEmpty else { continue }
            do throws(BindFailure) {
                let socket = try Listener.open(at: Endpoint(address, port))
                opened += try adopt(socket, port: port, isSecure: isSecure)
            } catch {
                // A host without IPv6 has no wildcard of it.
                guard address == .anyV6, addresses.contains(.anyV4), error.errno != .addressInUse else { throw error }
            }
        }
        return opened
    }

    private func adopt(
        _ socket: consuming Descriptor, port: UInt16, isSecure: Bool
    ) throws(BindFailure) -> [Endpoint] {
        do throws(Errno) {
            let listener = try Listener(adopting: socket, on: loop, accepted: acceptor(isSecure: isSecure))
            listeners.append(listener)
            return [listener.local]
        } catch {
            throw BindFailure(Endpoint(.anyV4, port), .tcp, error)
        }
    }

    private func acceptor(isSecure: Bool) -> (Stream) -> Void {
        { [weak self] stream in
            self?.accept(stream, isSecure: isSecure)
        }
    }

    /// Has the listening sockets outlive this process.
    func keep(_ keep: (Kept) -> Void) throws(Errno) {
        for listener in listeners {
            guard let socket = try listener.duplicate() else { continue }
            let bag = try Bag()
            try bag.fill([socket.number], label: BagLabel.listeners(.web, listener.local).bytes)
            keep(Kept(try bag.end()))
        }
    }

    /// Accepts no more, says goodbye to everybody, and calls `whenEmpty` when they are gone.
    func leave(whenEmpty: @escaping () -> Void) {
        for listener in listeners { listener.close() }
        listeners = []
        self.whenEmpty = whenEmpty
        for stranger in strangers.values { stranger.abort() }
        for connection in connections.values { connection.leave() }
        if connections.isEmpty { whenEmpty() }
    }

    private func accept(_ stream: Stream, isSecure: Bool) {
        guard admit(stream) else { return stream.abort() }
        guard site.settings.webProxyProtocol, isProxy(stream.peer) else {
            return begin(stream, isSecure, after: Span())
        }
        let greeting = ProxyGreeting { [weak self] stream, bytes in
            // The client's place is another than the proxy's.
            guard let self, isProxy(stream.peer) || admit(stream) else { return stream.abort() }
            begin(stream, isSecure, after: bytes)
        }
        // Out of descriptors for epoll: the stream closes as it is let go.
        try? greeting.open(stream, now: loop.now.instant)
    }

    private func isProxy(_ peer: Endpoint) -> Bool {
        let address = peer.address.unmapped
        return site.settings.trustedProxies.contains { $0.contains(address) }
    }

    /// Gives a stream a place among the connections; false when there is none. Many come through one proxy.
    private func admit(_ stream: Stream) -> Bool {
        stream.attachment = limits.admit(isProxy(stream.peer) ? nil : stream.peer.address)
        return stream.attachment != nil
    }

    /// Begins to serve a client, perhaps behind a proxy's header, with which its first bytes came.
    private func begin(_ stream: Stream, _ isSecure: Bool, after bytes: Span<UInt8>) {
        guard isSecure else { return beginPlainly(stream, after: bytes) }
        guard let context, isProxy(stream.peer) || limits.mayShakeHands(stream.peer.address, now: loop.now.instant)
        else { return stream.abort() }
        beginSecurely(stream, with: context, after: bytes)
    }

    private func beginPlainly(_ stream: Stream, after bytes: Span<UInt8>) {
        let connection = WebConnection(on: stream, loop: loop, site: site) { [weak self] in self?.forget($0) }
        if stream.isOpen {
            stream.deadline = nil
            stream.hand(to: connection)
        } else {
            guard (try? stream.open(owner: connection)) != nil else { return }
        }
        connections[ObjectIdentifier(connection)] = connection
        if !bytes.isEmpty { connection.received(bytes) }
    }

    private func beginSecurely(_ stream: Stream, with context: Context, after bytes: Span<UInt8>) {
        let secure = SecureStream(on: stream, serving: context, scratch: scratch) { [weak self] stream, name, first in
            self?.welcome(stream, name, first) ?? .refused
        } ended: { [weak self] stream, _ in
            self?.strangers[ObjectIdentifier(stream)] = nil
        }
        strangers[ObjectIdentifier(secure)] = secure
        if stream.isOpen {
            secure.take(over: bytes, now: loop.now.instant)
        } else if (try? secure.open(now: loop.now.instant)) == nil {
            strangers[ObjectIdentifier(secure)] = nil
        }
    }

    /// Begins HTTP for who asked for it by name, or speaks like it: every method begins with a capital letter.
    /// Gives the relay who asked for that, or speaks like it (RFC 7443).
    private func welcome(_ stream: SecureStream, _ name: String?, _ first: UInt8?) -> SecureStream.Welcome {
        if let relay, name.map(ServerCertificate.relayProtocols.contains) ?? first.map(StreamClient.begins) ?? false {
            return .elsewhere(relay)
        }
        guard name == "http/1.1" || name == nil && (0x41...0x5A).contains(first ?? 0) else { return .refused }
        strangers[ObjectIdentifier(stream)] = nil
        stream.deadline = nil
        let connection = WebConnection(on: stream, loop: loop, site: site) { [weak self] in self?.forget($0) }
        connections[ObjectIdentifier(connection)] = connection
        return .owned(connection)
    }

    private func forget(_ connection: WebConnection) {
        connections[ObjectIdentifier(connection)] = nil
        if connections.isEmpty { whenEmpty?() }
    }
}
