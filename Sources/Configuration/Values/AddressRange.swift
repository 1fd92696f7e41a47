// SPDX-License-Identifier: Apache-2.0

package import Wire

/// Addresses of one family from the first to the last, both included.
package struct AddressRange: Hashable, Sendable {
    package let first: IPAddress
    package let last: IPAddress

    /// Nil when the ends are of different families or the wrong way round.
    package init?(_ first: IPAddress, _ last: IPAddress) {
        guard first.family == last.family, first.number <= last.number else { return nil }
        (self.first, self.last) = (first, last)
    }

    /// Parses `A`, `A-B` or `A/prefix`; IPv6 may stand in brackets.
    package init?(_ text: some StringProtocol) {
        let text = String(text).filter { $0 != "[" && $0 != "]" }
        if let dash = text.firstIndex(of: "-") {
            guard let first = IPAddress(text[..<dash]), let last = IPAddress(text[text.index(after: dash)...])
            else { return nil }
            self.init(first, last)
        } else if let slash = text.firstIndex(of: "/") {
            guard let address = IPAddress(text[..<slash]), let prefix = UInt(text[text.index(after: slash)...])
            else { return nil }
            self.init(address, prefix: prefix)
        } else {
            guard let address = IPAddress(text) else { return nil }
            self.init(address, address)
        }
    }

    private init?(_ address: IPAddress, prefix: UInt) {
        switch address {
        case .v4(let bits):
            guard prefix <= 32 else { return nil }
            let host = prefix == 32 ? 0 : UInt32.max >> UInt32(prefix)
            self.init(.v4(bits & ~host), .v4(bits | host))
        case .v6(let bits):
            guard prefix <= 128 else { return nil }
            let host = prefix == 128 ? 0 : UInt128.max >> UInt128(prefix)
            self.init(.v6(bits & ~host), .v6(bits | host))
        }
    }

    /// Whether it holds addresses that coturn never relays to: this host's, unspecified ones and multicast.
    var isClosedInCoturn: Bool {
        Self.closed.contains { $0.first.family == first.family && contains($0.first) || $0.contains(first) }
    }

    private static let closed = ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "::/127", "ff00::/8"]
        .compactMap { AddressRange($0) }

    package func contains(_ address: IPAddress) -> Bool {
        address.family == first.family && (first.number...last.number).contains(address.number)
    }
}

extension AddressRange: CustomStringConvertible {
    package var description: String { first == last ? "\(first)" : "\(first)-\(last)" }
}

extension IPAddress {
    fileprivate var number: UInt128 {
        switch self {
        case .v4(let bits): UInt128(bits)
        case .v6(let bits): bits
        }
    }
}
