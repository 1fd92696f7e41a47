// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// The code of an error response, 300…699 (RFC 8489 §14.8).
@frozen
package struct ErrorCode: Hashable, Sendable {
    package let rawValue: UInt16

    @inlinable
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    // RFC 8489 §14.8
    package static let tryAlternate = Self(rawValue: 300)
    package static let badRequest = Self(rawValue: 400)
    package static let unauthenticated = Self(rawValue: 401)
    package static let unknownAttribute = Self(rawValue: 420)
    package static let staleNonce = Self(rawValue: 438)
    package static let serverError = Self(rawValue: 500)
    // RFC 8656 §19
    package static let forbidden = Self(rawValue: 403)
    package static let allocationMismatch = Self(rawValue: 437)
    package static let addressFamilyNotSupported = Self(rawValue: 440)
    package static let wrongCredentials = Self(rawValue: 441)
    package static let unsupportedTransportProtocol = Self(rawValue: 442)
    package static let peerAddressFamilyMismatch = Self(rawValue: 443)
    package static let allocationQuotaReached = Self(rawValue: 486)
    package static let insufficientCapacity = Self(rawValue: 508)
    // RFC 6062 §6.3
    package static let connectionAlreadyExists = Self(rawValue: 446)
    package static let connectionTimeoutOrFailure = Self(rawValue: 447)
    // RFC 8016 §3.6
    package static let mobilityForbidden = Self(rawValue: 405)

    /// The phrase that the RFC gives the code; empty for others.
    package var reason: StaticString {
        switch rawValue {
        case 300: "Try Alternate"
        case 400: "Bad Request"
        case 401: "Unauthenticated"
        case 403: "Forbidden"
        case 405: "Mobility Forbidden"
        case 420: "Unknown Attribute"
        case 437: "Allocation Mismatch"
        case 438: "Stale Nonce"
        case 440: "Address Family not Supported"
        case 441: "Wrong Credentials"
        case 442: "Unsupported Transport Protocol"
        case 443: "Peer Address Family Mismatch"
        case 446: "Connection Already Exists"
        case 447: "Connection Timeout or Failure"
        case 486: "Allocation Quota Reached"
        case 500: "Server Error"
        case 508: "Insufficient Capacity"
        default: ""
        }
    }
}

extension ErrorCode: CustomStringConvertible {
    package var description: String { "\(rawValue) \(reason)" }
}

extension Message {
    /// The code in ERROR-CODE; nil when there is none.
    package func errorCode(in bytes: Span<UInt8>) throws(DecodeError) -> ErrorCode? {
        guard let place = place(of: .errorCode) else { return nil }
        guard place.count >= 4, let bits: UInt16 = bytes.integer(at: place.lowerBound + 2) else {
            throw .malformed(.errorCode)
        }
        let (hundreds, number) = (bits >> 8 & 0x07, bits & 0xFF)
        guard (3...6).contains(hundreds), number < 100 else { throw .malformed(.errorCode) }
        return ErrorCode(rawValue: hundreds * 100 + number)
    }

    /// The types in UNKNOWN-ATTRIBUTES (RFC 8489 §14.13); none when the attribute is absent.
    package func unknownAttributes(in bytes: Span<UInt8>) throws(DecodeError) -> [AttributeType] {
        guard let place = place(of: .unknownAttributes) else { return [] }
        guard place.count % 2 == 0 else { throw .malformed(.unknownAttributes) }
        return stride(from: place.lowerBound, to: place.upperBound, by: 2).compactMap {
            bytes.integer(UInt16.self, at: $0).map(AttributeType.init(rawValue:))
        }
    }
}

extension Writer {
    /// Appends ERROR-CODE, with the RFC's phrase or, to keep answers to strangers small, with none.
    package mutating func append(_ code: ErrorCode, withReason: Bool = true) {
        append(code, saying: withReason ? code.reason.description : "")
    }

    /// Appends ERROR-CODE with a phrase of one's own, which ends where the attribute may be no longer.
    package mutating func append(_ code: ErrorCode, saying reason: String) {
        // RFC 8489 §14.8: fewer than 128 characters.
        let text = [UInt8](reason.unicodeScalars.prefix(127).reduce(into: "") { $0.unicodeScalars.append($1) }.utf8)
        guard let offset = reserve(.errorCode, count: 4 + text.count) else { return }
        store((code.rawValue / 100) << 8 | code.rawValue % 100, at: offset + 2)
        for index in text.indices { store(text[index], at: offset + 4 + index) }
    }

    /// Appends UNKNOWN-ATTRIBUTES (RFC 8489 §14.13).
    package mutating func appendUnknown(_ types: [AttributeType]) {
        guard let offset = reserve(.unknownAttributes, count: types.count * 2) else { return }
        for (index, type) in types.enumerated() { store(type.rawValue, at: offset + index * 2) }
    }
}
