// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

/// One seed is one history. `STERNA_SEEDS=10000` runs that many; `STERNA_SEED=4711` runs one again.
@Suite("Simulation")
struct SimulationTests {
    static let steps = 300

    static func number(_ name: String) -> UInt64? {
        // Safe: the text that getenv returns is read at once; no test changes the environment.
        unsafe getenv(name).flatMap { unsafe UInt64(String(cString: $0)) }
    }

    @Test("keeps every promise in every history")
    func promises() {
        if let seed = Self.number("STERNA_SEED") {
            let simulation = Simulation(seed: seed)
            simulation.run(steps: Self.steps)
            #expect(simulation.broken == nil, "seed \(seed)")
            return
        }
        for seed in 0..<(Self.number("STERNA_SEEDS") ?? 150) {
            let simulation = Simulation(seed: seed)
            simulation.run(steps: Self.steps)
            #expect(simulation.broken == nil, "STERNA_SEED=\(seed)")
            if simulation.broken != nil { return }
        }
    }

    @Test("repeats a history to the last packet", arguments: 0..<20 as Range<UInt64>)
    func repeats(seed: UInt64) {
        let (first, second) = (Simulation(seed: seed), Simulation(seed: seed))
        first.run(steps: Self.steps)
        second.run(steps: Self.steps)
        #expect(first.trace == second.trace && first.trace != 0)
    }
}
