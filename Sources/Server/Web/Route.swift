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

    /// The route of a path's decoded segments; nil where there is none, and perhaps a page.
    init?(_ path: [String]) {
        switch (path.count, path.first ?? "") {
        case (1, "healthz"): self = .health
        case (1, "ws"): self = .socket
        case (2, "ws") where path[1] == "talkie": self = .talkieSocket
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
        case .rooms, .renewal: [.post, .options]
        case .room: [.get, .head, .delete, .options]
        case .peer: [.delete, .options]
        case .qrCode, .webRTCConfiguration, .health, .readiness: [.get, .head, .options]
        case .roomSocket, .socket, .talkieSocket: [.get, .options]
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
        }
    }

    /// The methods of a page.
    static let pageMethods: [HTTP.Method] = [.get, .head, .options]
}
