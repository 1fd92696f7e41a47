// SPDX-License-Identifier: Apache-2.0

/// Why a packet led to nothing: the peer's or client's fault, counted and never answered.
package enum DropReason: UInt8, Hashable, Sendable, CaseIterable {
    /// Neither a STUN message nor ChannelData.
    case notUnderstood
    /// A STUN message that is cut short or contradicts itself so early that no answer is possible.
    case malformed
    /// A STUN response, or an indication that a server does not act upon.
    case unexpected
    /// FINGERPRINT does not fit the message.
    case wrongFingerprint
    /// The client has no allocation (or it just ended).
    case noAllocation
    /// The channel is not bound, or its binding expired.
    case noChannel
    /// No permission is installed for the peer's address, or it expired.
    case noPermission
    /// The peer policy refuses the address.
    case deniedPeer
    /// A repeated request whose answer is still being prepared.
    case inProgress
    /// More bytes than the user or the server may relay.
    case overRate
    /// The source may not be answered for now: too many unauthenticated requests.
    case overUnauthenticatedRate
    /// An attribute with an unknown required type in an indication.
    case unknownAttribute
    /// More comes than can be answered, and relayed packets go first.
    case shed
}

extension DropReason {
    /// The word for a label.
    package var word: String {
        switch self {
        case .notUnderstood: "not-understood"
        case .malformed: "malformed"
        case .unexpected: "unexpected"
        case .wrongFingerprint: "wrong-fingerprint"
        case .noAllocation: "no-allocation"
        case .noChannel: "no-channel"
        case .noPermission: "no-permission"
        case .deniedPeer: "denied-peer"
        case .inProgress: "in-progress"
        case .overRate: "over-rate"
        case .overUnauthenticatedRate: "over-unauthenticated-rate"
        case .unknownAttribute: "unknown-attribute"
        case .shed: "shed"
        }
    }
}
