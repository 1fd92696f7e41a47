// SPDX-License-Identifier: Apache-2.0
import Addresses
import Configuration
import Testing
import Wire

@testable import Server

@Suite("The public addresses of a host")
struct PublicAddressesTests {
    static let (v4, other, v6) = (IPAddress.v4(0x5DB8_D822), IPAddress.v4(0x5DB8_D823), IPAddress.v6(0x2606 << 112 | 7))
    static let own = IPAddress.v4(0x0A00_0005)

    /// What is found out with these lines, on a host with the address 10.0.0.5.
    func found(_ lines: String..., finder change: (inout PublicAddresses.Finder) -> Void = { _ in }) throws
        -> PublicAddresses
    {
        let file = Input.File(path: "sterna.conf", text: (lines + ["web-port=80"]).joined(separator: "\n"))
        var finder = PublicAddresses.Finder(
            lookUp: { name in
                switch name {
                case "turn.example.org": .success([Self.v6, Self.v4, Self.other])
                case "stun.example.org": .success([Self.v6, Self.other])
                default: .failure(.init(text: "Name or service not known"))
                }
            },
            observe: { $0 == Endpoint(Self.other, 3478) ? Self.v4 : nil },
            own: { HostAddresses([.loopbackV4, .loopbackV6, Self.own, .v6(0xFE80 << 112 | 1)]) })
        change(&finder)
        return PublicAddresses(try #require(Input(file: file).verdict().settings), with: finder)
    }

    @Test("are what the file says, where it says addresses")
    func written() throws {
        let found = try found("external-ip=93.184.216.34/10.0.0.5", "external-ip=[2606::7]")
        #expect(found.known == [Addresses.ExternalAddress(Self.v4, for: Self.own), Addresses.ExternalAddress(Self.v6)])
        #expect(found.problems.isEmpty)
    }

    @Test("are those of a name, one of each family, or of the family of the private address")
    func names() throws {
        #expect(
            try found("external-ip=turn.example.org").known
                == [Addresses.ExternalAddress(Self.v4), Addresses.ExternalAddress(Self.v6)])
        #expect(
            try found("external-ip=turn.example.org/10.0.0.5").known
                == [Addresses.ExternalAddress(Self.v4, for: Self.own)])
    }

    @Test("are not known while a name has none, and the operator is told why")
    func unknownName() throws {
        let found = try found("external-ip=nowhere.example.org")
        #expect(found.known.isEmpty)
        #expect(found.problems == ["external-ip: nowhere.example.org has no address: Name or service not known"])
    }

    @Test("are what the named STUN server sees, where the interfaces are private")
    func automatic() throws {
        let found = try found("external-ip=auto", "external-ip-server=stun.example.org")
        #expect(found == PublicAddresses(known: [Addresses.ExternalAddress(Self.v4)]))
    }

    @Test("need nobody to be asked where an interface has one, and then nothing is translated")
    func publicInterface() throws {
        let found = try found("external-ip=auto") { $0.own = { HostAddresses([.loopbackV4, Self.v4]) } }
        #expect(found == PublicAddresses())
    }

    @Test("are asked of nobody who is not named, and the operator is told")
    func nobody() throws {
        var asked = 0
        let found = try found("external-ip=auto") { finder in
            finder.observe = { _ in
                asked += 1
                return nil
            }
        }
        #expect(asked == 0)
        #expect(found.problems.first?.hasPrefix("external-ip=auto: 10.0.0.5 is not public") == true)
    }

    @Test("stay unknown when the named server does not answer")
    func silence() throws {
        let found = try found("external-ip=auto", "external-ip-server=stun.example.org:99")
        #expect(found.known.isEmpty)
        #expect(found.problems == ["external-ip-server: stun.example.org:99 does not answer over IPv4"])
    }

    @Test(
        "are refused where they contradict each other or are none",
        arguments: [
            ["external-ip=auto", "external-ip=93.184.216.34"],
            ["external-ip=93.184.216.34", "external-ip=93.184.216.35"],
            ["external-ip=300.1.1.1"], ["external-ip=-x"], ["external-ip=a..b"], ["external-ip=turn.example.org/x"],
            ["external-ip-server=stun.example.org:0"],
        ])
    func mistakes(lines: [String]) {
        let file = Input.File(path: "sterna.conf", text: (lines + ["web-port=80"]).joined(separator: "\n"))
        #expect(Input(file: file).verdict().settings == nil)
    }
}
