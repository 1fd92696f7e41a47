// SPDX-License-Identifier: Apache-2.0
package import Wire

/// Which peers may be reached through this server: the one function behind every permission, channel and packet.
package struct PeerPolicy: Sendable {
    /// `allow-loopback-peers`: for tests on one host.
    package var allowsLoopback = false
    /// `allowed-peer-ip`: wins over everything but port 0 and malformed addresses.
    package var allowed: [AddressRange] = []
    /// `denied-peer-ip`.
    package var denied: [AddressRange] = []
    /// Where this host itself listens; a wildcard stands for every address of ``ownAddresses``.
    package var listeners: [Endpoint] = []
    /// The host's own addresses, private and public: only live relay ports may be reached on them.
    package var ownAddresses: [IPAddress] = []

    package init() {}
}

/// Addresses from one to another, both included, as `allowed-peer-ip` and `denied-peer-ip` give them.
package struct AddressRange: Hashable, Sendable {
    package let first: IPAddress
    package let last: IPAddress
    /// Where the rule was written, as in `sterna.conf:12`: what a refusal is explained with.
    package let origin: String

    /// Nil when the two ends are of different families or in the wrong order.
    package init?(_ first: IPAddress, _ last: IPAddress, origin: String) {
        switch (first, last) {
        case (.v4(let low), .v4(let high)): guard low <= high else { return nil }
        case (.v6(let low), .v6(let high)): guard low <= high else { return nil }
        default: return nil
        }
        self.first = first
        self.last = last
        self.origin = origin
    }

    package func contains(_ address: IPAddress) -> Bool {
        switch (first, address, last) {
        case (.v4(let low), .v4(let bits), .v4(let high)): low <= bits && bits <= high
        case (.v6(let low), .v6(let bits), .v6(let high)): low <= bits && bits <= high
        default: false
        }
    }
}
