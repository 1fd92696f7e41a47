// SPDX-License-Identifier: Apache-2.0

internal import STUN
internal import Wire

/// `sterna decode`: a STUN message in words.
enum DecodeVerb {
    static let verb = Verb(
        name: "decode", summary: "explains a STUN message given in hexadecimal", usage: "decode HEX…",
        details: """
            Blanks, colons and line ends between the digits are ignored, so that what Wireshark
            and tcpdump copy can be pasted. ChannelData is explained too.
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        let digits = words.joined().filter { !$0.isWhitespace && $0 != ":" }
        guard !digits.isEmpty, let bytes = Hex.decode(digits.hasPrefix("0x") ? digits.dropFirst(2) : digits[...]) else {
            Terminal.complain("sterna decode: right would be an even number of hexadecimal digits")
            return Exit.usage
        }
        do {
            for line in try DecodedMessage(bytes).lines { Terminal.say("\(line)") }
            return Exit.success
        } catch {
            Terminal.complain("sterna decode: \(Self.words(for: error, in: bytes))")
            return Exit.data
        }
    }

    private static func words(for error: DecodeError, in bytes: [UInt8]) -> String {
        switch error {
        case .truncated: "\(bytes.count) bytes; a STUN message has at least 20"
        case .notSTUN: "neither STUN (the first two bits are 00) nor ChannelData (01)"
        case .wrongLength: "the length in the header does not fit the \(bytes.count) bytes given"
        case .attributePastEnd: "an attribute runs past the end of the message"
        case .misplacedFingerprint: "FINGERPRINT is not the last attribute, or not four bytes"
        case .malformed(let type): "\(DecodedMessage.name(of: type)) is malformed"
        }
    }
}
