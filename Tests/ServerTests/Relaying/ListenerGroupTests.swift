// SPDX-License-Identifier: Apache-2.0
import Engine
import Testing
import Wire

@testable import Server

@Suite("The listeners of an address")
struct ListenerGroupTests {
    @Test("are as many whatever the number of workers, and each is read by one", arguments: [1, 2, 3, 16])
    func shares(workers: Int) throws {
        let group = try ListenerGroup(at: try Self.freeEndpoint(), for: workers)
        #expect(group.sockets.count == ListenerGroup.size)
        let shares = (0..<workers).map { group.share(of: $0, among: workers).sockets.map(\.index) }
        #expect(shares.flatMap { $0 }.sorted() == Array(0..<ListenerGroup.size))
        #expect(shares.allSatisfy { !$0.isEmpty })
    }

    @Test("are as many as there are workers where those are more")
    func manyWorkers() throws {
        let group = try ListenerGroup(at: try Self.freeEndpoint(), for: 20)
        #expect(group.sockets.count == 20)
        #expect(group.share(of: 19, among: 20).sockets.map(\.index) == [19])
    }

    /// An endpoint that was free a moment ago.
    static func freeEndpoint() throws -> Endpoint { try DatagramSocket(at: Endpoint(.loopbackV4, 0)).local }
}
