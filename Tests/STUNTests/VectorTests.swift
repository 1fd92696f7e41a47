// SPDX-License-Identifier: Apache-2.0
import Crypto
import STUN
import Testing
import Wire

@Suite("Published messages")
struct VectorTests {
    @Test("are read, authentic and intact", arguments: PublishedVector.all)
    func reads(_ vector: PublishedVector) throws {
        let message = try Message(parsing: vector.bytes.span)
        #expect(message.header.method == .binding)
        let authentic = message.isAuthentic(vector.integrity, key: Digest(vector.key.span), in: vector.bytes.span)
        #expect(authentic)
        let fits = message.fingerprintFits(in: vector.bytes.span)
        #expect(fits == (vector.hasFingerprint ? true : nil))
        let mapped = try message.xorAddress(.xorMappedAddress, in: vector.bytes.span)
        #expect(mapped == vector.mapped.flatMap { Endpoint($0) })
    }

    @Test("are recognised as changed whichever bit is flipped", arguments: PublishedVector.all)
    func changed(_ vector: PublishedVector) {
        for index in vector.bytes.indices {
            var bytes = vector.bytes
            bytes[index] ^= 0x04
            guard let message = try? Message(parsing: bytes.span) else { continue }
            let authentic = message.isAuthentic(vector.integrity, key: Digest(vector.key.span), in: bytes.span)
            // FINGERPRINT stands behind what integrity covers, and only it does.
            let isCovered = !vector.hasFingerprint || index < bytes.count - 8
            #expect(authentic != isCovered || !isCovered)
            if vector.hasFingerprint {
                let fits = message.fingerprintFits(in: bytes.span)
                #expect(fits != true)
            }
        }
    }

    @Test("are refused when cut short at any byte", arguments: PublishedVector.all)
    func truncated(_ vector: PublishedVector) {
        for count in vector.bytes.indices {
            let cut = Array(vector.bytes[..<count])
            #expect(throws: DecodeError.self) { _ = try Message(parsing: cut.span) }
        }
    }

    @Test("RFC 8489 B.1: USERHASH, key and MAC; the printed message is 20 bytes shorter than its header says")
    func sha256() throws {
        let username = [UInt8]("\u{30DE}\u{30C8}\u{30EA}\u{30C3}\u{30AF}\u{30B9}".utf8)
        let userhash = HashFunction.sha256.digest(username + [UInt8](":example.org".utf8))
        let printed = try #require(
            Hex.decode(
                "0001009c2112a44278ad3433c6ad72c029da412e"
                    + "001e00204a3cf38fef6992bda952c6780417da0f24819415569e60b205c46e41407f1704"
                    + "001500296f624d61744a6f733241414143662f2f3439396b39353464364f4c33346f4c39465354767936347341000000"
                    + "0014000b6578616d706c652e6f726700"))
        #expect(userhash.array == Array(printed[24..<56]))
        let key = LongTermKey.derive(
            username: "\u{30DE}\u{30C8}\u{30EA}\u{30C3}\u{30AF}\u{30B9}", realm: "example.org", password: "TheMatrIX",
            .sha256)
        let mac = HMAC.authenticate(printed, key: key.array, .sha256)
        #expect(Hex.encode(mac.array) == "e4686c8f0edeb59013e07090010a93efccbccc544c0a45d9f830aa6d6f735a01")
    }
}
