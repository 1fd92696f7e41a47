// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite("The header of the PROXY protocol")
struct ProxyHeaderTests {
    static let signature = "0d0a0d0a000d0a515549540a"

    @Test(
        "says whom the proxy speaks for, in both versions",
        arguments: [
            ("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n", "192.0.2.1:56324"),
            ("PROXY TCP6 2001:db8::1 2001:db8::2 0 65535\r\n", "[2001:db8::1]:0"),
            ("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:192.0.2.2 7 8\r\n", "192.0.2.1:7"),
            ("PROXY UNKNOWN\r\n", nil),
            ("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", nil),
            (hex("2111000c" + "c0000201c6336401dc0401bb"), "192.0.2.1:56324"),
            // With a TLV behind the addresses.
            (hex("2111000f" + "c0000201c6336401dc0401bb" + "040000"), "192.0.2.1:56324"),
            (hex("21210024" + "20010db8000000000000000000000001" + ones + "0007" + "0008"), "[2001:db8::1]:7"),
            (hex("20000000"), nil),
            (hex("21000000"), nil),
        ] as [(String, String?)])
    func whole(header: String, client: String?) {
        let bytes = Self.bytes(header)
        let expected = ProxyHeader.whole(size: bytes.count, client: client.flatMap { Endpoint($0) })
        #expect(ProxyHeader(startingAt: bytes.span) == expected)
        // What follows is not looked at, and what is cut short is waited for.
        #expect(ProxyHeader(startingAt: (bytes + [0x16, 3, 1]).span) == expected)
        for count in bytes.indices {
            #expect(ProxyHeader(startingAt: Array(bytes[..<count]).span) == .incomplete, "\(count) bytes")
        }
    }

    @Test(
        "is refused when it is none, or wrong",
        arguments: [
            "GET / HTTP/1.1\r\n", "proxy TCP4 192.0.2.1 198.51.100.1 1 2\r\n",
            "PROXY  TCP4 192.0.2.1 198.51.100.1 1 2\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.1 1\r\n", "PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3\r\n",
            "PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n", "PROXY TCP6 192.0.2.1 198.51.100.1 1 2\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.1 65536 2\r\n", "PROXY TCP4 192.0.2.1 198.51.100.1 01 2\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.1 1 2\n", "PROXY TCP4 192.0.2.1 198.51.100.1 1 2\rx",
            "PROXY UNIX a b\r\n", "PROXY UNKNOWN " + String(repeating: "x", count: 100), "\u{16}\u{3}\u{1}",
            hex("3111000c" + "c0000201c6336401dc0401bb"), hex("2211000c" + "c0000201c6336401dc0401bb"),
            hex("2112000c" + "c0000201c6336401dc0401bb"), hex("2111000b" + "c0000201c6336401dc0401"),
            hex("21210023" + ones + ones + "000700"), hex("21110ff1"), hex("2111ffff"),
        ])
    func invalid(header: String) {
        #expect(ProxyHeader(startingAt: Self.bytes(header).span) == .invalid)
    }

    private static let ones = String(repeating: "11", count: 16)

    /// A header of version 2, told from text by its mark.
    private static func hex(_ rest: String) -> String { "0x" + signature + rest }

    private static func bytes(_ header: String) -> [UInt8] {
        header.hasPrefix("0x") ? Hex.decode(String(header.dropFirst(2))) ?? [] : Array(header.utf8)
    }
}
