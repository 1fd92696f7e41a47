// SPDX-License-Identifier: Apache-2.0
internal import Addresses
internal import Wire

/// The IPv4 address that an IPv6 address stands for, where it stands for one.
struct EmbeddedAddress {
    /// The IPv4 address, or the address itself.
    let inner: IPAddress
    /// Set for forms that are never sent to, whatever they hold and whoever allows it.
    let refusal: PeerRefusal?

    init(in address: IPAddress) {
        guard case .v6(let bits) = address else {
            (inner, refusal) = (address, nil)
            return
        }
        let low = IPAddress.v4(UInt32(truncatingIfNeeded: bits))
        switch bits >> 32 {
        case 0 where bits > 1: (inner, refusal) = (low, .special("an IPv4-compatible IPv6 address (RFC 4291 §2.5.5.1)"))
        case 0xFFFF: (inner, refusal) = (low, .special("an IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2)"))
        case 0xFFFF_0000: (inner, refusal) = (low, .special("an IPv4-translated IPv6 address (RFC 7915)"))
        case 0x0064_FF9B << 64: (inner, refusal) = (low, nil)
        default:
            switch bits >> 96 {
            case 0x2001_0000: (inner, refusal) = (address, .special("a Teredo address (RFC 8656 §21.4)"))
            case 0x2002_0000...0x2002_FFFF: (inner, refusal) = (address, .special("a 6to4 address (RFC 8656 §21.4)"))
            default:
                // ISATAP (RFC 5214 §6.1): an interface identifier of 0000:5efe or 0200:5efe and the IPv4 address.
                let identifier = UInt32(truncatingIfNeeded: bits >> 32) & ~0x0200_0000
                (inner, refusal) = (identifier == 0x0000_5EFE ? low : address, nil)
            }
        }
    }
}
