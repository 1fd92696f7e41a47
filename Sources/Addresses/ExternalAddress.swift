// SPDX-License-Identifier: Apache-2.0
package import Wire

/// One `external-ip`: the public face of a private address, or of what is relayed from in its family.
package struct ExternalAddress: Hashable, Sendable {
    package let address: IPAddress
    /// The host's own address behind it; nil: see ``OwnAddresses/behind(_:)``.
    package let local: IPAddress?

    package init(_ address: IPAddress, for local: IPAddress? = nil) {
        self.address = address
        self.local = local
    }
}
