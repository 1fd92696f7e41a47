// SPDX-License-Identifier: Apache-2.0
import STUN
import Testing
import Wire

@testable import TURN

@Suite("A relay that is behind")
struct SheddingTests {
    @Test("answers no stranger, goes on with whoever has an allocation, and answers again afterwards")
    func shedding() throws {
        let world = World()
        let elsewhere = Endpoint(.v4(0x0909_0909), 40_002)
        let (known, stranger) = (Client(world), Client(world, "bob", at: elsewhere))
        _ = try #require(known.allocate())
        #expect(known.bind(0x4000, .peer)?.isSuccess == true)
        world.relay.isBehind = true
        #expect(stranger.send(stranger.message(.request, .binding)) == nil)
        #expect(world.lastDrop == .shed)
        #expect(stranger.send(stranger.message(.request, .allocate) { $0.append(requestedTransport: 17) }) == nil)
        #expect(world.lastDrop == .shed)
        // Forged integrity gets no answer either.
        stranger.nonce = [UInt8](repeating: 0x41, count: 40)
        #expect(stranger.send(stranger.request(.allocate) { $0.append(requestedTransport: 17) }) == nil)
        #expect(world.lastDrop == .overUnauthenticatedRate)
        known.sendChannelData([1, 2, 3], 0x4000)
        #expect(world.takeToPeers().map(\.bytes) == [[1, 2, 3]])
        #expect(known.refresh(600)?.isSuccess == true)
        world.relay.isBehind = false
        #expect(stranger.send(stranger.message(.request, .binding))?.isSuccess == true)
        #expect(Client(world, "bob", at: elsewhere).allocate() != nil)
    }
}
