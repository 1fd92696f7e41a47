// SPDX-License-Identifier: Apache-2.0

internal import HTTP

/// What a path stands for (API §2).
enum Route: Hashable {
    case rooms
    case room(token: String)
    case peer(token: String, peer: String)
    case renewal(token: String)
    case qrCode(token: String)
    case webRTCConfiguration
    case health
    case readiness
    case roomSocket(token: String)
    /// Of the walkie-talkie where the query names a room.
    case socket
    case talkieSocket
    case voiceSocket
    case socketIO
    case channels
    case channel(name: String)
    case channelPeer(channel: String, peer: String)
    case bans(channel: String)
    case ban(channel: String, person: String)
    case history
    case images
    case image(id: String)
    case users
    case chats
    case calls

    /// The route of a path's decoded segments; nil where there is none, and perhaps a page.
    init?(_ path: [String]) {
        // Nothing is named by an empty name; Socket.IO's clients end their path with a slash.
        guard !path.contains("") || path == ["socket.io", ""] else { return nil }
        switch (path.count, path.first ?? "") {
        case (1, "healthz"): self = .health
        case (1, "ws"): self = .socket
        case (2, "ws") where path[1] == "talkie": self = .talkieSocket
        case (2, "ws") where path[1] == "voice": self = .voiceSocket
        case (1, "socket.io"),
            (2, "socket.io") where path.last == "socket.io" || path.last == "":
            self = .socketIO
        case (2, "api") where path[1] == "channels": self = .channels
        case (2, "api") where path[1] == "history": self = .history
        case (2, "api") where path[1] == "images": self = .images
        case (2, "api") where path[1] == "users": self = .users
        case (2, "api") where path[1] == "chats": self = .chats
        case (2, "api") where path[1] == "calls": self = .calls
        case (3, "api") where path[1] == "channels": self = .channel(name: path[2])
        case (3, "api") where path[1] == "images": self = .image(id: path[2])
        case (4, "api") where path[1] == "channels" && path[3] == "bans": self = .bans(channel: path[2])
        case (5, "api") where path[1] == "channels" && path[3] == "peers":
            self = .channelPeer(channel: path[2], peer: path[4])
        case (5, "api") where path[1] == "channels" && path[3] == "bans":
            self = .ban(channel: path[2], person: path[4])
        case (1, "readyz"): self = .readiness
        case (2, "api") where path[1] == "rooms": self = .rooms
        case (2, "api") where path[1] == "webrtc-config": self = .webRTCConfiguration
        case (3, "api") where path[1] == "rooms": self = .room(token: path[2])
        case (4, "api") where path[1] == "rooms" && path[3] == "renew": self = .renewal(token: path[2])
        case (4, "api") where path[1] == "rooms" && path[3] == "qr.svg": self = .qrCode(token: path[2])
        case (5, "api") where path[1] == "rooms" && path[3] == "peers": self = .peer(token: path[2], peer: path[4])
        case (3, "ws") where path[1] == "rooms": self = .roomSocket(token: path[2])
        default: return nil
        }
    }

    /// The methods that the route knows; HEAD comes with GET, and OPTIONS always.
    var methods: [HTTP.Method] {
        switch self {
        case .rooms, .renewal, .users, .images: [.post, .options]
        case .channels, .chats: [.get, .head, .post, .options]
        case .channel: [.patch, .delete, .options]
        case .image: [.get, .head, .delete, .options]
        case .channelPeer, .ban: [.delete, .options]
        case .socketIO: [.get, .post, .options]
        case .room: [.get, .head, .delete, .options]
        case .peer: [.delete, .options]
        case .qrCode, .webRTCConfiguration, .health, .readiness, .history, .bans, .calls: [.get, .head, .options]
        case .roomSocket, .socket, .talkieSocket, .voiceSocket: [.get, .options]
        }
    }

    /// The path with its secrets left out, as the log names it.
    var pattern: String {
        switch self {
        case .rooms: "/api/rooms"
        case .room: "/api/rooms/{token}"
        case .peer: "/api/rooms/{token}/peers/{peerId}"
        case .renewal: "/api/rooms/{token}/renew"
        case .qrCode: "/api/rooms/{token}/qr.svg"
        case .webRTCConfiguration: "/api/webrtc-config"
        case .health: "/healthz"
        case .readiness: "/readyz"
        case .roomSocket: "/ws/rooms/{token}"
        case .socket: "/ws"
        case .talkieSocket: "/ws/talkie"
        case .voiceSocket: "/ws/voice"
        case .socketIO: "/socket.io/"
        case .channels: "/api/channels"
        case .channel: "/api/channels/{name}"
        case .channelPeer: "/api/channels/{name}/peers/{peerId}"
        case .bans: "/api/channels/{name}/bans"
        case .ban: "/api/channels/{name}/bans/{userId}"
        case .history: "/api/history"
        case .images: "/api/images"
        case .image: "/api/images/{id}"
        case .users: "/api/users"
        case .chats: "/api/chats"
        case .calls: "/api/calls"
        }
    }

    /// The methods of a page.
    static let pageMethods: [HTTP.Method] = [.get, .head, .options]
}
