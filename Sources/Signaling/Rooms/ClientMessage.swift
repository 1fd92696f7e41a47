// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// What the page says in a one-link call (API §3), checked.
enum ClientMessage: Hashable {
    case join(Join)
    case offer(to: String?, sdp: String)
    case answer(to: String?, sdp: String)
    case candidate(to: String?, JSON)
    case state(MediaState)
    case bye
    case ping(t: JSON?)

    struct Join: Hashable {
        let name: Name?
        let pin: String?
        let resume: String?
    }

    /// A field that cannot be what it is, in a sentence for the page's maker.
    struct Problem: Error, Hashable { let sentence: String }

    init(_ type: String, fields: JSON) throws(Problem) {
        switch type {
        case "join":
            self = .join(try Join(fields))
        case "offer":
            self = .offer(to: try fields.text("to"), sdp: try fields.sdp())
        case "answer":
            self = .answer(to: try fields.text("to"), sdp: try fields.sdp())
        case "candidate":
            self = .candidate(to: try fields.text("to"), try fields.candidate())
        case "state":
            self = .state(
                MediaState(
                    audio: try fields.flag("audio"), video: try fields.flag("video"),
                    screen: try fields.flag("screen")))
        case "bye":
            self = .bye
        case "ping":
            self = .ping(t: fields["t"])
        default:
            throw Problem(sentence: "unknown type")
        }
    }
}

extension ClientMessage.Join {
    init(_ fields: JSON) throws(ClientMessage.Problem) {
        var name: Name?
        if let text = try fields.text("name") {
            guard let checked = Name(text) else {
                throw ClientMessage.Problem(sentence: "“name” is not 1 to 64 characters without controls")
            }
            name = checked
        }
        self.init(name: name, pin: try fields.text("pin"), resume: try fields.text("resume"))
    }
}

/// What a participant sends, as told to the others.
struct MediaState: Hashable {
    var audio = false
    var video = false
    var screen = false
}

extension JSON {
    /// An optional string; null counts as absent.
    func text(_ name: String) throws(ClientMessage.Problem) -> String? {
        switch self[name] {
        case nil, .null?: return nil
        case .string(let text)?: return text
        default: throw ClientMessage.Problem(sentence: "“\(name)” is not a string")
        }
    }

    /// A required boolean.
    func flag(_ name: String) throws(ClientMessage.Problem) -> Bool {
        guard let flag = self[name]?.boolean else {
            throw ClientMessage.Problem(sentence: "“\(name)” is neither true nor false")
        }
        return flag
    }

    /// An optional counter of at least zero.
    func counter(_ name: String) throws(ClientMessage.Problem) -> Int64? {
        guard let value = self[name] else { return nil }
        guard let number = value.integer, number >= 0 else {
            throw ClientMessage.Problem(sentence: "“\(name)” is not a whole number from 0 on")
        }
        return number
    }

    /// A session description (RFC 8866 begins with its version) of at most 60 KiB.
    func sdp() throws(ClientMessage.Problem) -> String {
        guard let sdp = self["sdp"]?.string, sdp.utf8.starts(with: "v=0".utf8), sdp.utf8.count <= 60 * 1024 else {
            throw ClientMessage.Problem(sentence: "“sdp” is not a session description of at most 60 KiB")
        }
        return sdp
    }

    /// An RTCIceCandidateInit of at most 2,000 characters, or `""` or null for the end of candidates.
    func candidate() throws(ClientMessage.Problem) -> JSON {
        let problem = ClientMessage.Problem(sentence: "“candidate” is not an RTCIceCandidateInit of ≤ 2,000 characters")
        guard let candidate = self["candidate"] else { throw problem }
        switch candidate {
        case .null, .string(""):
            return candidate
        case .object:
            guard candidate["candidate"]?.string != nil,
                candidate["sdpMid"]?.isStringOrNull ?? true, candidate["usernameFragment"]?.isStringOrNull ?? true,
                candidate["sdpMLineIndex"]?.isLineIndexOrNull ?? true,
                candidate.text.unicodeScalars.count <= 2000
            else { throw problem }
            return candidate
        default:
            throw problem
        }
    }

    private var isStringOrNull: Bool { self == .null || string != nil }

    private var isLineIndexOrNull: Bool { self == .null || integer.map { (0...65_535).contains($0) } ?? false }
}
