// SPDX-License-Identifier: Apache-2.0
internal import CLinux
internal import Glibc
package import Wire

extension Host {
    /// Why a name has no address.
    package struct LookupFailure: Error, CustomStringConvertible {
        /// In the resolver's words.
        package let description: String
    }

    /// The addresses that a name has just now, each once; asks the resolver, which may take seconds.
    package static func addresses(of name: String) throws(LookupFailure) -> [IPAddress] {
        // Safe: a record of numbers and null pointers.
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        // Safe: name and hints live through the call; the list is walked within this scope and freed once.
        let result = unsafe getaddrinfo(name, nil, &hints, &first)
        guard result == 0 else {
            // Safe: the answer is a constant text.
            throw LookupFailure(description: unsafe String(cString: gai_strerror(result)))
        }
        defer { unsafe freeaddrinfo(first) }
        var addresses: [IPAddress] = []
        var next = unsafe first
        while let entry = unsafe next {
            unsafe next = entry.pointee.ai_next
            guard let address = unsafe address(entry.pointee.ai_addr), !addresses.contains(address) else { continue }
            addresses.append(address)
        }
        return addresses
    }
}
