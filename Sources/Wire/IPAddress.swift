// SPDX-License-Identifier: Apache-2.0

/// An IPv4 or IPv6 address. Scope identifiers are not kept.
@frozen
package enum IPAddress: Hashable, Sendable {
    case v4(UInt32)
    case v6(UInt128)

    @frozen
    package enum Family: UInt8, Hashable, Sendable {
        case v4, v6

        @inlinable @inline(__always)
        package static func == (a: Self, b: Self) -> Bool { a.rawValue == b.rawValue }
    }

    /// Written out, so that it is inlined into other modules: a packet asks it a dozen times.
    @inlinable @inline(__always)
    package static func == (a: Self, b: Self) -> Bool {
        switch (a, b) {
        case (.v4(let a), .v4(let b)): a == b
        case (.v6(let a), .v6(let b)): a == b
        case (.v4, .v6), (.v6, .v4): false
        }
    }

    /// `0.0.0.0`: any address of the host.
    package static let anyV4 = Self.v4(0)
    /// `::`: any address of the host.
    package static let anyV6 = Self.v6(0)
    package static let loopbackV4 = Self.v4(0x7F00_0001)
    package static let loopbackV6 = Self.v6(1)

    @inlinable
    package var family: Family {
        switch self {
        case .v4: .v4
        case .v6: .v6
        }
    }

    /// Whether this is the wildcard address of its family.
    package var isUnspecified: Bool { self == .anyV4 || self == .anyV6 }

    /// `::ffff:a.b.c.d` as the IPv4 address that it stands for; every other address as it is.
    ///
    /// Only the form that dual-stack sockets produce. What a *peer* address may hide is `PeerPolicy`'s question.
    @inlinable
    package var unmapped: Self {
        if case .v6(let bits) = self, bits >> 32 == 0xFFFF { .v4(UInt32(truncatingIfNeeded: bits)) } else { self }
    }

    /// The network that the address lies in: the address itself for IPv4, its /64 for IPv6.
    ///
    /// What limits per client are counted by: one IPv6 subscriber owns a whole /64.
    package var subscriber: Self {
        switch self {
        case .v4: self
        case .v6(let bits): .v6((bits >> 64) << 64)
        }
    }
}

extension IPAddress {
    /// Parses dotted IPv4 or RFC 4291 IPv6 text; brackets, ports, zones and leading zeros in IPv4 are refused.
    package init?(_ text: some StringProtocol) {
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let bits = Self.v6Bits(text) else { return nil }
            self = .v6(bits)
        } else {
            guard let bits = Self.v4Bits(text) else { return nil }
            self = .v4(bits)
        }
    }

    private static func v4Bits(_ text: some StringProtocol) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                part.utf8.count == 1 || part.utf8.first != 0x30, let byte = UInt8(part)
            else { return nil }
            bits = bits << 8 | UInt32(byte)
        }
        return bits
    }

    private static func v6Bits(_ text: some StringProtocol) -> UInt128? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (3...9).contains(parts.count) else { return nil }
        var groups: [UInt16] = []
        var gap: Int?
        for (index, part) in parts.enumerated() {
            if part.isEmpty {
                let outer = index == 0 || index == parts.count - 1
                // A leading or trailing empty part only as half of “::”.
                if outer {
                    let neighbour = index == 0 ? parts[1] : parts[parts.count - 2]
                    guard neighbour.isEmpty else { return nil }
                    continue
                }
                guard gap == nil else { return nil }
                gap = groups.count
            } else if index == parts.count - 1, part.contains(".") {
                guard let bits = v4Bits(part) else { return nil }
                groups += [UInt16(bits >> 16), UInt16(truncatingIfNeeded: bits)]
            } else {
                guard part.utf8.count <= 4, part.utf8.allSatisfy({ Hex.value(of: $0) != nil }),
                    let group = UInt16(part, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        guard groups.count <= 8 else { return nil }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        return groups.reduce(0) { $0 << 16 | UInt128($1) }
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted IPv4, or IPv6 in the canonical form of RFC 5952.
    package var description: String {
        switch self {
        case .v4(let bits): Self.dotted(bits)
        case .v6(let bits) where bits >> 32 == 0xFFFF: "::ffff:" + Self.dotted(UInt32(truncatingIfNeeded: bits))
        case .v6(let bits): Self.grouped(bits)
        }
    }

    private static func dotted(_ bits: UInt32) -> String {
        "\(bits >> 24).\(bits >> 16 & 0xFF).\(bits >> 8 & 0xFF).\(bits & 0xFF)"
    }

    private static func grouped(_ bits: UInt128) -> String {
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
        let zeros = longestZeroRun(groups)
        let texts = groups.map { String($0, radix: 16) }
        guard zeros.count >= 2 else { return texts.joined(separator: ":") }
        return texts[..<zeros.lowerBound].joined(separator: ":") + "::"
            + texts[zeros.upperBound...].joined(separator: ":")
    }

    /// The first of the longest runs of zero groups (RFC 5952 §4.2.3).
    private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
        var best = 0..<0
        var start: Int?
        for index in 0...groups.count {
            if index < groups.count, groups[index] == 0 {
                start = start ?? index
            } else if let from = start {
                if index - from > best.count { best = from..<index }
                start = nil
            }
        }
        return best
    }
}
