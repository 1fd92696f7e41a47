// SPDX-License-Identifier: Apache-2.0

/// A STUN attribute type from the IANA registry.
///
/// A struct and not an enum: the registry is open, and an unknown required type has to survive parsing so that the
/// 420 reply can name it (RFC 8489 §6.3.1).
@frozen
package struct AttributeType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    @inlinable
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Whether a receiver that does not know this type must refuse the message (RFC 8489 §14).
    @inlinable
    package var isRequired: Bool { rawValue < 0x8000 }

    /// A small number for each type in the two low pages of the registry, 0…127, where all that Sterna knows lie.
    @inlinable
    var slot: Int? {
        switch rawValue {
        case 0x0000...0x003F: Int(rawValue)
        case 0x8000...0x803F: Int(rawValue & 0x003F) + 64
        default: nil
        }
    }

    @inlinable
    init(slot: Int) { rawValue = UInt16(truncatingIfNeeded: slot & 0x3F) | (slot >= 64 ? 0x8000 : 0) }
}

extension AttributeType {
    // RFC 8489, STUN
    package static let mappedAddress = Self(rawValue: 0x0001)
    package static let username = Self(rawValue: 0x0006)
    package static let messageIntegrity = Self(rawValue: 0x0008)
    package static let errorCode = Self(rawValue: 0x0009)
    package static let unknownAttributes = Self(rawValue: 0x000A)
    package static let realm = Self(rawValue: 0x0014)
    package static let nonce = Self(rawValue: 0x0015)
    package static let messageIntegritySHA256 = Self(rawValue: 0x001C)
    package static let passwordAlgorithm = Self(rawValue: 0x001D)
    package static let userhash = Self(rawValue: 0x001E)
    package static let xorMappedAddress = Self(rawValue: 0x0020)
    package static let passwordAlgorithms = Self(rawValue: 0x8002)
    package static let alternateDomain = Self(rawValue: 0x8003)
    package static let software = Self(rawValue: 0x8022)
    package static let alternateServer = Self(rawValue: 0x8023)
    package static let fingerprint = Self(rawValue: 0x8028)
    // RFC 3489 and RFC 5780, NAT behaviour discovery
    package static let responseAddress = Self(rawValue: 0x0002)
    package static let changeRequest = Self(rawValue: 0x0003)
    package static let sourceAddress = Self(rawValue: 0x0004)
    package static let changedAddress = Self(rawValue: 0x0005)
    package static let padding = Self(rawValue: 0x0026)
    package static let responsePort = Self(rawValue: 0x0027)
    package static let responseOrigin = Self(rawValue: 0x802B)
    package static let otherAddress = Self(rawValue: 0x802C)
    // RFC 8656, TURN
    package static let channelNumber = Self(rawValue: 0x000C)
    package static let lifetime = Self(rawValue: 0x000D)
    package static let xorPeerAddress = Self(rawValue: 0x0012)
    package static let data = Self(rawValue: 0x0013)
    package static let xorRelayedAddress = Self(rawValue: 0x0016)
    package static let requestedAddressFamily = Self(rawValue: 0x0017)
    package static let evenPort = Self(rawValue: 0x0018)
    package static let requestedTransport = Self(rawValue: 0x0019)
    package static let dontFragment = Self(rawValue: 0x001A)
    package static let reservationToken = Self(rawValue: 0x0022)
    package static let additionalAddressFamily = Self(rawValue: 0x8000)
    package static let addressErrorCode = Self(rawValue: 0x8001)
    package static let icmp = Self(rawValue: 0x8004)
    /// ADDITIONAL-ADDRESS-FAMILY as coturn's clients number it, which is what a draft of RFC 8656 had.
    package static let draftAdditionalAddressFamily = Self(rawValue: 0x8032)
    // RFC 8445, ICE: sent to servers by mistake only
    package static let priority = Self(rawValue: 0x0024)
    package static let useCandidate = Self(rawValue: 0x0025)
    // RFC 6062, TCP allocations
    package static let connectionID = Self(rawValue: 0x002A)
    // RFC 7635, third-party authorization
    package static let accessToken = Self(rawValue: 0x001B)
    package static let thirdPartyAuthorization = Self(rawValue: 0x802E)
    // RFC 8016, mobility
    package static let mobilityTicket = Self(rawValue: 0x8030)
    // draft-johnston-tram-stun-origin
    package static let origin = Self(rawValue: 0x802F)
}

/// A set of attribute types: what a server acts upon.
package struct AttributeSet: Sendable {
    @usableFromInline var bits: UInt128 = 0

    package init(_ types: [AttributeType]) {
        for type in types { if let slot = type.slot { bits |= 1 << UInt128(slot) } }
    }

    /// What `base` holds, and `types`.
    package init(_ base: AttributeSet, and types: [AttributeType]) { bits = base.bits | Self(types).bits }

    @inlinable
    package func contains(_ type: AttributeType) -> Bool {
        guard let slot = type.slot else { return false }
        return bits >> UInt128(slot) & 1 == 1
    }
}
