// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// How much memory the process may take, and how near it is to that. Read from every thread, judged by one.
package final class MemoryBudget: Sendable {
    /// How much of the budget is in use.
    package enum Level: UInt8, Hashable, Sendable, Comparable, AtomicRepresentable {
        case ample
        /// What is there goes on, and nothing new begins.
        case short
        /// Nobody is let in any more, and long uploads are given up.
        case exhausted

        package static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
    }

    private let bytes = Atomic(Int.max)
    private let state = Atomic(Level.ample)

    package init() {}

    /// What the process may take.
    package var limit: Int { bytes.load(ordering: .relaxed) }

    package var level: Level { state.load(ordering: .relaxed) }

    /// Whether nothing new may begin.
    package var isShort: Bool { level != .ample }

    /// Whether nobody may come any more.
    package var isExhausted: Bool { level == .exhausted }

    /// Applies from the next judgement on.
    func limit(to bytes: Int) { self.bytes.store(max(1, bytes), ordering: .relaxed) }

    /// Judges what the process takes now; the level where it has become another one.
    ///
    /// A level that was reached is left some way below it, so that it does not change at every turn.
    func judge(_ resident: Int) -> Level? {
        let (limit, before) = (limit, level)
        func isAbove(_ percentage: Int) -> Bool { resident >= limit / 100 * percentage }
        let now: Level =
            if isAbove(97) || before == .exhausted && isAbove(94) {
                .exhausted
            } else if isAbove(90) || before != .ample && isAbove(85) {
                .short
            } else {
                .ample
            }
        guard now != before else { return nil }
        state.store(now, ordering: .relaxed)
        return now
    }
}
