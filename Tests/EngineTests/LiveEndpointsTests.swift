// SPDX-License-Identifier: Apache-2.0
import Engine
import Testing
import Wire

@Suite("Live endpoints")
struct LiveEndpointsTests {
    @Test("knows who has what open, by address and port")
    func owners() {
        let live = LiveEndpoints()
        let here = Endpoint(.v4(0xC000_0201), 50_000)
        let owner = LiveEndpoints.Owner(thread: 254 - 1, slot: 0xFF_FFFF)
        #expect(live.owner(of: here) == nil)
        live.insert(here, owner: owner)
        live.insert(Endpoint(.loopbackV6, 65_535), owner: .init(thread: 0, slot: 0))
        #expect(live.owner(of: here) == owner)
        #expect(live.owner(of: Endpoint(.loopbackV6, 65_535)) == .init(thread: 0, slot: 0))
        #expect(live.owner(of: Endpoint(here.address, 50_001)) == nil)
        #expect(live.owner(of: Endpoint(.v4(0xC000_0202), 50_000)) == nil)
        live.remove(here)
        #expect(live.owner(of: here) == nil)
    }

    @Test("forgets what is more than it can know, and nothing else")
    func capacity() {
        let live = LiveEndpoints()
        for bits in 0..<300 {
            live.insert(Endpoint(.v4(UInt32(bits)), 1), owner: .init(thread: 1, slot: UInt32(bits)))
        }
        for bits in 0..<256 { #expect(live.owner(of: Endpoint(.v4(UInt32(bits)), 1))?.slot == UInt32(bits)) }
        #expect(live.owner(of: Endpoint(.v4(299), 1)) == nil)
    }

    @Test("finds this host's loopback addresses and a processor")
    func host() throws {
        #expect(try Host.addresses().contains(.loopbackV4))
        #expect(Host.processors >= 1)
    }
}
