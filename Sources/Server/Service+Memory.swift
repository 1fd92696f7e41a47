// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import Wire

extension Service {
    /// How often the process looks at what it takes.
    private static let memoryInterval = Duration.milliseconds(250)
    /// How often memory that was let go of is given back to the kernel while there is too little.
    private static let trimTurns = 8

    /// Puts the budget of the configuration into force, or of the control group and the machine.
    func applyMemoryLimit() {
        memory.limit(to: settings.memoryLimit > 0 ? settings.memoryLimit : Host.memory / 4 * 3)
    }

    /// Watches what the process takes, on this loop from now on.
    func watchMemory(on loop: Loop) {
        var turn = 0
        memoryTimer = Timer(on: loop) { [unowned self, unowned loop] in
            turn += 1
            judgeMemory(trims: turn % Self.trimTurns == 0)
            memoryTimer?.arm(at: loop.now.instant + Self.memoryInterval)
        }
        memoryTimer?.arm(at: loop.now.instant + Self.memoryInterval)
    }

    private func judgeMemory(trims: Bool) {
        // What was let go of lies in the process still, and would be taken for what is in use.
        if memory.isShort, trims { Host.trimMemory() }
        let resident = Host.resident
        let before = memory.level
        guard let level = memory.judge(resident) else { return }
        let amount = "\(resident >> 20) of \(memory.limit >> 20) MiB (memory-limit)"
        switch level {
        case .ample: log.write(.host, "memory: \(amount) are used: everybody is served again")
        case .short where before == .ample:
            log.write(
                .failure,
                "memory: \(amount) are used: calls go on, and new allocations, rooms, sessions and uploads are refused until it is less"
            )
        case .exhausted:
            log.write(.failure, "memory: \(amount) are used: no connection is taken any more until it is less")
        case .short: break
        }
    }
}
