// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// What the page says in a one-link call (API §3), checked.
enum ClientMessage: Hashable {
    case join(Join)
    case offer(to: String?, sdp: String)
    case answer(to: String?, sdp: String)
    case candidate(to: String?, JSON)
    case state(MediaState)
    case report(CallReport)
    case bye
    case ping(t: JSON?)

    struct Join: Hashable {
        let name: Name?
        let pin: String?
        let resume: String?
    }

    init(_ type: String, fields: JSON) throws(FieldProblem) {
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
        case "report":
            self = .report(try CallReport(fields))
        case "bye":
            self = .bye
        case "ping":
            self = .ping(t: fields["t"])
        default:
            throw FieldProblem(sentence: "unknown type")
        }
    }
}

extension ClientMessage.Join {
    init(_ fields: JSON) throws(FieldProblem) {
        var name: Name?
        if let text = try fields.text("name") {
            guard let checked = Name(text) else {
                throw FieldProblem(sentence: "“name” is not 1 to 64 characters without controls")
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
