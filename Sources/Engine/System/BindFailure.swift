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
        // The kernel asks for the privilege first, though a port that somebody has is nobody's with it either.
        let isTaken = errno == .accessDenied && !PortHolder.all(inTheWayOf: endpoint, transport).isEmpty
        self.errno = isTaken ? .addressInUse : errno
    }
}

extension BindFailure: CustomStringConvertible {
    /// What is wrong, where, and what would be right.
    package var description: String {
        let place = "\(endpoint.port)/\(transport.rawValue) on \(endpoint.address)"
        return switch errno {
        case .addressInUse:
            "\(place) is already in use\(words); \(remedy) or choose another port"
        case .addressNotAvailable:
            "cannot listen at \(place): this host has no such address (`ip address` lists those that it has)"
        case .accessDenied:
            "cannot listen at \(place): ports below \(PortHolder.firstUnprivileged) need the capability "
                + "CAP_NET_BIND_SERVICE, or “sterna ports --open” before the start, as sterna.service has it"
        default: "cannot listen at \(place): \(errno)"
        }
    }

    private var holders: [PortHolder] { PortHolder.all(inTheWayOf: endpoint, transport) }

    /// By whom, as far as everybody may know.
    private var words: String {
        let words = Set(holders.map(\.words)).sorted()
        return words.isEmpty ? "" : " by " + words.joined(separator: " and ")
    }

    private var remedy: String {
        holders.contains(where: \.mayBeCoturn)
            ? "end coturn (“systemctl disable --now coturn”)"
            : "stop the other server (`ss -lpn 'sport = :\(endpoint.port)'` names it)"
    }
}
