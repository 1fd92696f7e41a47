// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import STUN
internal import Wire

extension Checkup {
    /// CODEC: whether this program and the libraries that it found here compute what the RFCs print.
    func codec() {
        let fits = Self.vectors.filter(\.fits)
        let hashes = Self.printedHashes()
        let rfc8489 = hashes.count(where: \.self)
        let text =
            "RFC 5769: \(fits.count) of \(Self.vectors.count) vectors, RFC 8489 (USERHASH, SHA-256): \(rfc8489) of \(hashes.count)"
        if fits.count == Self.vectors.count, rfc8489 == hashes.count { return tell(.ok(.codec, text)) }
        tell(
            .fail(
                .codec, text, .libraryWrong))
    }

    private struct Vector {
        let message: String
        let key: [UInt8]
        var hasFingerprint = true

        var fits: Bool {
            guard let bytes = Hex.decode(message[...]), let message = try? Message(parsing: bytes.span) else {
                return false
            }
            return message.isAuthentic(.sha1, key: Digest(key.span), in: bytes.span)
                && message.fingerprintFits(in: bytes.span) == (hasFingerprint ? true : nil)
        }
    }

    private static let name = "\u{30DE}\u{30C8}\u{30EA}\u{30C3}\u{30AF}\u{30B9}"
    private static let realm = "example.org"
    private static let password = "TheMatrIX"

    /// RFC 5769 §2.1 to §2.4.
    private static var vectors: [Vector] {
        let short = [UInt8]("VOkJxbRl1RmTxUk/WvJxBt".utf8)
        let long = LongTermKey.derive(username: name, realm: realm, password: password, .md5).array
        return [
            Vector(
                message: """
                    000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff8029\
                    0008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2\
                    80280004e57a3bcf
                    """, key: short),
            Vector(
                message: """
                    0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a6430008\
                    00142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96
                    """, key: short),
            Vector(
                message: """
                    010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3\
                    f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c
                    """, key: short),
            Vector(
                message: """
                    000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b900000015001c662f\
                    2f3439396b39353464364f4c33346f4c39465354767936347341\
                    0014000b6578616d706c652e6f72670000080014f67024656dd64a3e02b8e0712e85c9a28ca89666
                    """, key: long, hasFingerprint: false),
        ]
    }

    /// RFC 8489 appendix B.1: the hash of the name, and the HMAC over the request as it is printed there.
    private static func printedHashes() -> [Bool] {
        let hash = HashFunction.sha256.digest(Array("\(name):\(realm)".utf8)).array
        let request = Hex.decode(
            """
            0001009c2112a44278ad3433c6ad72c029da412e001e00204a3cf38fef6992bda952c6780417da0f24819415569e60b205c46e41\
            407f1704001500296f624d61744a6f733241414143662f2f3439396b39353464364f4c33346f4c39465354767936347341000000\
            0014000b6578616d706c652e6f726700
            """)
        let key = LongTermKey.derive(username: name, realm: realm, password: password, .sha256).array
        let code = request.map { Hex.encode(HMAC.authenticate($0, key: key, .sha256).array) }
        return [
            request?[24..<56].elementsEqual(hash) == true,
            code == "e4686c8f0edeb59013e07090010a93efccbccc544c0a45d9f830aa6d6f735a01",
        ]
    }
}
