// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Wire

extension linux_address {
    /// The endpoint in the kernel's form.
    init(_ endpoint: Endpoint) {
        self.init()
        switch endpoint.address {
        case .v4(let bits):
            // Safe: the union has room for both families.
            unsafe linux_address_set_v4(&self, bits, endpoint.port)
        case .v6(let bits):
            // Safe: as above.
            unsafe linux_address_set_v6(
                &self, UInt64(truncatingIfNeeded: bits >> 64), UInt64(truncatingIfNeeded: bits), endpoint.port)
        }
    }

    /// The endpoint, or nil when the address is of neither IP family.
    var endpoint: Endpoint? {
        mutating get {
            // Safe: each accessor reads the member that the family names.
            if unsafe linux_address_is_v4(&self) != 0 {
                return unsafe Endpoint(.v4(linux_address_v4(&self)), linux_address_port(&self))
            }
            guard unsafe linux_address_is_v6(&self) != 0 else { return nil }
            let high = unsafe linux_address_v6_high(&self)
            let low = unsafe linux_address_v6_low(&self)
            return Endpoint(.v6(UInt128(high) << 64 | UInt128(low)), unsafe linux_address_port(&self))
        }
    }
}

extension Endpoint {
    /// Where an open socket is bound.
    static func local(of descriptor: Int32) throws(Errno) -> Endpoint {
        var address = linux_address()
        // Safe: the union is as long as the length that the call is given.
        try Errno.check(unsafe linux_local_address(descriptor, &address))
        guard let endpoint = address.endpoint else { throw .addressNotAvailable }
        return endpoint
    }
}
