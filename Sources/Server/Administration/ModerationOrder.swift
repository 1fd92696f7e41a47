// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// What an operator wants to see of rooms, channels and people, or to be done with one of them.
struct ModerationOrder: Hashable, Sendable {
    enum Subject: String, Hashable, Sendable { case rooms, channels, people }

    enum Action: Hashable, Sendable {
        /// Everything by name; what there is to know of each is asked for a few at a time.
        case names
        case entries([String])
        case show
        /// Puts everybody out.
        case end
        /// Lets somebody in no more: the person itself, or one who is not wanted in a channel.
        case ban
        case unban
        case delete
        /// Makes somebody the owner of a channel.
        case give
    }

    /// The longest reason, in characters.
    static let longestReason = 200

    let subject: Subject
    let action: Action
    /// The room, channel or person that it is about.
    var id = ""
    /// The other one that some orders name: a person or an address.
    var whom = ""
    /// What those concerned are told, and the log.
    var reason: String?

    init(_ subject: Subject, _ action: Action) { (self.subject, self.action) = (subject, action) }

    /// - Throws: A sentence for the operator.
    init(_ subject: Subject, parsing request: JSON) throws(Problem) {
        guard let word = request["action"]?.string, let action = Self.actions(of: subject)[word] else {
            let known = Self.actions(of: subject).keys.sorted().joined(separator: ", ")
            throw Problem(sentence: "“action” of \(subject.rawValue) is one of: list, \(known)")
        }
        self.init(subject, action)
        guard let id = request["id"]?.string, !id.isEmpty else { throw Problem(sentence: "\(word) needs “id”") }
        self.id = id
        if [.give, .unban, .ban].contains(action), subject == .channels {
            guard let whom = request["whom"]?.string, !whom.isEmpty else {
                throw Problem(
                    sentence: "\(word) needs “whom”: the userId of a person\(action == .give ? "" : ", or an address")")
            }
            self.whom = whom
        }
        guard let reason = request["reason"]?.string else { return }
        guard (1...Self.longestReason).contains(reason.unicodeScalars.count), reason == reason.printable else {
            throw Problem(
                sentence: "“reason” is not one line of 1 to \(Self.longestReason) characters without controls")
        }
        self.reason = reason
    }

    /// What is wrong with a request.
    struct Problem: Error { let sentence: String }

    private static func actions(of subject: Subject) -> [String: Action] {
        switch subject {
        case .rooms: ["show": .show, "end": .end, "delete": .delete]
        case .channels:
            ["show": .show, "end": .end, "ban": .ban, "unban": .unban, "delete": .delete, "give": .give]
        case .people: ["show": .show, "end": .end, "ban": .ban, "unban": .unban, "delete": .delete]
        }
    }

    /// As the log tells it.
    var word: String {
        switch action {
        case .names, .entries, .show: "show"
        case .end: "end"
        case .ban: "ban"
        case .unban: "unban"
        case .delete: "delete"
        case .give: "give"
        }
    }
}
