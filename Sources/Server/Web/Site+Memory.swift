// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import HTTP
internal import Signaling
internal import Wire

/// What is served while memory is short: what runs goes on, and nothing new begins.
extension Site {
    /// The answer to whoever wants something new while memory is short; nil where there is enough of it, or nothing begins.
    func withoutMemory(_ request: Request, _ route: Route, now: Moment) -> Reply? {
        guard memory.isShort, begins(request, route, now: now) else { return nil }
        var reply = Reply.problem(
            .unavailable, "The server has no memory left for anything new; try again in a while. Calls go on.")
        reply.response.set(.retryAfter, "10")
        return reply
    }

    /// Whether a long body of that client may begin.
    func takesUpload(from client: IPAddress?) -> Bool { !memory.isShort && !held.isNearlyFull(for: client) }

    /// Whether many clients come from an address, of whom each request names its own.
    func isProxy(_ peer: IPAddress) -> Bool { settings.trustedProxies.contains { $0.contains(peer.unmapped) } }

    private func begins(_ request: Request, _ route: Route, now: Moment) -> Bool {
        switch route {
        case .rooms, .users, .images, .chats, .channels: request.method == .post
        case .socket, .talkieSocket, .voiceSocket: true
        case .socketIO: request.target.query["sid"] == nil
        // Whoever comes back to a call is let in, and whoever it waits for.
        case .roomSocket(let token): ((try? rooms.status(of: token, now: now))?.participants ?? 0) == 0
        default: false
        }
    }
}
