// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// Says that this process is well, for as long as every one of its loops comes to the end of its turns.
///
/// Every loop is woken when the last word was given; word is given again when all have turned since. One that is stuck
/// keeps it back.
package final class Watchdog {
    private let loops: [Stopper]
    private unowned let loop: Loop
    private let interval: Duration
    private let say: () -> Void
    private var seen: [UInt64]
    private var timer: Timer?

    /// - Parameters:
    ///   - period: How long the supervisor waits for a word; it gets three in that time.
    ///   - loops: Those that must turn, beside the one that asks.
    ///   - say: Gives word.
    package init(period: Duration, watching loops: [Stopper], on loop: Loop, say: @escaping () -> Void) {
        self.loops = loops
        (self.loop, self.say) = (loop, say)
        interval = period / 4
        seen = loops.map(\.turns)
        timer = Timer(on: loop) { [unowned self] in look() }
        ask()
    }

    /// Looks no more.
    package func stop() { timer?.arm(at: nil) }

    private func look() {
        // Each has been woken since, and so has turned if it could.
        if zip(loops, seen).allSatisfy({ $0.turns != $1 }) {
            say()
            ask()
        } else {
            timer?.arm(at: loop.now.instant + interval)
        }
    }

    private func ask() {
        seen = loops.map(\.turns)
        for stopper in loops { stopper.wake() }
        timer?.arm(at: loop.now.instant + interval)
    }
}
