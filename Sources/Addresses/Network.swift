// SPDX-License-Identifier: Apache-2.0
package import Wire

/// The addresses that begin with the same bits, as `192.0.2.0/24` writes them.
package struct Network: Hashable, Sendable {
    /// The lowest of the addresses.
    package let first: IPAddress
    /// How many bits they share.
    package let length: Int

    /// The network of so many bits that an address is in.
    package init(of address: IPAddress, length: Int) {
        switch address {
        case .v4(let bits):
            self.length = min(max(length, 0), 32)
            first = .v4(bits & Self.mask4(self.length))
        case .v6(let bits):
            self.length = min(max(length, 0), 128)
            first = .v6(bits & Self.mask6(self.length))
        }
    }

    /// Whether an address is in the network.
    package func contains(_ address: IPAddress) -> Bool {
        switch (first, address) {
        case (.v4(let low), .v4(let bits)): bits & Self.mask4(length) == low
        case (.v6(let low), .v6(let bits)): bits & Self.mask6(length) == low
        default: false
        }
    }

    // Swift shifts past the width to zero.
    private static func mask4(_ length: Int) -> UInt32 { ~(UInt32.max >> UInt32(length)) }
    private static func mask6(_ length: Int) -> UInt128 { ~(UInt128.max >> UInt128(length)) }
}

extension Network: CustomStringConvertible {
    package var description: String { "\(first)/\(length)" }
}
