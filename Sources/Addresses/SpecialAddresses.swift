// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// The addresses that are not the public Internet (the IANA special-purpose registries of RFC 6890, multicast and what
/// was never given out).
enum SpecialAddresses {
    /// What an address is, or nil when it is an ordinary public one.
    static func name(of address: IPAddress) -> SpecialUse? {
        switch address {
        case .v4(let bits): v4.first { bits >> (32 - $0.length) == $0.prefix >> (32 - $0.length) }?.name
        case .v6(let bits): v6Name(of: bits)
        }
    }

    private static let v4: [(prefix: UInt32, length: UInt32, name: SpecialUse)] = [
        (0x0000_0000, 8, "an address of “this network” (RFC 791)"),
        (0x0A00_0000, 8, "a private address (RFC 1918)"),
        (0x6440_0000, 10, "a shared address behind a carrier's NAT (RFC 6598)"),
        (0x7F00_0000, 8, "a loopback address (RFC 1122)"),
        (0xA9FE_0000, 16, "a link-local address (RFC 3927), where cloud metadata lives"),
        (0xA83F_8110, 32, "an address of Azure's platform, where cloud metadata lives"),
        (0xAC10_0000, 12, "a private address (RFC 1918)"),
        (0xC000_0000, 24, "an address for IETF protocols (RFC 6890)"),
        (0xC000_0200, 24, "a documentation address (RFC 5737)"),
        (0xC058_6300, 24, "a 6to4 relay's address (RFC 7526)"),
        (0xC0A8_0000, 16, "a private address (RFC 1918)"),
        (0xC612_0000, 15, "a benchmarking address (RFC 2544)"),
        (0xC633_6400, 24, "a documentation address (RFC 5737)"),
        (0xCB00_7100, 24, "a documentation address (RFC 5737)"),
        (0xE000_0000, 4, "a multicast address (RFC 5771)"),
        (0xF000_0000, 4, "a reserved or broadcast address (RFC 1112)"),
    ]

    private static func v6Name(of bits: UInt128) -> SpecialUse? {
        if let special = v6.first(where: {
            bits >> (128 - $0.length) == (UInt128($0.prefix) << 64) >> (128 - $0.length)
        }) {
            return special.name
        }
        // NAT64's well-known prefix is judged by the IPv4 address inside (RFC 6052).
        if bits >> 32 == 0x0064_FF9B << 64 { return nil }
        return bits >> 125 == 1 ? nil : "no global unicast address (RFC 4291)"
    }

    /// By the upper half of the prefix: none is longer than 64 bits.
    private static let v6: [(prefix: UInt64, length: UInt128, name: SpecialUse)] = [
        (0xFF00_0000_0000_0000, 8, "a multicast address (RFC 4291)"),
        (0xFE80_0000_0000_0000, 10, "a link-local address (RFC 4291)"),
        (0xFEC0_0000_0000_0000, 10, "a site-local address (RFC 3879)"),
        (0xFC00_0000_0000_0000, 7, "a unique local address (RFC 4193)"),
        (0x0064_FF9B_0001_0000, 48, "a local-use NAT64 address (RFC 8215)"),
        (0x0100_0000_0000_0000, 64, "a discard-only address (RFC 6666)"),
        (0x2001_0000_0000_0000, 23, "an address for IETF protocols (RFC 6890)"),
        (0x2001_0DB8_0000_0000, 32, "a documentation address (RFC 3849)"),
        (0x3FFF_0000_0000_0000, 20, "a documentation address (RFC 9637)"),
    ]
}
