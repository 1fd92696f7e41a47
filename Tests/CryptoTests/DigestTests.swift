// SPDX-License-Identifier: Apache-2.0
import Crypto
import Testing
import Wire

@Suite("Digests and checksums")
struct DigestTests {
    @Test(
        "agree with the published vectors for “abc”",
        arguments: [
            (.md5, "900150983cd24fb0d6963f7d28e17f72"),
            (.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ] as [(HashFunction, String)])
    func vectors(function: HashFunction, digest: String) {
        #expect(Hex.encode(function.digest([UInt8]("abc".utf8)).array) == digest)
        #expect(function.digestSize == digest.utf8.count / 2)
    }

    @Test("CRC-32 has its check value")
    func crc() {
        let check = CRC32.checksum([UInt8]("123456789".utf8).span)
        #expect(check == 0xCBF4_3926)
        let empty = CRC32.checksum([UInt8]().span)
        #expect(empty == 0)
    }

    @Test("the long-term key is the one RFC 8489 §9.2.2 gives for user “user”, realm “realm”, password “pass”")
    func longTermKey() {
        let key = LongTermKey.derive(username: "user", realm: "realm", password: "pass", .md5)
        #expect(Hex.encode(key.array) == "8493fbc53ba582fb4c044c456bdc40eb")
    }

    @Test("equality looks at every byte and at the length")
    func equality() {
        func equal(_ digest: Digest, _ bytes: [UInt8], at offset: Int = 0) -> Bool {
            digest.equals(bytes.span, at: offset)
        }
        let digest = HashFunction.sha1.digest([1, 2, 3])
        #expect(equal(digest, digest.array))
        for index in 0..<digest.count {
            var changed = digest.array
            changed[index] ^= 1
            let other = Digest(changed.span)
            #expect(!equal(digest, changed))
            #expect(digest != other)
        }
        #expect(!equal(digest, Array(digest.array.dropLast())))
        #expect(equal(digest, [0] + digest.array, at: 1))
        #expect(ConstantTime.equal("", "") && ConstantTime.equal("key", "key") && !ConstantTime.equal("key", "kez"))
    }
}
