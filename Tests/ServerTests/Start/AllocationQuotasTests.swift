// SPDX-License-Identifier: Apache-2.0
import TURN
import Testing

@testable import Server

@Suite("The quotas of all workers")
struct AllocationQuotasTests {
    @Test("counts what was allocated before a limit was set")
    func quotas() {
        let shared = AllocationQuotas()
        let quotas = shared.quotas
        #expect(quotas.take("ana") == nil)
        #expect(quotas.take("ana") == nil)
        shared.limit(user: 2, total: 3)
        #expect(quotas.take("ana") == .user)
        #expect(quotas.take("bob") == nil)
        #expect(quotas.take("eva") == .total)
        quotas.give("ana")
        #expect(quotas.take("ana") == nil)
        shared.limit(user: 0, total: 0)
        #expect(quotas.take("ana") == nil)
    }
}
