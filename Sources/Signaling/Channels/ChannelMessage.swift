// SPDX-License-Identifier: Apache-2.0

package import Wire

/// A message of a text channel that is on disk.
package struct ChannelMessage: Hashable, Sendable {
    /// Grows with every message of the server.
    package let number: Int64
    package let channel: Name
    package let author: Name
    /// What tells the author from others of that name, see ``AuthorMark``.
    package let mark: String
    package let text: String
    package let sentAt: UnixTime
    package let editedAt: UnixTime?

    package init(
        number: Int64, channel: Name, author: Name, mark: String, text: String, sentAt: UnixTime,
        editedAt: UnixTime? = nil
    ) {
        (self.number, self.channel, self.author, self.text) = (number, channel, author, text)
        (self.mark, self.sentAt, self.editedAt) = (mark, sentAt, editedAt)
    }

    /// How the outside names it: sixteen hexadecimal digits, in the order of sending.
    package var id: String { Self.id(number) }

    package static func id(_ number: Int64) -> String {
        let digits = String(UInt64(bitPattern: number), radix: 16)
        return String(repeating: "0", count: max(0, 16 - digits.count)) + digits
    }

    func inside(_ channel: Name) -> Self {
        Self(
            number: number, channel: channel, author: author, mark: mark, text: text, sentAt: sentAt, editedAt: editedAt
        )
    }

    /// The number that an `id` stands for; nil when it never was one.
    package static func number(ofID id: String) -> Int64? {
        guard id.utf8.count == 16, id.utf8.allSatisfy({ Hex.value(of: $0) != nil }) else { return nil }
        return Int64(id, radix: 16)
    }

    /// An entry of `GET /api/history`.
    package var json: JSON { .object(members) }

    var members: [JSON.Member] {
        let members: [JSON.Member] = [
            .init("id", .string(id)), .init("channel", .string(channel.description)),
            .init("author", .string(author.description)), .init("mark", .string(mark)), .init("text", .string(text)),
            .init("sentAt", .string(sentAt.description)),
        ]
        return members + (editedAt.map { [.init("editedAt", .string($0.description))] } ?? [])
    }
}

/// What the machine of the channels asks the disk for, in the order of asking.
package enum MessageWrite: Hashable, Sendable {
    case append(MessageDraft)
    case edit(Int64, MessageRights, text: String, at: UnixTime)
    case delete(Int64, MessageRights)
}

/// A message that is not on disk yet.
package struct MessageDraft: Hashable, Sendable {
    /// How long a nonce is remembered.
    package static let nonceLifetime = Duration.seconds(86_400)

    package let channel: Name
    /// Who may edit and delete it: a person, or one socket for as long as it lives.
    package let authorKey: String
    package let author: Name
    package let text: String
    package let nonce: String?
    package let sentAt: UnixTime

    package init(channel: Name, authorKey: String, author: Name, text: String, nonce: String?, sentAt: UnixTime) {
        (self.channel, self.authorKey, self.author) = (channel, authorKey, author)
        (self.text, self.nonce, self.sentAt) = (text, nonce, sentAt)
    }
}

/// What became of a write.
package enum MessageVerdict: Hashable, Sendable {
    case appended(ChannelMessage)
    /// The author's nonce was there already: nothing was written.
    case repeated(ChannelMessage)
    case edited(ChannelMessage)
    case deleted(Int64, channel: Name)
    /// No such message of that author.
    case notYours
    /// The disk refused.
    case failed
}
