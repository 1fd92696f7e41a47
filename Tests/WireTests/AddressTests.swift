// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite("Addresses as text")
struct AddressTests {
    @Test(
        "reads every form and writes the canonical one (RFC 5952)",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
            ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
            ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ])
    func canonical(text: String, expected: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == expected)
        #expect(IPAddress(expected) == address)
    }

    @Test(
        "refuses what is no address",
        arguments: [
            "", "1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", "1.2.3.+4", "1.2.3.4 ", ":", ":1", "1:", ":::",
            "1::2::3",
            "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "g::", "::1%eth0", "[::1]",
            "1.2.3.4::", "::-1",
        ])
    func refuses(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("reads an address with its port and refuses anything less")
    func endpoints() {
        #expect(Endpoint("192.0.2.1:3478") == Endpoint(.v4(0xC000_0201), 3478))
        #expect(Endpoint("[::1]:0") == Endpoint(.loopbackV6, 0))
        #expect(Endpoint("[::1]:443")?.description == "[::1]:443")
        for text in [
            "192.0.2.1", "::1:80", "[192.0.2.1]:80", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:+1", "[]:1", ":1",
        ] {
            #expect(Endpoint(text) == nil, "\(text)")
        }
    }

    @Test("counts an IPv6 subscriber by its /64 and unwraps what dual-stack sockets report")
    func subscribers() throws {
        let (one, other) = try (#require(IPAddress("2001:db8::1")), #require(IPAddress("2001:db8::ffff:2")))
        #expect(one.subscriber == other.subscriber)
        #expect(IPAddress("::ffff:192.0.2.1")?.unmapped == IPAddress("192.0.2.1"))
        #expect(one.unmapped == one)
    }
}
