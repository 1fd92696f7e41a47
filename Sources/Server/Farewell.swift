// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Wire

/// Waits on one thread until another has finished its work.
struct Farewell {
    /// Where the other thread says that it has.
    let finished: Mailbox<Bool>

    /// Hands `ask` the mailbox to pass on, and returns when word came or `patience` is over.
    static func wait(atMost patience: Duration, _ ask: (Farewell) -> Void) {
        // Without descriptors left there is nothing to wait with, and the thread is stopped as it is.
        guard let loop = try? Loop(), let mailbox = try? Mailbox<Bool>() else { return }
        var isOver = false
        guard (try? mailbox.open(on: loop) { isOver = $0 }) != nil else { return }
        let end = loop.now.instant + patience
        ask(Farewell(finished: mailbox))
        while !isOver, loop.now.instant < end { loop.turn(waitingAtMost: end - loop.now.instant) }
    }
}
