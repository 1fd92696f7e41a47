// SPDX-License-Identifier: Apache-2.0
import Addresses
import TURN
import Testing
import Wire

@Suite("Peer policy")
struct PeerPolicyTests {
    static let special = [
        "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255",
        "192.168.0.1", "100.64.0.1", "100.127.255.255", "169.254.169.254", "169.254.170.2", "168.63.129.16",
        "192.0.0.1", "192.0.2.1",
        "198.51.100.1", "203.0.113.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "224.0.0.1", "239.255.255.250",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:0.0.0.0", "::ffff:169.254.169.254",
        "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::7f00:1",
        "2002:7f00:1::1", "2002:808:808::1", "2001:0:4136:e378:8000:63bf:80ff:fffe", "fe80::1", "fc00::1",
        "fd00:ec2::254", "fec0::1", "ff02::1", "ff05::c", "100::1", "2001:db8::1", "2001:20::1",
        "fe80::5efe:7f00:1", "2001:4860:4860:0:0:5efe:7f00:1", "2001:4860:4860:0:200:5efe:a00:1",
        "::ffff:0:127.0.0.1", "3fff::1", "4000::1", "5f00::1",
    ]

    /// As an allocation judges that is relayed from a public address.
    static func judge(_ address: IPAddress, by policy: PeerPolicy) -> PeerPolicy.Verdict {
        policy.judge(address, relayedFrom: address.family == .v4 ? World.server.address : World.server6.address)
    }

    @Test("what is not the public Internet is refused, and says what it is", arguments: special)
    func denied(text: String) throws {
        let address = try #require(IPAddress(text))
        guard case .denied(let refusal) = Self.judge(address, by: PeerPolicy()) else {
            Issue.record("\(address) may be reached")
            return
        }
        #expect(!refusal.description.isEmpty)
    }

    @Test(
        "the public Internet may be reached",
        arguments: [
            "8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "100.63.255.255",
            "100.128.0.0", "223.255.255.255", "192.0.1.0", "2606:4700::1111", "2a00::1", "64:ff9b::808:808",
            "2001:4860:4860:0:0:5efe:808:808", "2001:200::1",
        ])
    func allowed(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(Self.judge(address, by: PeerPolicy()) == .allowed(.open))
    }

    @Test("allowed ranges win over denied ones and over the built-in refusals; ends count")
    func rules() throws {
        var policy = PeerPolicy()
        let low = try #require(IPAddress("10.1.0.0"))
        let high = try #require(IPAddress("10.1.255.255"))
        policy.allowed = [try #require(AddressRange(low, high, origin: "a:1"))]
        policy.denied = [
            try #require(AddressRange(.v4(0x0A01_0203), .v4(0x0A01_0203), origin: "a:2")),
            try #require(AddressRange(.v4(0x0808_0000), .v4(0x0808_FFFF), origin: "a:3")),
        ]
        for text in ["10.1.0.0", "10.1.2.3", "10.1.255.255"] {
            #expect(Self.judge(try #require(IPAddress(text)), by: policy) == .allowed(.open))
        }
        for text in ["10.0.255.255", "10.2.0.0", "8.8.0.0", "8.8.255.255", "64:ff9b::808:1"] {
            let verdict = Self.judge(try #require(IPAddress(text)), by: policy)
            #expect(verdict != .allowed(.open))
        }
        guard case .denied(let refusal) = Self.judge(.v4(0x0808_0101), by: policy) else {
            Issue.record("a denied address may be reached")
            return
        }
        #expect(refusal.description == "denied-peer-ip 8.8.0.0-8.8.255.255 (a:3)")
    }

    @Test("ranges of IPv6 are compared over all bytes")
    func lexicographic() throws {
        var policy = PeerPolicy()
        let (low, high) = (try #require(IPAddress("2a01:470:1::5")), try #require(IPAddress("2a01:470:2::3")))
        policy.denied = [try #require(AddressRange(low, high, origin: "a:1"))]
        #expect(Self.judge(try #require(IPAddress("2a01:470:1::ffff")), by: policy) != .allowed(.open))
        #expect(Self.judge(try #require(IPAddress("2a01:470:2::1")), by: policy) != .allowed(.open))
        #expect(Self.judge(try #require(IPAddress("2a01:470:1::4")), by: policy) == .allowed(.open))
        #expect(Self.judge(try #require(IPAddress("2a01:470:2::4")), by: policy) == .allowed(.open))
        #expect(AddressRange(high, low, origin: "") == nil)
        #expect(AddressRange(.v4(1), .v6(2), origin: "") == nil)
    }

    @Test("no form of an IPv4 address opens what the address itself does not")
    func forms() throws {
        let policy = PeerPolicy()
        let prefixes = [UInt128(0), 0xFFFF << 32, 0xFFFF_0000 << 32, 0x0064_FF9B << 96].map { $0 }
        for text in Self.special.prefix(23) {
            guard case .v4(let bits) = try #require(IPAddress(text)) else { continue }
            for prefix in prefixes + [0x2A00 << 112 | 0x5EFE << 32, 0x2A00 << 112 | 0x0200_5EFE << 32] {
                guard case .denied = Self.judge(.v6(prefix | UInt128(bits)), by: policy) else {
                    Issue.record("\(IPAddress.v6(prefix | UInt128(bits))) may be reached")
                    continue
                }
            }
        }
    }

    @Test("this host's own addresses are reached on live ports only, unless the operator says more")
    func own() throws {
        var policy = PeerPolicy()
        let address = try #require(IPAddress("10.0.0.5"))
        policy.own = .of([address])
        #expect(Self.judge(address, by: policy) == .allowed(.own))
        policy.allowed = [try #require(AddressRange(address, address, origin: "a:1"))]
        #expect(Self.judge(address, by: policy) == .allowed(.ownAllowed))
        policy.listeners = [Endpoint(.anyV4, 3478)]
        #expect(policy.isListener(Endpoint(address, 3478)) && !policy.isListener(Endpoint(address, 3479)))
        #expect(!policy.isListener(Endpoint(.v4(1), 3478)))
    }

    @Test("loopback opens for tests only")
    func loopback() {
        var policy = PeerPolicy()
        policy.allowsLoopback = true
        #expect(
            Self.judge(.loopbackV4, by: policy) == .allowed(.open)
                && Self.judge(.loopbackV6, by: policy) == .allowed(.open))
        policy.own = .of([.loopbackV4])
        #expect(Self.judge(.loopbackV4, by: policy) == .allowed(.ownAllowed))
    }
}
