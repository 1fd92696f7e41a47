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

    /// Where a service of a domain is to be found (RFC 2782).
    package struct Service: Hashable, Sendable {
        package let target: String
        package let port: UInt16
    }

    /// The SRV records of a name as in `_turn._udp.example.org`; asks the resolver, which may take seconds. Nil where
    /// no name server answers.
    package static func services(of name: String) -> [Service]? {
        var records = [linux_service](repeating: linux_service(), count: 16)
        // Safe: the name is a terminated text, and no more records are written than there is room for.
        let count = unsafe linux_services(name, &records, Int32(records.count))
        guard count >= 0 else { return nil }
        return records.prefix(Int(count)).map { record in
            let target = unsafe withUnsafeBytes(of: record.target) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            return Service(target: target.lowercased(), port: record.port)
        }
    }
}
