// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// ALPN names (RFC 7301) in memory that libssl's callback reads, in the order of preference.
@safe final class ProtocolList: Sendable {
    // Safe: written once in `init`, freed in `deinit`, and only read in between.
    nonisolated(unsafe) let list: UnsafeMutablePointer<openssl_protocols>
    nonisolated(unsafe) private let names: UnsafeMutableBufferPointer<UInt8>

    init(_ protocols: [String]) throws(ContextProblem) {
        var encoded: [UInt8] = []
        for name in protocols {
            guard let count = UInt8(exactly: name.utf8.count), count > 0 else { throw .badProtocolName(name) }
            encoded.append(count)
            encoded += name.utf8
        }
        // Safe: both blocks are initialised whole and freed once.
        let names = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: encoded.count)
        _ = unsafe names.initialize(from: encoded)
        unsafe self.names = names
        unsafe list = .allocate(capacity: 1)
        unsafe list.initialize(to: openssl_protocols(names: names.baseAddress, count: UInt32(encoded.count)))
    }

    deinit {
        // Safe: the context that reads it is freed before the list is let go.
        unsafe list.deallocate()
        unsafe names.deallocate()
    }
}
