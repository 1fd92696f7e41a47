// SPDX-License-Identifier: Apache-2.0
import Crypto
import Testing
import Wire

@Suite("AES-GCM")
struct AEADTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let name: String
        let algorithm: AEAD
        let key: String
        let nonce: String
        let associated: String
        let plaintext: String
        let sealed: String

        var testDescription: String { name }
    }

    /// Test cases 4 and 16 of the GCM specification that NIST SP 800-38D refers to.
    static let vectors = [
        Vector(
            name: "case 4, 128 bits", algorithm: .aes128GCM, key: "feffe9928665731c6d6a8f9467308308",
            nonce: "cafebabefacedbaddecaf888", associated: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            plaintext:
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            sealed:
                "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
                + "5bc94fbc3221a5db94fae95ae7121a47"),
        Vector(
            name: "case 16, 256 bits", algorithm: .aes256GCM,
            key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            nonce: "cafebabefacedbaddecaf888", associated: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            plaintext:
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            sealed:
                "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                + "76fc6ece0f4e1768cddf8853bb2d551b"),
    ]

    static func bytes(_ hex: String) -> [UInt8] { Hex.decode(hex) ?? [] }

    @Test("seals and opens the published vectors", arguments: vectors)
    func published(_ vector: Vector) {
        let (key, nonce) = (Self.bytes(vector.key), Self.bytes(vector.nonce))
        let (associated, plaintext) = (Self.bytes(vector.associated), Self.bytes(vector.plaintext))
        let sealed = vector.algorithm.seal(plaintext, key: key, nonce: nonce, associated: associated)
        #expect(sealed.map { Hex.encode($0) } == vector.sealed)
        #expect(vector.algorithm.open(sealed ?? [], key: key, nonce: nonce, associated: associated) == plaintext)
    }

    @Test("opens nothing that was cut or touched anywhere", arguments: vectors)
    func touched(_ vector: Vector) {
        let (key, nonce, associated) = (Self.bytes(vector.key), Self.bytes(vector.nonce), Self.bytes(vector.associated))
        let sealed = Self.bytes(vector.sealed)
        for index in sealed.indices {
            var bad = sealed
            bad[index] ^= 1
            #expect(vector.algorithm.open(bad, key: key, nonce: nonce, associated: associated) == nil)
            let cut = Array(sealed.prefix(index))
            #expect(vector.algorithm.open(cut, key: key, nonce: nonce, associated: associated) == nil)
        }
        #expect(vector.algorithm.open(sealed, key: key, nonce: nonce, associated: []) == nil)
        #expect(vector.algorithm.open(sealed, key: [], nonce: nonce, associated: associated) == nil)
        #expect(vector.algorithm.open(sealed, key: key, nonce: [], associated: associated) == nil)
    }
}
