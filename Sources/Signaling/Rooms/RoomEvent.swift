// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Wire

/// What the operator's log says about rooms. A room is named by a hash of its token, which is a secret.
package enum RoomEvent: Hashable, Sendable {
    case created(room: String)
    case joined(room: String, peer: String, participants: Int)
    case resumed(room: String, peer: String)
    case left(room: String, peer: String, LeaveReason, after: Duration)
    case ended(room: String, RoomRecord.End)
    case tooManyWrongPins(room: String)

    /// What a room is called in the log: the beginning of its token's SHA-256, which opens nothing.
    static func name(_ token: String) -> String {
        Hex.encode(Array(HashFunction.sha256.digest(Array(token.utf8)).array.prefix(4)))
    }
}
