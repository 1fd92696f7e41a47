// SPDX-License-Identifier: Apache-2.0

/// Why a WebSocket ends: RFC 6455 §7.4, and from 4400 on the refusals that a page must understand (API §2).
package struct CloseCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let normal = Self(rawValue: 1000)
    /// The server goes away: reconnect at once.
    package static let goingAway = Self(rawValue: 1001)
    package static let protocolError = Self(rawValue: 1002)
    /// Binary where text belongs, or the reverse.
    package static let unacceptable = Self(rawValue: 1003)
    /// The close frame held no code; never sent.
    package static let none = Self(rawValue: 1005)
    /// The connection was lost without a close frame; never sent.
    package static let lost = Self(rawValue: 1006)
    package static let notUTF8 = Self(rawValue: 1007)
    package static let tooBig = Self(rawValue: 1009)
    package static let badMessage = Self(rawValue: 4400)
    package static let timedOut = Self(rawValue: 4408)
    package static let tooFast = Self(rawValue: 4429)

    /// Whether a close frame may carry it: the registered ones, and what libraries and applications have for themselves.
    package var isSendable: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
