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
    /// Takes over who speaks them without TLS; nil where they are not served over TCP.
    var plainRelay: (@Sendable (StreamParcel) -> Void)?
    /// Those who have not said a byte.
    private var silent: [ObjectIdentifier: Stream] = [:]
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
        for stream in silent.values { stream.abort() }
        silent = [:]
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
        let first = FirstByte(at: loop.now) { [weak self] first, stream, bytes in
            self?.silent[ObjectIdentifier(first)] = nil
            self?.begin(stream, isSecure, after: bytes, since: first.began)
        } ended: { [weak self] in
            self?.silent[ObjectIdentifier($0)] = nil
        }
        guard bytes.isEmpty else { return begin(stream, isSecure, after: bytes, since: first.began) }
        silent[ObjectIdentifier(first)] = stream
        // Out of descriptors for epoll: the stream closes as it is let go.
        if (try? first.open(stream)) == nil { silent[ObjectIdentifier(first)] = nil }
    }

    /// Begins what the first byte is of: STUN and TURN, which some clients speak without TLS even at the port of HTTPS, or
    /// the web.
    private func begin(_ stream: Stream, _ isSecure: Bool, after bytes: Span<UInt8>, since began: Moment) {
        if let plainRelay, FirstByte.isSTUN(bytes[0]) {
            let deadline = stream.deadline
            guard let socket = stream.detach() else { return stream.abort() }
            return plainRelay(StreamParcel(socket, of: stream, deadline: deadline, moves: 0, unread: bytes.array))
        }
        guard isSecure else { return beginPlainly(stream, after: bytes, since: began) }
        guard let context, isProxy(stream.peer) || limits.mayShakeHands(stream.peer.address, now: loop.now.instant)
        else { return stream.abort() }
        beginSecurely(stream, with: context, after: bytes)
    }

    private func beginPlainly(_ stream: Stream, after bytes: Span<UInt8>, since began: Moment) {
        let connection = WebConnection(on: stream, loop: loop, site: site, since: began) { [weak self] in
            self?.forget($0)
        }
        stream.deadline = nil
        stream.hand(to: connection)
        connections[ObjectIdentifier(connection)] = connection
        connection.received(bytes)
    }

    private func beginSecurely(_ stream: Stream, with context: Context, after bytes: Span<UInt8>) {
        let secure = SecureStream(on: stream, serving: context, scratch: scratch) { [weak self] stream, name, first in
            self?.welcome(stream, name, first) ?? .refused
        } ended: { [weak self] stream, _ in
            self?.strangers[ObjectIdentifier(stream)] = nil
        }
        strangers[ObjectIdentifier(secure)] = secure
        secure.take(over: bytes, now: loop.now.instant)
    }

    /// Gives the relay who asked for that by name, or speaks like it (RFC 7443); begins HTTP for the others, whose first
    /// byte is a capital letter unless they asked for HTTP by name.
    ///
    /// Clients of TURN are about that offer HTTP's name, to get through: what they say counts.
    private func welcome(_ stream: SecureStream, _ name: String?, _ first: UInt8?) -> SecureStream.Welcome {
        let isRelays = name.map(ServerCertificate.relayProtocols.contains) ?? false
        guard isRelays || first != nil else { return .later }
        if let relay, isRelays || first.map(FirstByte.isSTUN) ?? false { return .elsewhere(relay) }
        guard name == "http/1.1" || name == nil && (0x41...0x5A).contains(first ?? 0) else { return .refused }
        strangers[ObjectIdentifier(stream)] = nil
        stream.deadline = nil
        let connection = WebConnection(on: stream, loop: loop, site: site, since: loop.now) { [weak self] in
            self?.forget($0)
        }
        connections[ObjectIdentifier(connection)] = connection
        return .owned(connection)
    }

    private func forget(_ connection: WebConnection) {
        connections[ObjectIdentifier(connection)] = nil
        if connections.isEmpty { whenEmpty?() }
    }
}
