// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite("Big-endian bytes")
struct BytesTests {
    @Test("reads integers that lie inside and nothing that crosses an end")
    func reading() {
        let bytes: [UInt8] = [0x01, 0x02, 0x03, 0x04]
        let span = bytes.span
        #expect(span.integer(UInt16.self, at: 1) == 0x0203)
        #expect(span.integer(UInt32.self, at: 0) == 0x0102_0304)
        #expect(span.integer(UInt32.self, at: 1) == nil)
        #expect(span.integer(UInt8.self, at: -1) == nil)
        #expect(span.integer(UInt16.self, at: .max) == nil)
        #expect(span.integer(UInt64.self, at: 0) == nil)
    }

    @Test("writes what it reads")
    func writing() {
        var bytes = [UInt8](repeating: 0, count: 4)
        var span = bytes.mutableSpan
        let stored = span.store(UInt16(0xBEEF), at: 2)
        let refused = span.store(UInt32(1), at: 1)
        #expect(stored && !refused)
        #expect(bytes == [0, 0, 0xBE, 0xEF])
        var appended: [UInt8] = []
        appended.append(bigEndian: UInt32(0x0102_0304))
        #expect(appended == [1, 2, 3, 4])
    }
}
