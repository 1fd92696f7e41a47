// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import Wire

/// This process between the one before it and the one after it: what it takes over, what it keeps, and who is told.
final class Handover {
    /// Whoever started this process, if it wants to be told.
    let supervisor: Supervisor?
    /// What the process before this one left; nil once it is all in this one's keeping.
    private(set) var inheritance: Inheritance?
    let keeper: Keeper
    /// Those that the process before this one used, or fresh ones.
    let secrets: LeftSecrets

    private unowned let loop: Loop
    private let ledger: Ledger
    private var settling: Timer?

    /// How long a process has to live for what it took over not to be what kills it.
    private static let probation: Duration = .seconds(5)

    /// - Parameters:
    ///   - passed: What this process was started with.
    ///   - loop: The first thread's.
    init(_ passed: PassedDescriptors, supervisor: Supervisor?, on loop: Loop) throws(Errno) {
        self.supervisor = supervisor
        self.loop = loop
        let inheritance = Inheritance(passed) { names in
            for name in names { supervisor?.forget(name) }
            supervisor?.waitUntilHeard()
        }
        self.inheritance = inheritance
        secrets =
            inheritance.secrets
            ?? LeftSecrets(
                nonceKey: Randomness.bytes(32), relaySecret: Hex.encode(Randomness.bytes(24)))
        keeper = try Keeper(generation: inheritance.generation + 1, supervisor: supervisor, on: loop)
        ledger = try Ledger(version: StateVersion.current, mark: LedgerMark.process.rawValue)
        ledger.write(LedgerKey.secrets, secrets.record.bytes)
        Ledger.note(starts: inheritance.starts, in: ledger.descriptor.number)
        keeper.keep(Kept(try ledger.descriptor.duplicate()))
    }

    /// Everything that was left is in this process's keeping: what the one before it kept may go.
    func complete() {
        // What was given to be kept is with the supervisor after this turn.
        loop.turn(waitingAtMost: .zero)
        ledger.write(LedgerKey.complete, [1])
        for name in inheritance?.names ?? [] { supervisor?.forget(name) }
        inheritance = nil
        settling = Timer(on: loop) { [unowned self] in settle() }
        settling?.arm(at: loop.now.instant + Self.probation)
    }

    /// This process is well, or ends because it was told to: what it leaves has killed nobody.
    func settle() {
        settling?.arm(at: nil)
        Ledger.note(starts: 0, in: ledger.descriptor.number)
    }

    /// Takes in what the workers gave at the end.
    func finish() {
        loop.turn(waitingAtMost: .zero)
        settle()
    }

    /// Becomes the program in the place of this one, with what is kept; returns only why it could not.
    func become(_ program: Program, environment: [String: String]) -> Errno {
        program.become(passing: keeper.numbers, named: keeper.name, environment: environment)
    }
}
