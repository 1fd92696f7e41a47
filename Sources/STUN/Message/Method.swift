// SPDX-License-Identifier: Apache-2.0

/// A STUN method from the IANA registry: twelve bits.
@frozen
package struct Method: Hashable, Sendable {
    package let rawValue: UInt16

    @inlinable
    package init(rawValue: UInt16) { self.rawValue = rawValue & 0x0FFF }

    /// Gathers the method bits that surround the class bits (RFC 8489 §5).
    init(messageType type: UInt16) {
        rawValue = type & 0x000F | (type & 0x00E0) >> 1 | (type & 0x3E00) >> 2
    }

    /// The method bits in their places in the message type.
    var bits: UInt16 { rawValue & 0x000F | (rawValue & 0x0070) << 1 | (rawValue & 0x0F80) << 2 }
}

extension Method {
    // RFC 8489
    package static let binding = Self(rawValue: 0x001)
    // RFC 8656
    package static let allocate = Self(rawValue: 0x003)
    package static let refresh = Self(rawValue: 0x004)
    package static let send = Self(rawValue: 0x006)
    package static let data = Self(rawValue: 0x007)
    package static let createPermission = Self(rawValue: 0x008)
    package static let channelBind = Self(rawValue: 0x009)
    // RFC 6062
    package static let connect = Self(rawValue: 0x00A)
    package static let connectionBind = Self(rawValue: 0x00B)
    package static let connectionAttempt = Self(rawValue: 0x00C)
}

extension Method: CustomStringConvertible {
    package var description: String {
        switch self {
        case .binding: "Binding"
        case .allocate: "Allocate"
        case .refresh: "Refresh"
        case .send: "Send"
        case .data: "Data"
        case .createPermission: "CreatePermission"
        case .channelBind: "ChannelBind"
        case .connect: "Connect"
        case .connectionBind: "ConnectionBind"
        case .connectionAttempt: "ConnectionAttempt"
        default: "method \(rawValue)"
        }
    }
}
