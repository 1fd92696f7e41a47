// SPDX-License-Identifier: Apache-2.0

package import Wire

/// A text or voice channel, as it is kept on disk or written in the configuration.
package struct ChannelRecord: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable { case text, voice }

    package let name: Name
    package let kind: Kind
    /// The person who made it; nil for those of the configuration.
    package let owner: String?
    /// Whether it is left out of the list, and joined by whoever has the link.
    package let isUnlisted: Bool
    package let createdAt: UnixTime

    package init(name: Name, kind: Kind, owner: String? = nil, isUnlisted: Bool = false, createdAt: UnixTime) {
        (self.name, self.kind, self.owner, self.isUnlisted) = (name, kind, owner, isUnlisted)
        self.createdAt = createdAt
    }

    func owned(by owner: String?) -> Self {
        Self(name: name, kind: kind, owner: owner, isUnlisted: isUnlisted, createdAt: createdAt)
    }

    func named(_ name: Name) -> Self {
        Self(name: name, kind: kind, owner: owner, isUnlisted: isUnlisted, createdAt: createdAt)
    }
}

/// The body of `POST /api/channels`, checked.
package struct ChannelRequest: Hashable, Sendable {
    package let name: Name
    package let kind: ChannelRecord.Kind
    package let isUnlisted: Bool

    /// - Throws: A sentence for whoever sent it.
    package init(parsing body: JSON) throws(RoomRequest.Problem) {
        guard let name = body["name"]?.string.flatMap(Name.init) else {
            throw RoomRequest.Problem(description: "“name” is not a string of 1 to 64 characters without controls")
        }
        guard let kind = body["kind"]?.string.flatMap(ChannelRecord.Kind.init) else {
            throw RoomRequest.Problem(description: "“kind” is neither “text” nor “voice”")
        }
        if let unlisted = body["unlisted"], unlisted.boolean == nil {
            throw RoomRequest.Problem(description: "“unlisted” is neither true nor false")
        }
        (self.name, self.kind, self.isUnlisted) = (name, kind, body["unlisted"]?.boolean ?? false)
    }
}
