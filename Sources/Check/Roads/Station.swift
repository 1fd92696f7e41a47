// SPDX-License-Identifier: Apache-2.0

internal import Crypto
package import Engine
internal import Wire

/// What all callers of a check share: one loop that turns until an answer is in, and one buffer.
package final class Station {
    package let loop: Loop
    let inbox = Inbox()
    /// Called now and then while something is being waited for.
    var whileWaiting: () -> Void = {}

    package init() throws(Errno) { loop = try Loop() }

    /// Turns the loop until `done` holds or the time is up; whether it holds.
    @discardableResult
    func wait(atMost limit: Duration, until done: () -> Bool) -> Bool {
        let end = loop.now.instant + limit
        while !done() {
            guard loop.now.instant < end else { return false }
            loop.turn(waitingAtMost: min(.milliseconds(100), end - loop.now.instant))
            whileWaiting()
        }
        return true
    }

    func randomStream() -> RandomStream { RandomStream(seed: Randomness.bytes(32)) }
}
