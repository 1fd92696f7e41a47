// SPDX-License-Identifier: Apache-2.0

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

    init(on loop: Loop, site: Site) { (self.loop, self.site) = (loop, site) }

    /// Listens at `port` of the addresses; of every address of the host where none is named.
    ///
    /// - Parameter isSecure: Whether TLS is spoken there, with ``context``.
    /// - Returns: Where it listens, with the ports that the kernel chose where zero was asked for.
    func open(at addresses: [IPAddress], port: UInt16, isSecure: Bool) throws(BindFailure) -> [Endpoint] {
        var opened: [Endpoint] = []
        for address in addresses.isEmpty ? [.anyV4, .anyV6] : addresses {
            do throws(BindFailure) {
                let listener = try Listener(at: Endpoint(address, port), on: loop) { [weak self] stream in
                    if isSecure { self?.acceptSecurely(stream) } else { self?.accept(stream) }
                }
                listeners.append(listener)
                opened.append(listener.local)
            } catch {
                // A host without IPv6 has no wildcard of it.
                guard addresses.isEmpty, address == .anyV6, error.errno != .addressInUse else { throw error }
            }
        }
        return opened
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

    private func accept(_ stream: Stream) {
        let connection = WebConnection(on: stream, loop: loop, site: site) { [weak self] in self?.forget($0) }
        // Out of descriptors for epoll: the stream closes as it is let go.
        guard (try? stream.open(owner: connection)) != nil else { return }
        connections[ObjectIdentifier(connection)] = connection
    }

    private func acceptSecurely(_ stream: Stream) {
        guard let context else { return }
        let secure = SecureStream(on: stream, serving: context, scratch: scratch) { [weak self] stream, name, first in
            self?.welcome(stream, name, first) ?? .refused
        } ended: { [weak self] stream, _ in
            self?.strangers[ObjectIdentifier(stream)] = nil
        }
        // Out of descriptors for epoll: the stream closes as it is let go.
        guard (try? secure.open(now: loop.now.instant)) != nil else { return }
        strangers[ObjectIdentifier(secure)] = secure
    }

    /// Begins HTTP for who asked for it by name, or speaks like it: every method begins with a capital letter.
    /// Gives the relay who asked for that, or speaks like it (RFC 7443).
    private func welcome(_ stream: SecureStream, _ name: String?, _ first: UInt8?) -> SecureStream.Welcome {
        if let relay, name.map(ServerCertificate.relayProtocols.contains) ?? first.map(StreamClient.begins) ?? false {
            return .elsewhere(relay)
        }
        guard name == "http/1.1" || name == nil && (0x41...0x5A).contains(first ?? 0) else { return .refused }
        strangers[ObjectIdentifier(stream)] = nil
        let connection = WebConnection(on: stream, loop: loop, site: site) { [weak self] in self?.forget($0) }
        connections[ObjectIdentifier(connection)] = connection
        return .owned(connection)
    }

    private func forget(_ connection: WebConnection) {
        connections[ObjectIdentifier(connection)] = nil
        if connections.isEmpty { whenEmpty?() }
    }
}
