// SPDX-License-Identifier: Apache-2.0
internal import Addresses
internal import CLinux
internal import Glibc
package import Wire

/// What this machine has.
package enum Host {
    /// The processors that this process may run on; at least one.
    package static var processors: Int { Int(linux_processors()) }

    /// How many files this process may have open, after asking for as many as it may ask for.
    package static func raiseFileLimit() -> Int { linux_raise_file_limit() }

    /// What this machine calls itself; nil when that cannot be told.
    package static var name: String? {
        var name = [CChar](repeating: 0, count: 256)
        // Safe: the kernel writes no further than the count, and the last byte stays zero.
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return nil }
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// The addresses of all interfaces that are up, loopback and link-local ones included.
    package static func addresses() throws(Errno) -> [IPAddress] { try ownAddresses().addresses }

    static func address(_ pointer: UnsafeMutablePointer<sockaddr>?) -> IPAddress? {
        guard let pointer = unsafe pointer else { return nil }
        let size: Int
        switch Int32(unsafe pointer.pointee.sa_family) {
        case AF_INET: size = MemoryLayout<sockaddr_in>.size
        case AF_INET6: size = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        var address = linux_address()
        unsafe withUnsafeMutableBytes(of: &address) { bytes in
            // Safe: the family says how long the address is, and the union has room for both.
            unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: size))
        }
        return address.endpoint?.address
    }
}
