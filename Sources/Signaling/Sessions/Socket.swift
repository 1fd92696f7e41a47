// SPDX-License-Identifier: Apache-2.0

/// One WebSocket, by the number that the driver gave it; a number is never given twice.
package struct Socket: Hashable, Sendable {
    package let number: UInt64

    package init(_ number: UInt64) { self.number = number }
}

/// Why a WebSocket is closed: codes of RFC 6455 §7.4.1, and Sterna's own from 4400 on.
package enum CloseCode: UInt16, Hashable, Sendable {
    case normal = 1000
    /// The server goes away; clients reconnect at once, with jitter.
    case goingAway = 1001
    case protocolError = 1002
    /// Binary on a JSON socket or the reverse.
    case unsupportedData = 1003
    case notUTF8 = 1007
    case tooBig = 1009
    case badMessage = 4400
    /// Something else was said before saying who one is.
    case notJoined = 4401
    case forbidden = 4403
    case noSuchRoom = 4404
    case timedOut = 4408
    case full = 4409
    case ended = 4410
    /// The seat was taken over by another socket; the old one does not reconnect.
    case openedElsewhere = 4411
    case tooFast = 4429
}
