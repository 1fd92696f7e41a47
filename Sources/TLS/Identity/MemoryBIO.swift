// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// Reading and writing libcrypto's files without files.
enum MemoryBIO {
    /// Lets `body` read `bytes` through a BIO.
    static func reading<Result>(_ bytes: [UInt8], _ body: (OpaquePointer) -> Result?) -> Result? {
        unsafe bytes.withUnsafeBytes { buffer in
            // Safe: the BIO only reads, and is freed before the buffer ends.
            guard let bio = unsafe BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else {
                return nil
            }
            defer { unsafe BIO_free(bio) }
            return unsafe body(bio)
        }
    }

    /// What `body` wrote into a BIO, or nil when it says that it failed.
    static func written(_ body: (OpaquePointer) -> Bool) -> [UInt8]? {
        // Safe: the BIO is freed on the way out, after its bytes are copied.
        guard let bio = unsafe BIO_new(BIO_s_mem()) else { return nil }
        defer { unsafe BIO_free(bio) }
        return unsafe body(bio) ? contents(of: bio) : nil
    }

    /// What was written into the BIO so far.
    @unsafe static func contents(of bio: OpaquePointer) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            var count = 0
            // Safe: libcrypto writes no further than the chunk is long.
            guard unsafe BIO_read_ex(bio, &chunk, chunk.count, &count) == 1, count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
    }
}
