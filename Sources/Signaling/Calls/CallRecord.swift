// SPDX-License-Identifier: Apache-2.0

package import Wire

/// A chat of two, which is what is called.
package struct ChatRecord: Hashable, Sendable {
    package let id: String
    /// Two different persons, the maker first.
    package let members: [String]
    package let createdAt: UnixTime

    package init(id: String, members: [String], createdAt: UnixTime) {
        (self.id, self.members, self.createdAt) = (id, members, createdAt)
    }

    /// The other one; nil for somebody who is no member.
    package func other(than person: String) -> String? {
        members.contains(person) ? members.first { $0 != person } : nil
    }
}

/// A call that is over, for the log.
package struct CallRecord: Hashable, Sendable {
    package enum Outcome: String, Hashable, Sendable {
        case answered, rejected, cancelled, offline, busy, lost
        case noAnswer = "no-answer"
    }

    package let chat: String
    package let caller: String
    package let callee: String
    package let video: Bool
    package let startedAt: UnixTime
    package let answeredAt: UnixTime?
    package let endedAt: UnixTime
    package let outcome: Outcome

    package init(
        chat: String, caller: String, callee: String, video: Bool, startedAt: UnixTime, answeredAt: UnixTime?,
        endedAt: UnixTime, outcome: Outcome
    ) {
        (self.chat, self.caller, self.callee, self.video) = (chat, caller, callee, video)
        (self.startedAt, self.answeredAt, self.endedAt, self.outcome) = (startedAt, answeredAt, endedAt, outcome)
    }

    /// Whether the callee should be told of it later.
    package var isMissed: Bool { answeredAt == nil && outcome != .rejected }
}
