// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Wire

/// Which messages somebody may change: their own in the channels that they are in, and nobody's where they are banned.
package struct MessageRights: Hashable, Sendable {
    /// Whose messages they are: a person's on any socket, or one socket's for as long as it lives.
    package let authorKey: String
    /// The channels that they are in just now.
    package let channels: Set<Name>
    /// Those of them that they made: everybody's messages may be deleted there.
    package let owned: Set<Name>

    package init(authorKey: String, channels: Set<Name>, owned: Set<Name> = []) {
        (self.authorKey, self.channels, self.owned) = (authorKey, channels, owned)
    }

    /// Whether a message of that author in that channel may be edited.
    package func mayEdit(in channel: Name, by authorKey: String) -> Bool {
        authorKey == self.authorKey && channels.contains(channel)
    }

    /// Whether it may be deleted.
    package func mayDelete(in channel: Name, by authorKey: String) -> Bool {
        mayEdit(in: channel, by: authorKey) || owned.contains(channel)
    }
}

/// What tells authors of one name apart: seven letters and digits beside the name, always the same of a person, and of
/// somebody who has not said who they are until their connection ends.
package enum AuthorMark {
    package static func of(_ authorKey: String) -> String {
        Base58.encode(Array(HashFunction.sha256.digest(Array(authorKey.utf8)).array.prefix(5)))
    }
}
