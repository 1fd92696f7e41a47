// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// What the server says in a one-link call (API §3).
enum ServerMessage: Hashable {
    case joined(Joined)
    case pong(t: JSON?)
    case ice(ICEServers)
    case peerJoined(PeerEntry)
    case peerLeft(peer: String, reason: LeaveReason)
    case peerAway(peer: String)
    case peerBack(peer: String)
    case offer(from: String, sdp: String)
    case answer(from: String, sdp: String)
    case candidate(from: String, JSON)
    case state(from: String, MediaState)
    case error(ErrorCode, String)
    /// The words are the operator's, where there are any.
    case ended(reason: String, words: String? = nil)
    /// What another process said, as it was.
    case kept(type: String, [JSON.Member])

    struct Joined: Hashable {
        let peer: String
        let resume: String
        let role: Role
        let peers: [PeerEntry]
        let iceServers: ICEServers
        let maxParticipants: Int
    }

    struct PeerEntry: Hashable {
        let peer: String
        let name: String
        let media: MediaState
        let away: Bool
    }

    enum Role: String, Hashable { case offerer, answerer }

    enum ErrorCode: String, Hashable {
        case badMessage = "bad-message"
        case roomFull = "room-full"
        case pinRequired = "pin-required"
        case pinWrong = "pin-wrong"
        case noSuchPeer = "no-such-peer"
        case rateLimited = "rate-limited"
    }

    /// The message as it goes out.
    /// - Parameters:
    ///   - number: Its place among those that count; nil where the message does not.
    ///   - acknowledged: The highest number received from the other side in order; nil before a seat is taken.
    func bytes(number: Int64?, acknowledged: Int64?) -> [UInt8] {
        let (type, fields) = content
        var members = [JSON.Member("type", .string(type))]
        if let number { members.append(.init("seq", .integer(number))) }
        if let acknowledged { members.append(.init("ack", .integer(acknowledged))) }
        return JSON.object(members + fields).bytes
    }

    private var content: (type: String, fields: [JSON.Member]) {
        switch self {
        case .joined(let joined): ("joined", joined.fields)
        case .pong(let t): ("pong", t.map { [.init("t", $0)] } ?? [])
        case .ice(let servers): ("ice", servers.fields)
        case .peerJoined(let entry): ("peer-joined", entry.fields)
        case .peerLeft(let peer, let reason):
            ("peer-left", [.init("peerId", .string(peer)), .init("reason", .string(reason.rawValue))])
        case .peerAway(let peer): ("peer-away", [.init("peerId", .string(peer))])
        case .peerBack(let peer): ("peer-back", [.init("peerId", .string(peer))])
        case .offer(let from, let sdp): ("offer", [.init("from", .string(from)), .init("sdp", .string(sdp))])
        case .answer(let from, let sdp): ("answer", [.init("from", .string(from)), .init("sdp", .string(sdp))])
        case .candidate(let from, let candidate):
            ("candidate", [.init("from", .string(from)), .init("candidate", candidate)])
        case .state(let from, let media): ("state", [.init("from", .string(from))] + media.fields)
        case .error(let code, let message):
            ("error", [.init("code", .string(code.rawValue)), .init("message", .string(message))])
        case .ended(let reason, let words):
            ("ended", [.init("reason", .string(reason))] + (words.map { [.init("message", .string($0))] } ?? []))
        case .kept(let type, let fields): (type, fields)
        }
    }
}

/// Why somebody is no longer inside.
package enum LeaveReason: String, Hashable, Sendable { case bye, lost, kicked }

extension ServerMessage.Joined {
    var fields: [JSON.Member] {
        [
            .init("peerId", .string(peer)), .init("resume", .string(resume)), .init("role", .string(role.rawValue)),
            .init("peers", .array(peers.map { .object($0.fields) })),
        ] + iceServers.fields + [.init("maxParticipants", .integer(Int64(maxParticipants)))]
    }
}

extension ServerMessage.PeerEntry {
    var fields: [JSON.Member] {
        [.init("peerId", .string(peer)), .init("name", .string(name))] + media.fields + [.init("away", .boolean(away))]
    }
}

extension MediaState {
    var fields: [JSON.Member] {
        [.init("audio", .boolean(audio)), .init("video", .boolean(video)), .init("screen", .boolean(screen))]
    }
}

extension ICEServers {
    var fields: [JSON.Member] {
        [.init("iceServers", json), .init("iceExpiresAt", .string(expiresAt.description))]
    }
}
