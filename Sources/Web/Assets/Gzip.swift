// SPDX-License-Identifier: Apache-2.0
internal import CZlib

/// The gzip format (RFC 1952), always the same bytes for the same input: no time and no name in the header.
enum Gzip {
    /// The compressed bytes, or nil when zlib cannot get the memory it needs.
    static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = unsafe z_stream()
        // Fifteen bits of window, and sixteen more to ask for gzip's header and trailer.
        let opened = unsafe deflateInit2_(
            &stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard opened == Z_OK else { return nil }
        defer { unsafe deflateEnd(&stream) }

        let room = Int(unsafe deflateBound(&stream, UInt(bytes.count)))
        guard let available = UInt32(exactly: bytes.count), let capacity = UInt32(exactly: room) else { return nil }
        var input = bytes
        var isComplete = false
        let output = unsafe [UInt8](unsafeUninitializedCapacity: room) { output, count in
            unsafe input.withUnsafeMutableBufferPointer { input in
                // Safe: both pointers live until the closures end, with exactly the lengths told to zlib.
                unsafe stream.next_in = input.baseAddress
                unsafe stream.avail_in = available
                unsafe stream.next_out = output.baseAddress
                unsafe stream.avail_out = capacity
                isComplete = unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END
                count = room - Int(unsafe stream.avail_out)
            }
        }
        return isComplete ? output : nil
    }
}
