// SPDX-License-Identifier: Apache-2.0
import Engine
import Testing
import Wire

@Suite("Live endpoints")
struct LiveEndpointsTests {
    @Test("knows what is open, by address and port")
    func members() {
        let live = LiveEndpoints()
        let here = Endpoint(.v4(0xC000_0201), 50_000)
        #expect(!live.contains(here))
        live.insert(here)
        live.insert(Endpoint(.loopbackV6, 65_535))
        #expect(live.contains(here))
        #expect(live.contains(Endpoint(.loopbackV6, 65_535)))
        #expect(!live.contains(Endpoint(here.address, 50_001)))
        #expect(!live.contains(Endpoint(.v4(0xC000_0202), 50_000)))
        live.remove(here)
        #expect(!live.contains(here))
    }

    @Test("forgets what is more than it can know, and nothing else")
    func capacity() {
        let live = LiveEndpoints()
        for bits in 0..<300 { live.insert(Endpoint(.v4(UInt32(bits)), 1)) }
        #expect((0..<256).allSatisfy { live.contains(Endpoint(.v4($0), 1)) })
        #expect(!live.contains(Endpoint(.v4(299), 1)))
    }

    @Test("finds this host's loopback addresses and a processor")
    func host() throws {
        #expect(try Host.addresses().contains(.loopbackV4))
        #expect(Host.processors >= 1)
    }
}
