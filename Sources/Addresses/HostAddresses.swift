// SPDX-License-Identifier: Apache-2.0
package import Wire

/// What a host has at one moment, as its kernel tells it: the facts that ``OwnAddresses`` decides by.
package struct HostAddresses: Hashable, Sendable {
    /// An address of an interface that is up.
    package struct Entry: Hashable, Sendable {
        package let address: IPAddress
        /// The bits that its neighbours share with it.
        package let length: Int
        /// It is there for a while (RFC 8981): another one takes its place tomorrow.
        package let isTemporary: Bool
        /// Its time is up: what is begun now is not to be begun from it (RFC 4862 §5.5.4).
        package let isDeprecated: Bool
        /// It is not known yet whether somebody else has it (RFC 4862 §5.4): it cannot be used.
        package let isTentative: Bool

        package init(
            _ address: IPAddress, length: Int? = nil, isTemporary: Bool = false, isDeprecated: Bool = false,
            isTentative: Bool = false
        ) {
            self.address = address
            self.length = length ?? (address.family == .v4 ? 32 : 128)
            (self.isTemporary, self.isDeprecated, self.isTentative) = (isTemporary, isDeprecated, isTentative)
        }
    }

    /// In the kernel's order, each address once.
    package var entries: [Entry] = []
    /// What the kernel takes in as its own (routes of type local): every address above, and maybe whole networks.
    package var networks: [Network] = []
    /// Broadcast addresses of the networks that the host is on.
    package var broadcasts: [IPAddress] = []
    /// Where packets to somewhere outside leave from, one of each family that has a way out.
    package var outgoing: [IPAddress] = []

    package init() {}

    /// A host with these addresses, and networks of 127.0.0.0/8 where it has loopback.
    package init(_ addresses: [IPAddress], outgoing: [IPAddress] = []) {
        entries = addresses.map { Entry($0) }
        networks = addresses.map { address in
            let isLoopback = address.family == .v4 && address.isLoopback
            return Network(of: address, length: isLoopback ? 8 : address.family == .v4 ? 32 : 128)
        }
        self.outgoing = outgoing
    }

    /// The addresses of the interfaces.
    package var addresses: [IPAddress] { entries.map(\.address) }

    /// Whether an address is this host's.
    package func has(_ address: IPAddress) -> Bool {
        entries.contains { $0.address == address } || networks.contains { $0.contains(address) }
    }

    /// The network of one of its interfaces that an address is in, where the host is not alone in it.
    package func neighbourhood(of address: IPAddress) -> Network? {
        for entry in entries where entry.length < (entry.address.family == .v4 ? 31 : 127) {
            let network = Network(of: entry.address, length: entry.length)
            if network.contains(address) { return network }
        }
        return nil
    }
}
