// SPDX-License-Identifier: Apache-2.0
import Crypto
import Testing

@Suite("Random stream")
struct RandomStreamTests {
    @Test("is ChaCha20's key stream (RFC 8439 A.1, vector 1: zero key, zero nonce)")
    func vector() {
        var stream = RandomStream(seed: [UInt8](repeating: 0, count: 32))
        let bytes = stream.bytes(8)
        #expect(bytes == [0x76, 0xB8, 0xE0, 0xAD, 0xA0, 0xF1, 0x3D, 0x90])
    }

    @Test("goes on without repeating when its buffer is used up")
    func refill() {
        var stream = RandomStream(testSeed: 7)
        let first = stream.bytes(1024)
        let second = stream.bytes(1024)
        #expect(first != second)
    }

    @Test("draws every number below a bound and none above")
    func below() {
        var stream = RandomStream(testSeed: 1)
        var seen: Set<UInt64> = []
        for _ in 0..<1000 { seen.insert(stream.below(10)) }
        #expect(seen == Set(0..<10))
        let none = stream.below(0)
        #expect(none == 0)
    }
}
