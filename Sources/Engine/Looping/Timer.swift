// SPDX-License-Identifier: Apache-2.0

package import Wire

/// Something to do at an instant, on the loop's thread.
///
/// Armed and disarmed in logarithmic time; firing disarms it. The loop holds it while it is armed: an owner that goes
/// away disarms its timers first.
package final class Timer {
    private unowned let loop: Loop
    private let fire: () -> Void
    /// The timer's place in the heap while it is armed.
    fileprivate var position: Int?
    /// When the timer fires; nil while it is not armed.
    package private(set) var deadline: Instant?

    package init(on loop: Loop, fire: @escaping () -> Void) {
        self.loop = loop
        self.fire = fire
    }

    /// Fires at `deadline` instead of whenever it was to fire before; never when that is nil.
    package func arm(at deadline: Instant?) {
        guard deadline != self.deadline else { return }
        if position != nil { loop.timers.remove(self) }
        self.deadline = deadline
        if let deadline { loop.timers.insert(self, at: deadline) }
    }

    fileprivate func expire() {
        deadline = nil
        fire()
    }
}

/// The armed timers of a loop: a binary heap, the earliest first.
struct TimerHeap {
    private var entries: [(deadline: Instant, timer: Timer)] = []

    /// When the earliest timer fires.
    var next: Instant? { entries.isEmpty ? nil : entries[0].deadline }

    mutating func insert(_ timer: Timer, at deadline: Instant) {
        entries.append((deadline, timer))
        timer.position = entries.count - 1
        rise(from: entries.count - 1)
    }

    mutating func remove(_ timer: Timer) {
        guard let position = timer.position else { return }
        let last = entries.count - 1
        exchange(position, last)
        entries.removeLast()
        timer.position = nil
        guard position < last else { return }
        sink(from: position)
        rise(from: position)
    }

    private mutating func rise(from start: Int) {
        var child = start
        while child > 0, entries[child].deadline < entries[(child - 1) / 2].deadline {
            exchange(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func sink(from start: Int) {
        var parent = start
        while true {
            let left = 2 * parent + 1
            guard left < entries.count else { return }
            let right = left + 1
            let child = right < entries.count && entries[right].deadline < entries[left].deadline ? right : left
            guard entries[child].deadline < entries[parent].deadline else { return }
            exchange(parent, child)
            parent = child
        }
    }

    private mutating func exchange(_ a: Int, _ b: Int) {
        entries.swapAt(a, b)
        entries[a].timer.position = a
        entries[b].timer.position = b
    }
}

extension Loop {
    /// Fires what is due, in order; a timer that is armed again for the past waits for the next turn.
    func fireTimers() {
        guard let next = timers.next, next <= now.instant else { return }
        let limit = timers.count
        for _ in 0..<limit {
            guard let timer = timers.takeFirst(until: now.instant) else { return }
            timer.expire()
        }
    }
}

extension TimerHeap {
    var count: Int { entries.count }

    mutating func takeFirst(until now: Instant) -> Timer? {
        guard let first = entries.first, first.deadline <= now else { return nil }
        remove(first.timer)
        return first.timer
    }
}
