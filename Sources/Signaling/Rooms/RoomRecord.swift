// SPDX-License-Identifier: Apache-2.0

package import Wire

/// What is kept of a room on disk: everything but the people inside.
package struct RoomRecord: Hashable, Sendable {
    /// How an ended room is told of: the `reason` of `ended`.
    package enum End: String, Hashable, Sendable {
        case owner, expired, oneTime = "one-time", renewed, operated = "operator"
    }

    /// The secret in the link: 128 random bits in base 58.
    package let token: String
    /// SHA-256 of the owner's key.
    package let ownerKeyHash: [UInt8]
    package let options: RoomOptions
    package let createdAt: UnixTime
    package internal(set) var expiresAt: UnixTime
    package internal(set) var end: End?
    package internal(set) var endedAt: UnixTime?

    package init(
        token: String, ownerKeyHash: [UInt8], options: RoomOptions, createdAt: UnixTime, expiresAt: UnixTime,
        end: End? = nil, endedAt: UnixTime? = nil
    ) {
        (self.token, self.ownerKeyHash, self.options) = (token, ownerKeyHash, options)
        (self.createdAt, self.expiresAt, self.end, self.endedAt) = (createdAt, expiresAt, end, endedAt)
    }

    /// Why the room is over at `now`, or nil while its link is good.
    package func end(at now: UnixTime) -> End? { end ?? (now >= expiresAt ? .expired : nil) }

    /// When the answer about an ended room turns from 410 into 404.
    package var forgottenAt: UnixTime { (endedAt ?? expiresAt) + .seconds(30 * 86_400) }
}

/// What the maker of a room asked for.
package struct RoomOptions: Hashable, Sendable {
    /// Fixes the end of the room; nil lets every join move it.
    package let ttl: Duration?
    package let maxParticipants: Int
    package let oneTime: Bool
    package let pin: PinHash?

    package init(ttl: Duration?, maxParticipants: Int, oneTime: Bool, pin: PinHash?) {
        (self.ttl, self.maxParticipants, self.oneTime, self.pin) = (ttl, maxParticipants, oneTime, pin)
    }
}
