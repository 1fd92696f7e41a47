// SPDX-License-Identifier: Apache-2.0
package import Wire

/// What an address is that is no ordinary public one, in words for the operator.
package struct SpecialUse: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let description: String

    package init(stringLiteral text: String) { description = text }
}

extension IPAddress {
    /// What the address is where it is not one of the public Internet; nil where it is.
    package var specialUse: SpecialUse? { SpecialAddresses.name(of: self) }

    /// Whether it is an address of the public Internet.
    package var isPublic: Bool { specialUse == nil }

    /// Whether the address is 127.0.0.0/8 or ::1.
    package var isLoopback: Bool {
        switch self {
        case .v4(let bits): bits >> 24 == 127
        case .v6(let bits): bits == 1
        }
    }

    /// Whether the address means something on one link alone: 169.254.0.0/16 or fe80::/10.
    package var isLinkLocal: Bool {
        switch self {
        case .v4(let bits): bits >> 16 == 0xA9FE
        case .v6(let bits): bits >> 118 == 0x3FA
        }
    }

    /// Whether nobody on another link reaches a host there: a loopback or a link-local address.
    package var isLocalOnly: Bool { isLoopback || isLinkLocal }

    /// Whether somebody on another link could reach a host there: no loopback, link-local, multicast or wildcard address.
    package var isRoutable: Bool {
        guard !isLocalOnly else { return false }
        return switch self {
        case .v4(let bits): bits >> 24 != 0 && bits < 0xE000_0000
        case .v6(let bits): bits > 1 && bits >> 120 != 0xFF
        }
    }

    /// Whether the address is of Teredo or 6to4, which a TURN server must not serve (RFC 8656 §21.4).
    package var isTunnelled: Bool {
        guard case .v6(let bits) = self else { return false }
        return bits >> 96 == 0x2001_0000 || bits >> 112 == 0x2002
    }
}
