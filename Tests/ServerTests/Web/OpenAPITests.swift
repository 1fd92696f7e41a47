// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTP
import Testing
import Wire

@testable import Server

@Suite("The OpenAPI file")
struct OpenAPITests {
    /// Every route once, with the names of its variables for values.
    static let routes: [Route] = [
        .rooms, .room(token: "token"), .peer(token: "token", peer: "peerId"), .renewal(token: "token"),
        .qrCode(token: "token"), .webRTCConfiguration, .health, .readiness, .roomSocket(token: "token"), .socket,
        .talkieSocket, .voiceSocket, .socketIO, .channels, .channel(name: "name"),
        .channelPeer(channel: "name", peer: "peerId"), .bans(channel: "name"), .ban(channel: "name", person: "userId"),
        .history, .images, .image(id: "id"), .users, .chats, .calls,
    ]

    private let paths: [String: JSON]

    init() throws {
        let root = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 }
        let file = try Data(contentsOf: URL(fileURLWithPath: root + "/docs/openapi.json"))
        let document = try JSONSerialization.jsonObject(with: file) as? [String: Any]
        var paths: [String: JSON] = [:]
        for (path, item) in document?["paths"] as? [String: [String: Any]] ?? [:] {
            paths[path] = .array(item.keys.map { .string($0) })
        }
        self.paths = paths
    }

    @Test("describes every route, and no other")
    func paths_() {
        #expect(Set(paths.keys) == Set(Self.routes.map(\.pattern)))
    }

    @Test("describes the methods that the routes know", arguments: routes)
    func methods(route: Route) {
        let described = paths[route.pattern]?.array?.compactMap(\.string).filter { $0 != "parameters" } ?? []
        let known = route.methods.filter { $0 != .head && $0 != .options }.map { $0.rawValue.lowercased() }
        #expect(Set(described) == Set(known), "\(route.pattern)")
    }

    @Test("names paths that lead where they say", arguments: routes)
    func patterns(route: Route) {
        let path = route.pattern.filter { $0 != "{" && $0 != "}" }.split(
            separator: "/", omittingEmptySubsequences: false)
        #expect(Route(path.dropFirst().map(String.init)) == route)
    }
}
