// SPDX-License-Identifier: Apache-2.0

package import Wire

/// An address that cannot be listened on, told to the person who chose it.
package struct BindFailure: Error, Hashable, Sendable {
    package enum Transport: String, Sendable { case udp, tcp }

    package let endpoint: Endpoint
    package let transport: Transport
    package let errno: Errno

    package init(_ endpoint: Endpoint, _ transport: Transport, _ errno: Errno) {
        self.endpoint = endpoint
        self.transport = transport
        self.errno = errno
    }
}

extension BindFailure: CustomStringConvertible {
    /// What is wrong, where, and what would be right.
    package var description: String {
        let place = "\(endpoint.port)/\(transport.rawValue) on \(endpoint.address)"
        return switch errno {
        case .addressInUse:
            "\(place) is already in use; stop the other server (`ss -lpn 'sport = :\(endpoint.port)'` names it) "
                + "or choose another port"
        case .addressNotAvailable:
            "cannot listen at \(place): this host has no such address (`ip address` lists those that it has)"
        case .accessDenied:
            "cannot listen at \(place): ports below 1024 need the capability CAP_NET_BIND_SERVICE "
                + "or a socket unit of systemd"
        default: "cannot listen at \(place): \(errno)"
        }
    }
}
