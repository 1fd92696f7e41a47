// SPDX-License-Identifier: Apache-2.0

internal import Signaling

/// By what name each participant reached this server: the mint offers the relay under the same.
final class PeerHosts {
    /// Of the open sockets.
    var names: [Socket: String] = [:]
    /// Of the seats, so that fresh credentials name the host that the first did.
    var peers: [String: String] = [:]
    /// Of the socket whose message is being read.
    var current: String?

    func host(of peer: String) -> String {
        if let current { peers[peer] = current }
        return peers[peer] ?? "localhost"
    }
}
