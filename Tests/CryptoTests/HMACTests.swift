// SPDX-License-Identifier: Apache-2.0
import Crypto
import Testing
import Wire

@Suite("HMAC")
struct HMACTests {
    struct Vector: Sendable {
        let section: String
        let function: HashFunction
        let key: [UInt8]
        let message: [UInt8]
        let mac: String
    }

    static let vectors = [
        Vector(
            section: "RFC 2202 §3.2", function: .sha1, key: [UInt8]("Jefe".utf8),
            message: [UInt8]("what do ya want for nothing?".utf8), mac: "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        Vector(
            section: "RFC 2202 §3.6", function: .sha1, key: [UInt8](repeating: 0xAA, count: 80),
            message: [UInt8]("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            mac: "aa4ae5e15272d00e95705637ce8a3b55ed402112"),
        Vector(
            section: "RFC 4231 §4.3", function: .sha256, key: [UInt8]("Jefe".utf8),
            message: [UInt8]("what do ya want for nothing?".utf8),
            mac: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Vector(
            section: "RFC 4231 §4.7", function: .sha256, key: [UInt8](repeating: 0xAA, count: 131),
            message: [UInt8]("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            mac: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        Vector(
            section: "RFC 2202 §2 test case 1", function: .md5, key: [UInt8](repeating: 0x0B, count: 16),
            message: [UInt8]("Hi There".utf8), mac: "9294727a3638bb1c13f48ef8158bfc9d"),
    ]

    @Test("agrees with the published vectors", arguments: vectors)
    func agrees(_ vector: Vector) {
        #expect(Hex.encode(HMAC.authenticate(vector.message, key: vector.key, vector.function).array) == vector.mac)
    }

    @Test("does not care how the message is cut", arguments: vectors)
    func parts(_ vector: Vector) {
        for cut in vector.message.indices {
            var hmac = HMAC(vector.function, key: vector.key.span)
            hmac.update(vector.message.span.extracting(0..<cut))
            hmac.update(vector.message.span.extracting(cut..<vector.message.count))
            let mac = hmac.finish()
            #expect(Hex.encode(mac.array) == vector.mac)
        }
    }
}
