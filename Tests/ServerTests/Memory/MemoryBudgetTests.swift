// SPDX-License-Identifier: Apache-2.0
import TURN
import Testing
import Wire

@testable import Server

@Suite("The memory that the process may take")
struct MemoryBudgetTests {
    @Test("is short above nine tenths, exhausted a little below all of it, and ample again only some way below")
    func levels() {
        let budget = MemoryBudget()
        #expect(budget.judge(1 << 40) == nil)
        budget.limit(to: 1 << 30)
        func judge(_ percentage: Int) -> MemoryBudget.Level? { budget.judge((1 << 30) / 100 * percentage) }
        #expect(judge(80) == nil && !budget.isShort)
        #expect(judge(91) == .short && budget.isShort && !budget.isExhausted)
        #expect(judge(88) == nil && budget.isShort)
        #expect(judge(98) == .exhausted && budget.isExhausted)
        #expect(judge(95) == nil && budget.isExhausted)
        #expect(judge(93) == .short)
        #expect(judge(84) == .ample && !budget.isShort)
        #expect(judge(99) == .exhausted)
        #expect(judge(10) == .ample)
    }

    @Test("forbids new allocations, connections and handshakes, and takes nothing from those that are there")
    func refusals() {
        let memory = MemoryBudget()
        memory.limit(to: 1000)
        let limits = ConnectionLimits(memory: memory)
        let quotas = AllocationQuotas(memory: memory).quotas
        let now = Instant(nanoseconds: 1)
        #expect(quotas.take(.init(account: "ana"), 1) == nil)
        let place = limits.admit(.v4(1))
        #expect(place != nil)
        _ = memory.judge(920)
        #expect(quotas.take(.init(account: "ana"), 1) == .memory)
        #expect(limits.admit(.v4(1)) != nil, "who comes is told why nothing begins")
        #expect(!limits.mayShakeHands(.v4(1), now: now))
        _ = memory.judge(990)
        #expect(limits.admit(.v4(1)) == nil)
        _ = memory.judge(100)
        #expect(quotas.take(.init(account: "ana"), 1) == nil)
        #expect(limits.admit(.v4(1)) != nil && limits.mayShakeHands(.v4(1), now: now))
    }
}
