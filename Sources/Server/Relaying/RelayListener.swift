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

    /// Accepts no more.
    func close() { listener.close() }
}
