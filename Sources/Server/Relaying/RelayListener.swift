// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

/// The relayed address of a TCP allocation (RFC 6062 §5.1): peers connect to it, and it connects to peers.
final class RelayListener {
    let local: Endpoint
    /// The connections there are.
    var connections: Set<ConnectionID> = []
    private let listener: Listener

    /// - Parameter accepted: Given every connection that arrives; it closes unless it is opened there.
    init(at endpoint: Endpoint, on loop: Loop, accepted: @escaping (Stream) -> Void) throws(BindFailure) {
        listener = try Listener(connectingFrom: endpoint, on: loop, accepted: accepted)
        local = listener.local
    }

    /// Goes on with one of the process before this one.
    init(adopting descriptor: consuming Descriptor, on loop: Loop, accepted: @escaping (Stream) -> Void) throws(Errno) {
        listener = try Listener(adopting: descriptor, on: loop, accepted: accepted)
        local = listener.local
    }

    /// The open socket, to be kept beside this.
    var socket: Int32? { listener.socket }

    /// Accepts no more.
    func close() { listener.close() }
}
