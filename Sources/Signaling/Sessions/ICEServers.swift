// SPDX-License-Identifier: Apache-2.0

package import Wire

/// The `iceServers` of one participant and the time until which their credentials are good.
package struct ICEServers: Hashable, Sendable {
    /// An RTCIceServer.
    package struct Server: Hashable, Sendable {
        package let urls: [String]
        package let username: String?
        package let credential: String?

        package init(urls: [String], username: String? = nil, credential: String? = nil) {
            (self.urls, self.username, self.credential) = (urls, username, credential)
        }
    }

    package let servers: [Server]
    package let expiresAt: UnixTime

    package init(servers: [Server], expiresAt: UnixTime) {
        (self.servers, self.expiresAt) = (servers, expiresAt)
    }

    /// The array that RTCPeerConnection takes as `iceServers`.
    package var json: JSON {
        .array(
            servers.map { server in
                var members: [JSON.Member] = [.init("urls", .array(server.urls.map(JSON.string)))]
                if let username = server.username { members.append(.init("username", .string(username))) }
                if let credential = server.credential { members.append(.init("credential", .string(credential))) }
                return .object(members)
            })
    }

    /// When to hand out fresh ones: two minutes before these run out, or at half their life when that is later.
    func renewal(mintedAt now: Moment) -> Instant {
        let lifetime = expiresAt - now.time
        return now.instant + max(lifetime / 2, lifetime - .seconds(120), .seconds(10))
    }
}

/// Makes the servers and credentials of one participant; the driver knows addresses and secrets, machines do not.
package typealias Mint = (_ peer: String, _ now: UnixTime) -> ICEServers
