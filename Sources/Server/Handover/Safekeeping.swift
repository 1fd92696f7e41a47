// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

/// What one worker keeps for the next process: what is to be known of its allocations in a ledger, and their sockets in
/// bags.
final class Safekeeping {
    private let ledger: Ledger
    private var shelf: BagShelf
    private let report: @Sendable (Errno) -> Void
    private var hasReported = false
    private var withdrawals: UInt64 = 0

    /// - Parameter report: Told once, when the kernel takes no more.
    init(keep: @escaping @Sendable (Kept) -> Void, report: @escaping @Sendable (Errno) -> Void) throws(Errno) {
        ledger = try Ledger(version: StateVersion.current, mark: LedgerMark.relay.rawValue)
        shelf = try BagShelf(keep: keep)
        self.report = report
        keep(Kept(try ledger.descriptor.duplicate()))
    }

    /// Keeps an allocation as it is now.
    /// - Parameter descriptors: Its relay sockets, and the client's stream where it has one.
    func keep(_ allocation: LeftAllocation, _ name: AllocationID, _ descriptors: [Int32]) {
        do throws(Errno) {
            try shelf.put(name.slot, name.generation, descriptors)
        } catch {
            tell(error)
        }
        ledger.write(LedgerKey.allocation(name.slot), allocation.record.bytes)
    }

    /// Keeps what a client's stream has read and not understood yet, and what waits to be sent over it.
    func keep(_ rest: LeftStream, of slot: UInt32) { ledger.write(LedgerKey.stream(slot), rest.record.bytes) }

    func forgetStream(of slot: UInt32) { ledger.erase(LedgerKey.stream(slot)) }

    /// There is nothing in the slot that could go on elsewhere.
    func forget(_ slot: UInt32) {
        shelf.remove(slot)
        ledger.erase(LedgerKey.allocation(slot))
        ledger.erase(LedgerKey.stream(slot))
    }

    /// Keeps that the credentials of a name open nothing until then.
    func keep(_ withdrawal: LeftWithdrawal) {
        withdrawals += 1
        ledger.write(LedgerKey.withdrawal(withdrawals), withdrawal.record.bytes)
    }

    /// Puts the sockets that came into bags, and takes out those that went.
    func settle() {
        if let failure = shelf.settle() { tell(failure) }
    }

    /// Whether ports of allocations that ended are still bound, by the bags.
    var holdsClosed: Bool { shelf.holdsClosed }

    private func tell(_ failure: Errno) {
        guard !hasReported else { return }
        hasReported = true
        report(failure)
    }
}
