// SPDX-License-Identifier: Apache-2.0
import Engine
import Server
import TURN
import Testing
import Wire

@Suite("Starting the relay")
struct StartTests {
    static func settings(at datagrams: [Endpoint], streams: [Endpoint] = [], workers: Int = 2) -> RelayService.Settings
    {
        var policy = PeerPolicy()
        policy.allowsLoopback = true
        let credentials = Credentials(realm: "here")
        let relay = TURN.Settings(credentials: credentials, peerPolicy: policy, nonceKey: Randomness.bytes(32))
        return RelayService.Settings(
            listeners: .init(datagrams: datagrams, streams: streams), workers: workers, relay: relay)
    }

    @Test("binds one port for all workers, and frees it when it stops")
    func port() throws {
        let service = try RelayService(Self.settings(at: [Endpoint(.loopbackV4, 0), Endpoint(.loopbackV6, 0)]))
        #expect(service.listeners.datagrams.count == 2)
        for endpoint in service.listeners.datagrams {
            #expect(endpoint.port != 0)
            #expect(throws: Errno.addressInUse) { _ = try DatagramSocket(at: endpoint) }
        }
        service.stop()
        for endpoint in service.listeners.datagrams { _ = try DatagramSocket(at: endpoint) }
    }

    @Test("refuses an address that another server shares, and says which", arguments: [true, false])
    func taken(shares: Bool) throws {
        let other = try DatagramSocket(at: Endpoint(.loopbackV4, 0), options: shares ? .sharesPort : [])
        let failure = #expect(throws: RelayFailure.self) { _ = try RelayService(Self.settings(at: [other.local])) }
        #expect(failure?.description.contains("\(other.local.port)/udp on 127.0.0.1 is already in use") == true)
    }

    @Test("listens at an address that the host does not have yet")
    func late() throws {
        let service = try RelayService(Self.settings(at: [Endpoint(.v4(0xC000_0201), 0)]))
        #expect(service.listeners.datagrams.map(\.address) == [.v4(0xC000_0201)])
        service.stop()
    }

    @Test("says that there are no ports")
    func mistakes() {
        var settings = Self.settings(at: [Endpoint(.loopbackV4, 0)])
        settings.relay.ports = []
        #expect(throws: RelayFailure.noRelayPorts) { _ = try RelayService(settings) }
    }
}
