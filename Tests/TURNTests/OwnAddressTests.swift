// SPDX-License-Identifier: Apache-2.0
import Addresses
import STUN
import TURN
import Testing
import Wire

@Suite("Peer policy: this host's own addresses")
struct OwnAddressTests {
    static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    static func policy(relayingFrom relayAddresses: [IPAddress] = []) throws -> PeerPolicy {
        var policy = PeerPolicy()
        policy.own = .of(
            try ["127.0.0.1", "10.0.0.5", "5.5.5.5", "5.5.5.6", "::1"].map(address), relayingFrom: relayAddresses)
        return policy
    }

    @Test("who is not relayed from loopback has no peers there")
    func loopback() throws {
        let policy = try Self.policy()
        let (loopback, outer) = try (Self.address("127.0.0.1"), Self.address("5.5.5.5"))
        #expect(policy.judge(loopback, relayedFrom: outer) != .allowed(.own))
        #expect(policy.judge(loopback, relayedFrom: loopback) == .allowed(.own))
    }

    @Test("an address that is not relayed from is no way into this host, be it private or public")
    func relayAddresses() throws {
        let relayed = try Self.address("5.5.5.5")
        let policy = try Self.policy(relayingFrom: [relayed])
        #expect(policy.judge(relayed, relayedFrom: relayed) == .allowed(.own))
        for own in try ["10.0.0.5", "5.5.5.6", "127.0.0.1", "::ffff:5.5.5.6", "64:ff9b::505:506"].map(Self.address) {
            guard case .denied = policy.judge(own, relayedFrom: relayed) else {
                Issue.record("\(own) is let through")
                continue
            }
        }
    }

    @Test("a rule against the address behind the public one is no rule against what clients are told")
    func facade() throws {
        let (inner, outer) = try (Self.address("10.0.0.5"), Self.address("45.0.0.5"))
        var policy = PeerPolicy()
        policy.own = .of([inner], told: [ExternalAddress(outer)])
        policy.denied = [AddressRange(.v4(0x0A00_0000), .v4(0x0AFF_FFFF), origin: "sterna.conf:3")].compactMap(\.self)
        #expect(policy.judge(outer, relayedFrom: inner) == .allowed(.own))
        #expect(policy.judge(inner, relayedFrom: inner) != .allowed(.own))
    }

    @Test("the public address leads to live relayed ports alone, whoever was there first", arguments: [true, false])
    func relayToRelay(loopbackFirst: Bool) throws {
        let outer = try Self.address("45.0.0.5")
        let six = World.server6
        let world = World { settings in
            settings.addresses = .of([.loopbackV4, outer, six.address], told: [ExternalAddress(outer)])
        }
        let asked = [Endpoint(.loopbackV4, 3478), six]
        let first = Client(world, at: loopbackFirst ? .peer : .peer6, to: loopbackFirst ? asked[0] : asked[1])
        let second = Client(world, "bob", at: Endpoint(.v4(0x0909_0909), 50_000), to: Endpoint(outer, 3478))
        let (one, other) = (try #require(first.allocate()), try #require(second.allocate()))
        #expect(one.address == outer && other.address == outer)
        #expect(first.bind(0x4000, other)?.isSuccess == true && second.bind(0x4000, one)?.isSuccess == true)
        _ = world.takeToClients()
        first.sendChannelData([7], 0x4000)
        #expect(world.takeToClients().map(\.bytes) == [[0x40, 0, 0, 1, 7]])
        #expect(first.bind(0x4001, Endpoint(outer, 3478))?.code == .forbidden)
    }

    @Test("an address that comes later is the server's own from then on")
    func late() throws {
        let world = World()
        let client = Client(world)
        let late = try Endpoint(Self.address("9.9.9.9"), 80)
        #expect(client.allocate() != nil && client.bind(0x4000, late)?.isSuccess == true)
        world.relay.follow(.of([World.server.address, late.address]))
        client.sendChannelData([1], 0x4000)
        #expect(world.lastDrop == .deniedPeer && world.takeToPeers().isEmpty)
    }

    @Test("an allocation whose address the host has lost ends with the next Refresh")
    func lost() throws {
        let world = World()
        let client = Client(world, at: .peer6, to: World.server6)
        #expect(client.allocate()?.address == World.server.address)
        world.relay.follow(.of([World.server6.address]))
        #expect(client.ask(.refresh)?.code == .allocationMismatch)
        #expect(world.ended.last?.reason == .addressGone && world.sockets.isEmpty)
        let other = client.ask(.allocate) { $0.append(requestedTransport: 17) }
        #expect(other?.code == .addressFamilyNotSupported)
    }
}
