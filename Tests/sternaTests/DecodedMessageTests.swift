// SPDX-License-Identifier: Apache-2.0
import STUN
import Testing
import Wire

@testable import sterna

@Suite("sterna decode")
struct DecodedMessageTests {
    /// The sample request of RFC 5769 §2.1.
    static let request =
        "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b1"
        + "51263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
    /// The sample IPv6 response of RFC 5769 §2.3.
    static let response =
        "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179bc25f4b5"
        + "bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c"

    @Test("puts the published request into words")
    func publishedRequest() throws {
        let message = try DecodedMessage(try #require(Hex.decode(Self.request)))
        #expect(
            message.lines.joined(separator: "\n") == """
                Binding request, 108 bytes, transaction b7e7a701bc34d686fa87dfae
                  SOFTWARE                  “STUN test client”
                  PRIORITY                  6e0001ff
                  ICE-CONTROLLED            932ff9b151263b36
                  USERNAME                  “evtj:h6vY”
                  MESSAGE-INTEGRITY         9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
                  FINGERPRINT               fits
                """)
    }

    @Test("unmasks addresses")
    func publishedResponse() throws {
        let message = try DecodedMessage(try #require(Hex.decode(Self.response)))
        #expect(message.lines.contains("  XOR-MAPPED-ADDRESS        [2001:db8:1234:5678:11:2233:4455:6677]:32853"))
        #expect(message.lines[0].hasPrefix("Binding success response, 92 bytes"))
    }

    @Test("explains ChannelData")
    func channelData() throws {
        #expect(
            try DecodedMessage([0x40, 1, 0, 3, 1, 2, 3, 0]).lines
                == ["ChannelData on channel 0x4001, 3 bytes and 1 bytes behind them"])
    }

    @Test("refuses a message cut short at any byte and never traps", arguments: [request, response])
    func truncation(hex: String) throws {
        let bytes = try #require(Hex.decode(hex))
        for count in 0..<bytes.count {
            #expect(throws: DecodeError.self) { _ = try DecodedMessage(Array(bytes.prefix(count))) }
        }
    }

    @Test("survives any change of one byte", arguments: [request, response])
    func anyByte(hex: String) throws {
        let bytes = try #require(Hex.decode(hex))
        for index in bytes.indices {
            for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                var changed = bytes
                changed[index] = value
                _ = try? DecodedMessage(changed)
            }
        }
    }
}
