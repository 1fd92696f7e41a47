// SPDX-License-Identifier: Apache-2.0
import TURN
import Testing
import Wire

@Suite("Peer policy: this host's own addresses")
struct OwnAddressTests {
    static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    static func policy() throws -> PeerPolicy {
        var policy = PeerPolicy()
        policy.ownAddresses = try ["127.0.0.1", "10.0.0.5", "5.5.5.5", "5.5.5.6", "::1"].map(address)
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
        let policy = try Self.policy()
        let relayed = try Self.address("5.5.5.5")
        #expect(policy.judge(relayed, relayedFrom: relayed, relayAddresses: [relayed]) == .allowed(.own))
        for own in try ["10.0.0.5", "5.5.5.6", "127.0.0.1", "::ffff:5.5.5.6", "64:ff9b::505:506"].map(Self.address) {
            guard case .denied = policy.judge(own, relayedFrom: relayed, relayAddresses: [relayed]) else {
                Issue.record("\(own) is let through")
                continue
            }
        }
    }
}
