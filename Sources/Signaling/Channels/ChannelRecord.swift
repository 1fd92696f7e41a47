// SPDX-License-Identifier: Apache-2.0

internal import Crypto
package import Wire

/// A text or voice channel, as it is kept on disk or written in the configuration.
package struct ChannelRecord: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable { case text, voice }

    package let name: Name
    package let kind: Kind
    /// The person who made it; nil for those of the configuration.
    package let owner: String?
    /// Whether it is left out of the list.
    package let isUnlisted: Bool
    /// What stands in the link of an unlisted channel: whoever has it comes in, and nobody by the name alone.
    package let key: String?
    package let createdAt: UnixTime

    package init(
        name: Name, kind: Kind, owner: String? = nil, isUnlisted: Bool = false, key: String? = nil, createdAt: UnixTime
    ) {
        (self.name, self.kind, self.owner, self.isUnlisted) = (name, kind, owner, isUnlisted)
        (self.key, self.createdAt) = (key, createdAt)
    }

    /// Whether somebody may know of the channel who shows a key, and perhaps who they are.
    package func admits(_ person: Person?, with key: String?) -> Bool {
        guard let own = self.key else { return true }
        if let person, person.id == owner { return true }
        return key.map { ConstantTime.equal(Array($0.utf8).span, Array(own.utf8).span) } ?? false
    }

    func owned(by owner: String?) -> Self {
        Self(name: name, kind: kind, owner: owner, isUnlisted: isUnlisted, key: key, createdAt: createdAt)
    }

    func named(_ name: Name) -> Self {
        Self(name: name, kind: kind, owner: owner, isUnlisted: isUnlisted, key: key, createdAt: createdAt)
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
