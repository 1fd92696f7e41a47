// SPDX-License-Identifier: Apache-2.0
internal import STUN

/// What a request was refused for, as the counters tell it apart: a closed set, so that nobody outside makes new ones.
package enum RefusalCause: UInt8, Hashable, Sendable, CaseIterable {
    // 401 and 438
    case noCredentials, unknownUser, wrongPassword, expired, withdrawn, wrongRealm, accessToken, staleNonce
    // 403
    case deniedPeer, specialPeer, neighbourPeer, ownAddress, tunnelledClient, roomScope
    // 486
    case userQuota, totalQuota, roomUserQuota, roomAddressQuota, roomQuota
    // 508
    case noPorts, noSockets, noAddress, tooManyPeers, noReservation, draining, memory
    // The others have one for each code.
    case malformed, unknownAttribute, mismatch, wrongCredentials, addressFamily, transport, other
    // 446 and 447
    case connected, unreachable

    /// How many there are at most.
    static let limit = 64

    /// The cause that a code alone tells.
    init(_ code: ErrorCode) {
        self =
            switch code {
            case .badRequest: .malformed
            case .unknownAttribute: .unknownAttribute
            case .allocationMismatch: .mismatch
            case .wrongCredentials: .wrongCredentials
            case .addressFamilyNotSupported, .peerAddressFamilyMismatch: .addressFamily
            case .unsupportedTransportProtocol: .transport
            case .connectionAlreadyExists: .connected
            case .connectionTimeoutOrFailure: .unreachable
            case .staleNonce: .staleNonce
            default: .other
            }
    }

    init(_ problem: CredentialProblem) {
        self =
            switch problem {
            case .unknownUser: .unknownUser
            case .wrongPassword: .wrongPassword
            case .expired, .token(.expired): .expired
            case .withdrawn: .withdrawn
            case .wrongRealm: .wrongRealm
            case .unknownKey, .token: .accessToken
            }
    }

    init(_ refusal: PeerRefusal) {
        self =
            switch refusal {
            case .rule: .deniedPeer
            case .special: .specialPeer
            case .neighbour: .neighbourPeer
            case .ownAddress: .ownAddress
            }
    }

    init(_ limit: Quotas.Limit) {
        self =
            switch limit {
            case .user: .userQuota
            case .total: .totalQuota
            case .memory: .memory
            case .roomUser: .roomUserQuota
            case .roomAddress: .roomAddressQuota
            case .room: .roomQuota
            }
    }

    /// The STUN error code that goes with it; nil where several do.
    package var code: Int? {
        switch self {
        case .noCredentials, .unknownUser, .wrongPassword, .expired, .withdrawn, .wrongRealm, .accessToken: 401
        case .staleNonce: 438
        case .deniedPeer, .specialPeer, .neighbourPeer, .ownAddress, .tunnelledClient, .roomScope: 403
        case .userQuota, .totalQuota, .roomUserQuota, .roomAddressQuota, .roomQuota: 486
        case .noPorts, .noSockets, .noAddress, .tooManyPeers, .noReservation, .draining, .memory: 508
        case .malformed: 400
        case .unknownAttribute: 420
        case .mismatch: 437
        case .wrongCredentials: 441
        case .transport: 442
        case .connected: 446
        case .unreachable: 447
        case .addressFamily, .other: nil
        }
    }

    /// The word for a label.
    package var word: String {
        switch self {
        case .noCredentials: "no-credentials"
        case .unknownUser: "unknown-user"
        case .wrongPassword: "wrong-password"
        case .expired: "expired"
        case .withdrawn: "withdrawn"
        case .wrongRealm: "wrong-realm"
        case .accessToken: "access-token"
        case .staleNonce: "stale-nonce"
        case .deniedPeer: "denied-peer-ip"
        case .specialPeer: "special-address"
        case .neighbourPeer: "own-network"
        case .ownAddress: "own-address"
        case .tunnelledClient: "tunnelled-client"
        case .roomScope: "room-scope"
        case .userQuota: "user-quota"
        case .totalQuota: "total-quota"
        case .roomUserQuota: "room-user-quota"
        case .roomAddressQuota: "room-address-quota"
        case .roomQuota: "room-quota"
        case .noPorts: "ports"
        case .noSockets: "sockets"
        case .noAddress: "relay-address"
        case .tooManyPeers: "peers"
        case .noReservation: "reservation"
        case .draining: "draining"
        case .memory: "memory"
        case .malformed: "malformed"
        case .unknownAttribute: "unknown-attribute"
        case .mismatch: "allocation-mismatch"
        case .wrongCredentials: "wrong-credentials"
        case .addressFamily: "address-family"
        case .transport: "transport"
        case .other: "other"
        case .connected: "connection-exists"
        case .unreachable: "peer-unreachable"
        }
    }
}
