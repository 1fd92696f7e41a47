// SPDX-License-Identifier: Apache-2.0
internal import CLinux
package import Wire

extension linux_address {
    /// The endpoint in the kernel's form.
    init(_ endpoint: Endpoint) {
        switch endpoint.address {
        case .v4(let bits):
            self = linux_address_of_v4(bits, endpoint.port)
        case .v6(let bits):
            self = linux_address_of_v6(
                UInt64(truncatingIfNeeded: bits >> 64), UInt64(truncatingIfNeeded: bits), endpoint.port)
        }
    }

    /// The endpoint, or nil when the address is of neither IP family.
    var endpoint: Endpoint? {
        if linux_address_is_v4(self) != 0 {
            return Endpoint(.v4(linux_address_v4(self)), linux_address_port(self))
        }
        guard linux_address_is_v6(self) != 0 else { return nil }
        let bits = UInt128(linux_address_v6_high(self)) << 64 | UInt128(linux_address_v6_low(self))
        return Endpoint(.v6(bits), linux_address_port(self))
    }
}

extension Endpoint {
    /// Where an open socket is bound; nil when it is of no IP family.
    package init?(localOf descriptor: Int32) {
        guard let endpoint = try? Self.local(of: descriptor) else { return nil }
        self = endpoint
    }

    /// The other end of a stream; nil when it is not connected.
    package init?(peerOf descriptor: Int32) {
        var address = linux_address()
        // Safe: the union is as long as the length that the call is given.
        guard unsafe linux_remote_address(descriptor, &address, UInt32(MemoryLayout<linux_address>.size)) == 0,
            let endpoint = address.endpoint
        else { return nil }
        self = endpoint
    }

    /// Where an open socket is bound.
    static func local(of descriptor: Int32) throws(Errno) -> Endpoint {
        var address = linux_address()
        // Safe: the union is as long as the length that the call is given.
        try Errno.check(unsafe linux_local_address(descriptor, &address))
        guard let endpoint = address.endpoint else { throw .addressNotAvailable }
        return endpoint
    }
}
