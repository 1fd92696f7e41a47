// SPDX-License-Identifier: Apache-2.0

/// What the operator's log says about rooms. A room is named by the first characters of its token: the whole is a secret.
package enum RoomEvent: Hashable, Sendable {
    case created(room: String)
    case joined(room: String, peer: String, participants: Int)
    case resumed(room: String, peer: String)
    case left(room: String, peer: String, LeaveReason, after: Duration)
    case ended(room: String, RoomRecord.End)
    case tooManyWrongPins(room: String)

    /// The part of a token that may be logged.
    static func name(_ token: String) -> String { String(token.prefix(6)) }
}
