// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite("Bytes as text")
struct TextTests {
    /// RFC 4648 §10.
    static let base64 = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ]

    @Test("writes and reads the published base 64 vectors", arguments: base64)
    func base64Vectors(plain: String, text: String) {
        #expect(Base64.encode(Array(plain.utf8)) == text)
        #expect(Base64.decode(text) == Array(plain.utf8))
    }

    @Test(
        "refuses base 64 that is cut, stuffed or foreign",
        arguments: ["Z", "Zg=", "Zh==", "Z===", "Zg==Zg==", "Zm9*", "Zm 9"])
    func badBase64(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test("writes base 58 as its inventors do")
    func base58() {
        #expect(Base58.encode(Array("Hello World!".utf8)) == "2NEpo7TZRRrLZSi2U")
        #expect(Base58.encode([0, 0, 0x28, 0x7F, 0xB4, 0xCD]) == "11233QC4")
        #expect(Base58.isWellFormed("2NEpo7TZ"))
        #expect(!Base58.isWellFormed("0OIl"))
    }

    @Test("reads hexadecimal in either case and refuses half a byte")
    func hex() {
        #expect(Hex.decode("00fFa1") == [0x00, 0xFF, 0xA1])
        #expect(Hex.encode([0x00, 0xFF, 0xA1]) == "00ffa1")
        #expect(Hex.decode("0") == nil)
        #expect(Hex.decode("0g") == nil)
    }
}
