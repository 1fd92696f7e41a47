// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// What a page says on `/ws`, checked.
enum TextVerb: Hashable {
    case auth(userID: String, secret: String)
    case join(String, as: Name, key: String?)
    case leave(String)
    case message(String, text: String, nonce: String?)
    /// Nil when the `id` never was one.
    case edit(Int64?, text: String)
    case delete(Int64?)
    case typing(String)
    /// Wants to see, or no more, who is inside the voice channels.
    case watch(Bool)
    case ping(t: JSON?)

    init(_ type: String, _ fields: JSON) throws(FieldProblem) {
        switch type {
        case "auth":
            self = .auth(userID: try fields.required("userId"), secret: try fields.required("secret"))
        case "join":
            self = .join(try fields.required("channel"), as: try fields.name("name"), key: try fields.text("key"))
        case "leave":
            self = .leave(try fields.required("channel"))
        case "message":
            let nonce = try fields.text("nonce")
            guard (1...64).contains(nonce?.unicodeScalars.count ?? 1) else {
                throw FieldProblem(sentence: "“nonce” is not a string of 1 to 64 characters")
            }
            self = .message(try fields.required("channel"), text: try fields.messageText(), nonce: nonce)
        case "edit":
            self = .edit(ChannelMessage.number(ofID: try fields.required("id")), text: try fields.messageText())
        case "delete":
            self = .delete(ChannelMessage.number(ofID: try fields.required("id")))
        case "typing":
            self = .typing(try fields.required("channel"))
        case "watch":
            self = .watch(try fields.flag("on"))
        case "ping":
            self = .ping(t: fields["t"])
        default:
            throw FieldProblem(sentence: "unknown type")
        }
    }
}

extension JSON {
    /// A required string.
    func required(_ name: String) throws(FieldProblem) -> String {
        guard let text = self[name]?.string else { throw FieldProblem(sentence: "“\(name)” is not a string") }
        return text
    }

    /// A required name.
    func name(_ field: String) throws(FieldProblem) -> Name {
        guard let name = Name(try required(field)) else {
            throw FieldProblem(sentence: "“\(field)” is not 1 to 64 characters without controls")
        }
        return name
    }

    /// The text of a message: 1 to 4,000 scalars, not only white space.
    func messageText() throws(FieldProblem) -> String {
        let text = try required("text")
        guard (1...4000).contains(text.unicodeScalars.count),
            !text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
        else { throw FieldProblem(sentence: "“text” is not 1 to 4,000 characters with more than white space in them") }
        return text
    }
}
