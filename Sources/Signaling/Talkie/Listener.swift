// SPDX-License-Identifier: Apache-2.0

/// Somebody in a walkie-talkie room, and how well the network carries to them.
struct Listener {
    /// Above this a listener leaves off at the next joint, in bytes.
    static let slow = 256 * 1024
    /// Below this one who had left off begins again at the next joint.
    static let caughtUp = 64 * 1024
    /// Above this nobody is listening any more.
    static let hopeless = 8 << 20

    enum Reception {
        /// Gets every piece.
        case following
        /// Begins at the next joint; first needs the initialisation segment if it has not got it.
        case waiting(hasOpening: Bool)
    }

    let peer: String
    let name: Name
    var reception = Reception.following
    /// Bytes that were sent and have not left yet.
    var backlog = 0

    /// What this listener gets of a piece.
    mutating func take(_ piece: Piece, opening: [UInt8]?) -> [[UInt8]] {
        switch reception {
        case .following:
            guard backlog > Self.slow, let rest = piece.untilJoint else { return [piece.frame] }
            reception = .waiting(hasOpening: true)
            return rest.count > 1 ? [rest] : []
        case .waiting(let hasOpening):
            guard backlog <= Self.caughtUp, let start = piece.fromJoint else { return [] }
            reception = .following
            return hasOpening ? [start] : [opening, start].compactMap(\.self)
        }
    }
}
