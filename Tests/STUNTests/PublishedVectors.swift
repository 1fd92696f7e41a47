// SPDX-License-Identifier: Apache-2.0
import Crypto
import STUN
import Testing
import Wire

/// A message printed in an RFC, with what it says there about it.
struct PublishedVector: Sendable, CustomTestStringConvertible {
    let section: String
    let bytes: [UInt8]
    let key: [UInt8]
    let integrity: Integrity
    let hasFingerprint: Bool
    let mapped: String?

    var testDescription: String { section }

    init(
        _ section: String, key: [UInt8], integrity: Integrity = .sha1, fingerprint: Bool = true, mapped: String? = nil,
        _ hex: String
    ) {
        self.section = section
        self.key = key
        self.integrity = integrity
        hasFingerprint = fingerprint
        self.mapped = mapped
        bytes = Hex.decode(hex.filter { !$0.isWhitespace }) ?? []
    }

    static let shortTerm = [UInt8]("VOkJxbRl1RmTxUk/WvJxBt".utf8)

    static let all = [
        PublishedVector(
            "RFC 5769 §2.1, sample request", key: shortTerm,
            """
            00010058 2112a442 b7e7a701bc34d686fa87dfae 80220010 5354554e207465737420636c69656e74
            00240004 6e0001ff 80290008 932ff9b151263b36 00060009 6576746a3a68367659202020
            00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 80280004 e57a3bcf
            """),
        PublishedVector(
            "RFC 5769 §2.2, IPv4 response", key: shortTerm, mapped: "192.0.2.1:32853",
            """
            0101003c 2112a442 b7e7a701bc34d686fa87dfae 8022000b 7465737420766563746f7220
            00200008 0001a147e112a643 00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004 c07d4c96
            """),
        PublishedVector(
            "RFC 5769 §2.3, IPv6 response", key: shortTerm, mapped: "[2001:db8:1234:5678:11:2233:4455:6677]:32853",
            """
            01010048 2112a442 b7e7a701bc34d686fa87dfae 8022000b 7465737420766563746f7220
            00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9
            00080014 a382954e4be67bf11784c97c8292c275bfe3ed41 80280004 c8fb0b4c
            """),
        PublishedVector(
            "RFC 5769 §2.4, long-term authentication",
            key: LongTermKey.derive(
                username: "\u{30DE}\u{30C8}\u{30EA}\u{30C3}\u{30AF}\u{30B9}", realm: "example.org",
                password: "TheMatrIX", .md5
            ).array, fingerprint: false,
            """
            00010060 2112a442 78ad3433c6ad72c029da412e 00060012 e3839ee38388e383aae38383e382afe382b90000
            0015001c 662f2f3439396b39353464364f4c33346f4c39465354767936347341
            0014000b 6578616d706c652e6f726700 00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666
            """),
    ]
}
