// SPDX-License-Identifier: Apache-2.0
import Addresses
import Testing
import Wire

/// A host as its operator describes it, and what is decided about it.
private func own(
    _ addresses: [String], outgoing: [String] = [], _ change: (inout OwnAddresses.Wishes) -> Void = { _ in }
) -> OwnAddresses {
    var wishes = OwnAddresses.Wishes()
    change(&wishes)
    let loopback: [IPAddress] = [.loopbackV4, .loopbackV6]
    return OwnAddresses(
        host: HostAddresses(
            loopback + addresses.compactMap { IPAddress($0) }, outgoing: outgoing.compactMap { IPAddress($0) }),
        wishes: wishes)
}

private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

@Suite("The address to relay from")
struct RelayAddressTests {
    /// What a host has, what a client asked, the family it wants, and where it is relayed from.
    struct Case: CustomTestStringConvertible {
        let has: [String]
        var outgoing: [String] = []
        let asked: String
        let wants: IPAddress.Family
        let relayed: String?

        var testDescription: String { "\(has), asked at \(asked) for \(wants)" }
    }

    static let cases = [
        // A public host of both families: the other family's address is no loopback.
        Case(has: ["45.0.0.5", "2a01:db9::5"], asked: "45.0.0.5", wants: .v4, relayed: "45.0.0.5"),
        Case(has: ["45.0.0.5", "2a01:db9::5"], asked: "2a01:db9::5", wants: .v4, relayed: "45.0.0.5"),
        Case(has: ["45.0.0.5", "2a01:db9::5"], asked: "45.0.0.5", wants: .v6, relayed: "2a01:db9::5"),
        Case(has: ["45.0.0.5", "2a01:db9::5"], asked: "127.0.0.1", wants: .v4, relayed: "45.0.0.5"),
        Case(has: ["45.0.0.5", "2a01:db9::5"], asked: "::1", wants: .v6, relayed: "2a01:db9::5"),
        // One family alone.
        Case(has: ["45.0.0.5", "fe80::5"], asked: "45.0.0.5", wants: .v6, relayed: nil),
        Case(has: ["2a01:db9::5", "169.254.3.4"], asked: "2a01:db9::5", wants: .v4, relayed: nil),
        Case(has: ["2a01:db9::5"], asked: "::1", wants: .v4, relayed: nil),
        Case(has: [], asked: "127.0.0.1", wants: .v4, relayed: nil),
        // A bridge of containers is no address, a way out through NAT is one.
        Case(
            has: ["2a01:db9::5", "172.17.0.1"], outgoing: ["2a01:db9::5"], asked: "2a01:db9::5", wants: .v4,
            relayed: nil),
        Case(
            has: ["2a01:db9::5", "172.17.0.1", "10.0.0.5"], outgoing: ["10.0.0.5", "2a01:db9::5"], asked: "2a01:db9::5",
            wants: .v4, relayed: "10.0.0.5"),
        Case(has: ["45.0.0.5", "fd7a::5"], outgoing: ["45.0.0.5"], asked: "45.0.0.5", wants: .v6, relayed: nil),
        // A network without a way out.
        Case(has: ["192.168.2.3", "fd00::3"], asked: "fd00::3", wants: .v4, relayed: "192.168.2.3"),
        // Several: the one that was asked; else a public one, and that by which packets leave.
        Case(has: ["45.0.0.5", "45.0.0.6"], asked: "45.0.0.6", wants: .v4, relayed: "45.0.0.6"),
        Case(has: ["10.0.0.5", "45.0.0.6", "2a01:db9::5"], asked: "2a01:db9::5", wants: .v4, relayed: "45.0.0.6"),
        Case(
            has: ["45.0.0.5", "45.0.0.6", "2a01:db9::5"], outgoing: ["45.0.0.6"], asked: "2a01:db9::5", wants: .v4,
            relayed: "45.0.0.6"),
    ]

    @Test("is routable, of the family that was asked for, and the client's own side of the server", arguments: cases)
    func choice(_ each: Case) throws {
        let own = own(each.has, outgoing: each.outgoing)
        #expect(own.relayAddress(each.wants, asked: try address(each.asked)) == each.relayed.flatMap { IPAddress($0) })
    }

    @Test("is loopback where the operator says so: allow-loopback-peers, relay-ip, or listening nowhere else")
    func loopback() throws {
        let tests = own(["45.0.0.5"]) { $0.allowsLoopback = true }
        #expect(tests.relayAddress(.v4, asked: .loopbackV4) == .loopbackV4)
        #expect(tests.relayAddress(.v6, asked: .loopbackV4) == .loopbackV6)
        let outer = try address("45.0.0.5")
        #expect(tests.relayAddress(.v4, asked: outer) == outer)
        let inside = own(["45.0.0.5"]) { $0.listening = [.loopbackV4, .loopbackV6] }
        #expect(inside.relayAddress(.v4, asked: .loopbackV6) == .loopbackV4)
        let named = own(["45.0.0.5"]) { $0.relayAddresses = [.loopbackV4] }
        #expect(named.relayAddress(.v4, asked: outer) == .loopbackV4)
    }

    @Test("is one of relay-ip and no other, and none that the host does not have just now")
    func named() throws {
        let (first, second, gone) = try (address("45.0.0.5"), address("45.0.0.6"), address("45.0.0.9"))
        let own = own(["45.0.0.5", "45.0.0.6", "45.0.0.7", "2a01:db9::5"]) {
            $0.relayAddresses = [gone, first, second]
        }
        #expect(own.relayAddress(.v4, asked: try address("45.0.0.7")) == first)
        #expect(own.relayAddress(.v4, asked: second) == second)
        #expect(own.relayAddress(.v6, asked: try address("2a01:db9::5")) == nil)
        #expect(own.contains(gone))
    }

    @Test("is no address that is on trial, and a lasting one rather than one for a while")
    func qualities() throws {
        var host = HostAddresses()
        host.entries = [
            .init(try address("2a01:db9::1"), isTentative: true), .init(try address("2a01:db9::2"), isTemporary: true),
            .init(try address("2a01:db9::3"), isDeprecated: true), .init(try address("2a01:db9::4")),
        ]
        let own = OwnAddresses(host: host)
        #expect(own.relayAddresses(.v6).map { "\($0)" } == ["2a01:db9::4", "2a01:db9::2", "2a01:db9::3"])
        #expect(own.contains(try address("2a01:db9::1")))
    }
}

@Suite("The public address")
struct PublicFaceTests {
    @Test("of a host that has it itself is what is relayed from, whichever of its addresses was asked")
    func itsOwn() throws {
        let face = try address("45.0.0.5")
        let own = own(["45.0.0.6", "45.0.0.5", "10.0.0.5", "2a01:db9::5"]) { $0.external = [ExternalAddress(face)] }
        for asked in ["45.0.0.5", "45.0.0.6", "10.0.0.5", "2a01:db9::5", "127.0.0.1"] {
            #expect(own.relayAddress(.v4, asked: try address(asked)) == face, "\(asked)")
        }
        #expect(own.advertised(face) == face && own.behind(face).first == face)
        #expect(own.relayAddress(.v6, asked: face) == IPAddress("2a01:db9::5"))
    }

    @Test("behind a one-to-one NAT stands for the address that packets leave from")
    func cloud() throws {
        let (face, inner, bridge) = try (address("45.0.0.5"), address("10.0.0.5"), address("172.17.0.1"))
        let own = own(["172.17.0.1", "10.0.0.5"], outgoing: ["10.0.0.5"]) { $0.external = [ExternalAddress(face)] }
        #expect(own.relayAddress(.v4, asked: inner) == inner && own.relayAddress(.v4, asked: bridge) == inner)
        #expect(own.advertised(inner) == face && own.behind(face).first == inner)
        #expect(own.contains(face) && own.contains(inner) && own.relays(from: face) && own.isPublic)
        #expect(own.advertised(.loopbackV4) == .loopbackV4)
    }

    @Test("of each of several addresses is its own")
    func pairs() throws {
        let (one, two) = try (address("10.0.0.5"), address("10.0.0.6"))
        let (outer, other) = try (address("45.0.0.5"), address("45.0.0.6"))
        let own = own(["10.0.0.5", "10.0.0.6"]) { wishes in
            wishes.external = [ExternalAddress(outer, for: one), ExternalAddress(other, for: two)]
        }
        #expect(own.relayAddress(.v4, asked: two) == two)
        #expect(own.advertised(two) == other && own.behind(other) == [two])
    }

    @Test("counts as this server's, as do whole networks that are routed to it, and loopback")
    func whose() throws {
        var host = HostAddresses([.loopbackV4, try address("10.0.0.5")])
        host.networks.append(Network(of: try address("9.9.9.0"), length: 24))
        let own = OwnAddresses(host: host)
        for text in ["127.0.0.1", "127.9.9.9", "10.0.0.5", "9.9.9.77"] { #expect(own.contains(try address(text))) }
        for text in ["10.0.0.6", "9.9.8.9", "::1"] { #expect(!own.contains(try address(text))) }
        #expect(!own.isPublic)
    }

    @Test("and late addresses: what is listened at and is not there is waited for")
    func awaited() throws {
        let late = try address("45.0.0.9")
        let own = own(["45.0.0.5"]) { $0.listening = [late] + [IPAddress("45.0.0.5")].compactMap(\.self) }
        #expect(own.awaited == [late])
    }
}

@Suite("A network")
struct NetworkTests {
    @Test(
        "holds the addresses that share its first bits",
        arguments: [
            ("192.168.2.3", 24, "192.168.2.255", true), ("192.168.2.3", 24, "192.168.3.1", false),
            ("0.0.0.0", 0, "9.9.9.9", true), ("9.9.9.9", 32, "9.9.9.9", true), ("9.9.9.9", 32, "9.9.9.8", false),
            ("2a01:db9::1", 64, "2a01:db9::ffff", true), ("2a01:db9::1", 64, "2a01:db9:0:1::", false),
            ("::1", 128, "::1", true), ("::", 0, "2a01::", true), ("::", 0, "1.2.3.4", false),
        ])
    func contains(of: String, length: Int, other: String, isIn: Bool) throws {
        #expect(Network(of: try address(of), length: length).contains(try address(other)) == isIn)
    }
}
