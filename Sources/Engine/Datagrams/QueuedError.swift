// SPDX-License-Identifier: Apache-2.0
internal import CLinux
package import Wire

/// What became of an earlier datagram, as the network told (IP_RECVERR in ip(7)).
package struct QueuedError: Hashable, Sendable {
    /// Whom the datagram had gone to.
    package let peer: Endpoint
    package let errno: Errno
    /// Type and code of the ICMP message, in the numbers of the peer's family; both zero where it was something else.
    package let icmpType: UInt8
    package let icmpCode: UInt8
    /// The MTU of the next hop where the datagram was too big, else zero.
    package let mtu: UInt32
}

extension DatagramSocket {
    /// Takes errors off the queue of a socket that `queuesErrors` and tells of each.
    ///
    /// Until the queue is empty the socket stays ready as failed.
    package static func queuedErrors(of socket: Int32, _ tell: (QueuedError) -> Void) {
        // A bound, so that a flood of errors starves nobody.
        for _ in 0..<32 {
            var error = linux_queued_error()
            // Safe: the call fills the structure and keeps no pointer.
            guard unsafe linux_take_queued_error(socket, &error) > 0 else { return }
            guard let peer = error.peer.endpoint else { continue }
            tell(
                QueuedError(
                    peer: peer, errno: Errno(code: error.code), icmpType: error.icmp_type, icmpCode: error.icmp_code,
                    mtu: error.mtu))
        }
    }
}
