// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Engine

@Suite("The memory of the host")
struct HostMemoryTests {
    @Test("is no more than every control group on the way leaves of it")
    func groups() {
        let files = [
            "/g/memory.max": "max\n", "/g/system.slice/memory.max": "2000\n", "/g/system.slice/memory.high": "max\n",
            "/g/system.slice/sterna.service/memory.max": "max\n",
            "/g/system.slice/sterna.service/memory.high": "1500\n",
        ]
        func limits(_ membership: String) -> [Int] {
            Host.limits(ofGroup: membership, root: "/g") { files[$0] ?? "" }
        }
        #expect(limits("0::/system.slice/sterna.service\n") == [2000, 1500])
        #expect(limits("0::/\n").isEmpty)
        #expect(limits("12:memory:/old\n0::/system.slice\n") == [2000])
        #expect(limits("").isEmpty)
        #expect(Host.memory > 1 << 20 && Host.memory < Int.max)
        #expect(Host.resident > 1 << 20)
    }
}
