// SPDX-License-Identifier: Apache-2.0

/// Peers that the operator allows or denies, and where that was written, so that a refusal can name its reason.
package struct PeerRule: Hashable, Sendable {
    package let range: AddressRange
    package let origin: Origin
}

extension ValueType where Value == PeerRule {
    static let peers = Self(
        name: "addresses", expected: "an address A, a range A-B with A not above B, or a network A/prefix",
        parse: { text, origin in AddressRange(text).map { PeerRule(range: $0, origin: origin) } },
        write: { "\($0.range)" })
}

extension ValueType where Value == AddressRange {
    static let addresses = Self(
        name: "addresses", expected: "an address A, a range A-B with A not above B, or a network A/prefix",
        parse: { text, _ in AddressRange(text) },
        write: { "\($0)" })
}
