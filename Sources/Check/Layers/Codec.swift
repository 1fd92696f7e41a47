// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import STUN
internal import Wire

extension Checkup {
    /// CODEC: whether this program and the libraries that it found here compute what RFC 5769 says.
    func codec() {
        let fits = Self.vectors.filter { vector in
            guard let bytes = Hex.decode(vector[...]), let message = try? Message(parsing: bytes.span) else {
                return false
            }
            let password = [UInt8]("VOkJxbRl1RmTxUk/WvJxBt".utf8)
            return message.isAuthentic(.sha1, key: Digest(password.span), in: bytes.span)
                && message.fingerprintFits(in: bytes.span) == true
        }
        if fits.count == Self.vectors.count {
            return tell(.ok(.codec, "RFC 5769: \(fits.count) of \(fits.count) vectors"))
        }
        tell(
            .fail(
                .codec, "RFC 5769: \(fits.count) of \(Self.vectors.count) vectors",
                fix: "the libcrypto of this machine computes wrongly, or forbids SHA-1 (FIPS): see openssl version -a"))
    }

    /// RFC 5769 §2.1, §2.2 and §2.3.
    private static let vectors = [
        """
        000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b1\
        51263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf
        """,
        """
        0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643000800142b91f599\
        fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96
        """,
        """
        010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179bc25f4b5\
        bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c
        """,
    ]
}
