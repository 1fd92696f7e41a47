// SPDX-License-Identifier: Apache-2.0
internal import Wire

// The attributes of NAT behaviour discovery (RFC 5780 §7).

/// What a client asks of the source of its answer (RFC 5780 §7.2).
package struct ChangeRequest: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let port = Self(rawValue: 1 << 1)
    package static let address = Self(rawValue: 1 << 2)
}

extension Message {
    /// CHANGE-REQUEST (RFC 5780 §7.2); nil when it is absent.
    package func changeRequest(in bytes: Span<UInt8>) throws(DecodeError) -> ChangeRequest? {
        let flags: UInt32? = try integer(.changeRequest, size: 4, in: bytes)
        return flags.map(ChangeRequest.init(rawValue:))
    }

    /// RESPONSE-PORT: the port that the answer is to go to (RFC 5780 §7.5); nil when it is absent.
    package func responsePort(in bytes: Span<UInt8>) throws(DecodeError) -> UInt16? {
        try integer(.responsePort, size: 4, in: bytes)
    }
}

extension Writer {
    /// Appends PADDING of so many zero bytes (RFC 5780 §7.6).
    package mutating func append(padding count: Int) { _ = reserve(.padding, count: count) }
}
