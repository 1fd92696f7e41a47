// SPDX-License-Identifier: Apache-2.0
import TURN
import Testing
import Wire

@testable import Server

@Suite("The quotas of all workers")
struct AllocationQuotasTests {
    @Test("counts what was allocated before a limit was set")
    func quotas() {
        let shared = AllocationQuotas()
        let quotas = shared.quotas
        #expect(quotas.take(.init(account: "ana"), 1) == nil)
        #expect(quotas.take(.init(account: "ana"), 1) == nil)
        shared.limit(user: 2, total: 3)
        #expect(quotas.take(.init(account: "ana"), 1) == .user)
        #expect(quotas.take(.init(account: "bob"), 1) == nil)
        #expect(quotas.take(.init(account: "eva"), 1) == .total)
        quotas.give(.init(account: "ana"))
        #expect(quotas.take(.init(account: "ana"), 1) == nil)
        shared.limit(user: 0, total: 0)
        #expect(quotas.take(.init(account: "ana"), 1) == nil)
    }

    @Test("counts what is minted by name, by address and by room, whatever the names, and for each companion once")
    func minted() {
        let shared = AllocationQuotas()
        shared.minted.limit(user: 2, address: 5, room: 4)
        let (quotas, other) = (shared.quotas, shared.ofRealm("example.net").quotas)
        func claim(_ name: String, _ address: UInt32, _ room: UInt64) -> Quotas.Claim {
            .init(account: name, minted: .init(address: .v4(address), room: Scope(room: room)))
        }
        for _ in 0..<2 { #expect(quotas.take(claim("ana", 1, 10), 1) == nil) }
        #expect(quotas.take(claim("ana", 1, 10), 1) == .roomUser)
        #expect(other.take(claim("ana", 1, 10), 1) == .roomUser, "another realm is no way around it")
        #expect(quotas.take(claim("ana", 1, 10), 2) == nil, "who is in a call with two may hold twice as many")
        #expect(quotas.take(claim("bob", 1, 10), 1) == nil)
        #expect(quotas.take(claim("eva", 2, 10), 1) == .room)
        #expect(quotas.take(claim("eva", 1, 11), 1) == nil)
        #expect(quotas.take(claim("kim", 1, 12), 1) == .roomAddress)
        #expect(quotas.take(claim("kim", 2, 12), 1) == nil)
        #expect(quotas.take(.init(account: "ana"), 1) == nil, "an operator's user is not counted with them")
        quotas.give(claim("ana", 1, 10))
        #expect(quotas.take(claim("kim", 1, 12), 1) == nil)
        #expect(quotas.take(claim("kim", 1, 12), 9) == .roomAddress)
    }
}
