// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Wire

/// Accepts web clients at any number of addresses, and knows who is connected.
final class WebListener {
    private unowned let loop: Loop
    private let site: Site
    private var listeners: [Listener] = []
    private var connections: [ObjectIdentifier: WebConnection] = [:]
    /// Told when the last connection is gone after ``leave()``.
    private var whenEmpty: (() -> Void)?

    init(on loop: Loop, site: Site) { (self.loop, self.site) = (loop, site) }

    /// Listens at `port` of the addresses; of every address of the host where none is named.
    ///
    /// - Returns: Where it listens, with the ports that the kernel chose where zero was asked for.
    func open(at addresses: [IPAddress], port: UInt16) throws(BindFailure) -> [Endpoint] {
        for address in addresses.isEmpty ? [.anyV4, .anyV6] : addresses {
            do throws(BindFailure) {
                listeners.append(
                    try Listener(at: Endpoint(address, port), on: loop) { [weak self] stream in self?.accept(stream) })
            } catch {
                // A host without IPv6 has no wildcard of it.
                guard addresses.isEmpty, address == .anyV6, error.errno != .addressInUse else { throw error }
            }
        }
        return listeners.map(\.local)
    }

    /// Accepts no more, says goodbye to everybody, and calls `whenEmpty` when they are gone.
    func leave(whenEmpty: @escaping () -> Void) {
        for listener in listeners { listener.close() }
        listeners = []
        self.whenEmpty = whenEmpty
        for connection in connections.values { connection.leave() }
        if connections.isEmpty { whenEmpty() }
    }

    private func accept(_ stream: Stream) {
        let connection = WebConnection(on: stream, loop: loop, site: site) { [weak self] in self?.forget($0) }
        // Out of descriptors for epoll: the stream closes as it is let go.
        guard (try? stream.open(owner: connection)) != nil else { return }
        connections[ObjectIdentifier(connection)] = connection
    }

    private func forget(_ connection: WebConnection) {
        connections[ObjectIdentifier(connection)] = nil
        if connections.isEmpty { whenEmpty?() }
    }
}
