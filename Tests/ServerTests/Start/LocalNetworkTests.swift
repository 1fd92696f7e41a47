// SPDX-License-Identifier: Apache-2.0
import Addresses
import Configuration
import Testing
import Wire

@testable import Server

@Suite("What is told of private peers")
struct LocalNetworkTests {
    static let notice =
        "peers at private addresses are denied, where coturn leaves them open; for calls inside the network of 192.168.2.3 add allowed-peer-ip=192.168.0.0/16, or the part of it that calls may reach"

    func notice(_ lines: String..., own: [String] = ["127.0.0.1", "192.168.2.3"]) throws -> String? {
        let text = (lines + ["user=ana:secret"]).joined(separator: "\n")
        let settings = try #require(Input(file: .init(path: "sterna.conf", text: text)).verdict().settings)
        return settings.privatePeerNotice(on: HostAddresses(own.compactMap { IPAddress($0) }))
    }

    @Test("names the network where all that clients are told is private")
    func told() throws {
        #expect(try notice() == Self.notice)
        #expect(try notice("external-ip=192.168.2.3", own: ["203.0.113.10"]) == Self.notice)
        #expect(try notice("listening-ip=192.168.2.3", own: ["203.0.113.10", "192.168.2.3"]) == Self.notice)
        #expect(try notice("relay-ip=fd00:a::5")?.contains("allowed-peer-ip=fc00::/7") == true)
    }

    @Test("says nothing where an address is public, may be, or private peers are allowed")
    func silent() throws {
        #expect(try notice(own: ["192.168.2.3", "203.0.113.10"]) == nil)
        #expect(try notice(own: ["192.168.2.3", "2001:db8::10"]) == nil)
        #expect(try notice(own: ["127.0.0.1", "::1", "fe80::1"]) == nil)
        #expect(try notice("external-ip=203.0.113.10/192.168.2.3") == nil)
        #expect(try notice("external-ip=turn.example.org") == nil)
        #expect(try notice("external-ip=auto") == nil)
        #expect(try notice("allowed-peer-ip=192.168.2.0/24") == nil)
        #expect(try notice("allowed-peer-ip=203.0.113.9") == Self.notice)
    }
}
