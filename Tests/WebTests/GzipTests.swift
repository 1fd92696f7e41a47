// SPDX-License-Identifier: Apache-2.0
import CZlib
import Testing

@testable import Web

@Suite("gzip")
struct GzipTests {
    @Test("gives back what was put in", arguments: [0, 1, 100, 70_000])
    func roundTrip(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        let smaller = try #require(Gzip.compress(bytes))
        #expect(Array(smaller.prefix(3)) == [0x1f, 0x8b, 8])
        #expect(try decompress(smaller, room: count + 1) == bytes)
    }

    @Test("writes no time into the header, so that the same file has the same validator")
    func reproducible() throws {
        let one = try #require(Gzip.compress(Array("tern".utf8)))
        #expect(Array(one[4..<8]) == [0, 0, 0, 0])
        #expect(Gzip.compress(Array("tern".utf8)) == one)
    }

    private func decompress(_ bytes: [UInt8], room: Int) throws -> [UInt8] {
        var stream = unsafe z_stream()
        try #require(unsafe inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
        defer { unsafe inflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: room)
        // Safe: both pointers live until the closures end, with the lengths told to zlib.
        let status = unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe stream.next_in = input.baseAddress
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = output.baseAddress
                unsafe stream.avail_out = UInt32(output.count)
                return unsafe inflate(&stream, Z_FINISH)
            }
        }
        try #require(status == Z_STREAM_END)
        return Array(output.prefix(Int(unsafe stream.total_out)))
    }
}
