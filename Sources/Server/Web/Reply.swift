// SPDX-License-Identifier: Apache-2.0

internal import HTTP
internal import WebSocket
internal import Wire

/// What the site answers, and what the connection becomes where that is 101.
struct Reply {
    struct Upgrade {
        let limits: WebSocket.Limits
        /// The most bytes that may wait for a client that reads slowly; with more it is cut off.
        var sendLimit = 1 << 20
        /// What the kernel may take that the network does not, where the owner is to see soon who is slow.
        var unsentLimit: Int32?
        /// Whom the new WebSocket talks to.
        let owner: (WebSocketConnection) -> any WebSocketOwner
    }

    var response: Response
    var upgrade: Upgrade?

    init(_ response: Response, upgrade: Upgrade? = nil) { (self.response, self.upgrade) = (response, upgrade) }

    static func problem(_ status: Status, _ detail: String) -> Self { Self(Problem(status, detail).response) }

    /// A JSON answer that no cache may keep: what the interface tells is either secret or soon stale.
    static func json(_ status: Status, _ value: JSON) -> Self {
        var response = Response(status, type: "application/json", body: value.bytes)
        response.set(.cacheControl, "no-store")
        return Self(response)
    }

    /// A text that no cache may keep.
    static func text(_ text: String, type: String) -> Self {
        var response = Response(.ok, type: type, body: Array(text.utf8))
        response.set(.cacheControl, "no-store")
        return Self(response)
    }

    /// 401: nothing that could be a key was sent (RFC 6750 §3).
    static func unauthorized(_ detail: String) -> Self {
        var reply = problem(.unauthorized, detail)
        reply.response.set(.wwwAuthenticate, "Bearer")
        return reply
    }

    /// 429, with the whole seconds until it is worth to try again.
    static func tooMany(_ detail: String, retryAfter: Duration) -> Self {
        var reply = problem(.tooManyRequests, detail)
        reply.response.set(.retryAfter, String(max(1, retryAfter.components.seconds + 1)))
        return reply
    }
}

/// Whoever waits for an answer that may come late.
final class Asker {
    /// Called once when the client goes away before it was answered.
    var whenGone: (() -> Void)?
}
