// SPDX-License-Identifier: Apache-2.0

internal import HTTP
internal import Signaling
internal import WebSocket

/// The WebSockets of the site: who may open one, and whom it talks to (API §3, §5, §6).
extension Site {
    func roomSocket(_ token: String, _ request: Request, _ caller: Caller) -> Reply {
        var limits = WebSocket.Limits(.text)
        // A seat is thought empty after 12 seconds; a page in the background may say nothing for a minute.
        limits.pingInterval = .seconds(5)
        return socket(request, limits) { [self] socket in
            rooms.connect(socket, to: token, from: caller.address, host: host(for: caller))
            return rooms
        }
    }

    /// `WS /ws?room=…&name=…` and `/ws/talkie?…`: a room that cannot be one is told in the handshake.
    func talkieSocket(_ request: Request) -> Reply {
        guard let room = request.target.query["room"].flatMap(Name.init) else {
            return .problem(.badRequest, "“room” is not 1 to 64 characters without controls.")
        }
        guard let name = request.target.query["name"].flatMap(Name.init) else {
            return .problem(.badRequest, "“name” is not 1 to 64 characters without controls.")
        }
        var limits = WebSocket.Limits(.binary)
        limits.message = 1 << 20
        var reply = socket(request, limits) { [talkie] socket in
            talkie.connect(socket, to: room, as: name)
            return talkie
        }
        reply.upgrade?.sendLimit = TalkieService.sendLimit
        reply.upgrade?.unsentLimit = TalkieService.unsentLimit
        return reply
    }

    /// `WS /ws` and `/ws/voice`
    func channelSocket(_ kind: ChannelRecord.Kind, _ request: Request, _ caller: Caller) -> Reply {
        socket(request, WebSocket.Limits(.text)) { [self] socket in
            channels.connect(socket, kind, from: caller.address, host: host(for: caller))
            return channels
        }
    }

    /// The handshake's answer, with whom the WebSocket talks to where it succeeds.
    func socket(
        _ request: Request, _ limits: WebSocket.Limits, owner: @escaping (WebSocketConnection) -> any WebSocketOwner
    ) -> Reply {
        let response = Handshake.answer(to: request, allowing: origins)
        guard response.status == .switchingProtocols else { return Reply(response) }
        return Reply(response, upgrade: Reply.Upgrade(limits: limits, owner: owner))
    }
}
