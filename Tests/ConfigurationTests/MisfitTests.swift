// SPDX-License-Identifier: Apache-2.0
import Addresses
import Configuration
import Testing
import Wire

@Suite("A configuration held against its host")
struct MisfitTests {
    /// What is complained about where a file with these lines is to be served by a host with these addresses.
    func complaints(_ lines: [String], on host: HostAddresses) -> [String] {
        let file = Input.File(path: "sterna.conf", text: (lines + ["user=ana:secret"]).joined(separator: "\n"))
        return Input(file: file).verdict().held(against: host).problems.map(\.description)
    }

    static func host(_ texts: String..., length: Int = 24) -> HostAddresses {
        let addresses = texts.compactMap { IPAddress($0) }
        var host = HostAddresses([.loopbackV4, .loopbackV6] + addresses, outgoing: addresses)
        host.entries = [.loopbackV4, .loopbackV6].map { HostAddresses.Entry($0) }
        host.entries += addresses.map { HostAddresses.Entry($0, length: $0.family == .v4 ? length : 64) }
        return host
    }

    static let vps = host("45.0.0.5", "2a01:db9::5")
    static let cloud = host("10.0.0.5")

    @Test(
        "is right on every correct host",
        arguments: [
            ([], vps), (["relay-ip=45.0.0.5"], vps), (["relay-ip=127.0.0.7", "allow-loopback-peers"], vps),
            (["listening-ip=45.0.0.5", "external-ip=45.0.0.5"], vps), (["external-ip=auto"], vps),
            ([], host("45.0.0.5")),
            (["external-ip=45.0.0.9"], cloud), (["external-ip=45.0.0.9/10.0.0.5", "relay-ip=10.0.0.5"], cloud),
            (["external-ip=auto", "external-ip-server=stun.example.org"], cloud),
            (["allocation-default-address-family=ipv6"], host("2a01:db9::5")),
            (["allowed-peer-ip=192.168.2.0/24"], host("192.168.2.3")),
        ] as [([String], HostAddresses)])
    func right(lines: [String], host: HostAddresses) {
        let expected = lines.contains("allow-loopback-peers") ? 1 : 0
        #expect(complaints(lines, on: host).count == expected, "\(complaints(lines, on: host))")
    }

    @Test("has no relay-ip of another host, and says what would be right")
    func relay() {
        #expect(
            complaints(["relay-ip=45.0.0.9"], on: Self.vps) == [
                "sterna.conf:1: relay-ip=45.0.0.9 is not an address of this host, which has 45.0.0.5, 2a01:db9::5; "
                    + "right would be one of them, or no relay-ip"
            ])
        #expect(
            complaints(["relay-ip=45.0.0.9"], on: Self.cloud).first?.hasSuffix(
                "right would be external-ip=45.0.0.9 and relay-ip=10.0.0.5") == true)
        let file = Input.File(path: "sterna.conf", text: "relay-ip=45.0.0.9\nuser=ana:secret")
        #expect(Input(file: file).verdict().held(against: Self.vps).settings == nil)
    }

    @Test("may name addresses to listen at that come later, and relays from them then")
    func late() {
        let told = complaints(["listening-ip=45.0.0.9", "relay-ip=45.0.0.9"], on: Self.vps)
        #expect(
            told.first == "sterna.conf:2: warning: nothing is relayed from relay-ip=45.0.0.9 before this host has it")
        #expect(
            told.last
                == "sterna.conf:1: warning: listening-ip=45.0.0.9 is not an address of this host, which has 45.0.0.5, 2a01:db9::5; it is waited for"
        )
        #expect(complaints(["listening-ip=45.0.0.9"], on: Self.cloud).first?.contains("listening-ip=10.0.0.5") == true)
    }

    @Test("names no address that means nothing without its interface, each told once")
    func linkLocal() {
        for line in ["listening-ip=fe80::5", "relay-ip=fe80::5", "web-listening-ip=fe80::5"] {
            let told = complaints([line], on: Self.vps)
            #expect(told.count == 1)
            #expect(told.first?.hasPrefix("sterna.conf:1: \(line) is a link-local address (RFC 4291): ") == true)
        }
        #expect(complaints(["listening-ip=169.254.3.4"], on: Self.host("169.254.3.4", "45.0.0.5")).isEmpty)
    }

    @Test("is told where clients would get addresses at which nobody reaches them")
    func unreachable() {
        #expect(
            complaints(["external-ip=127.0.0.1"], on: Self.vps).first?.hasPrefix(
                "sterna.conf:1: warning: external-ip=127.0.0.1 is a loopback address") == true)
        #expect(
            complaints(["external-ip=10.0.0.5/45.0.0.5"], on: Self.host("45.0.0.5", "10.0.0.5")).first?.hasSuffix(
                "the wrong way round: the address that the world knows comes first; right would be external-ip=45.0.0.5/10.0.0.5"
            ) == true)
        #expect(
            complaints(["relay-ip=127.0.0.1"], on: Self.vps).first?.contains(
                "nobody outside of this host reaches what is relayed from relay-ip=127.0.0.1") == true)
        #expect(complaints(["relay-ip=127.0.0.1", "listening-ip=127.0.0.1"], on: Self.vps).isEmpty)
        // In a network of one's own a private one is right.
        #expect(complaints(["external-ip=192.168.2.3"], on: Self.host("192.168.2.3")).isEmpty)
    }

    @Test("finds no public address out where there is nobody to ask")
    func automatic() {
        #expect(
            complaints(["external-ip=auto"], on: Self.cloud) == [
                "sterna.conf:1: warning: external-ip=auto: 10.0.0.5 is not public, and there is nobody to ask; write "
                    + "external-ip= and the public address, or name a STUN server outside with external-ip-server="
            ])
        #expect(complaints(["external-ip=45.0.0.9/10.0.0.6"], on: Self.cloud).count == 1)
    }

    @Test("says which families and peers are out of reach")
    func reach() {
        #expect(complaints([], on: Self.host()).first?.contains("no address that others could reach") == true)
        #expect(
            complaints([], on: Self.host("2a01:db9::5")).first?.contains("allocation-default-address-family=ipv6")
                == true)
    }
}
