// SPDX-License-Identifier: Apache-2.0

internal import CLinux
package import Wire

/// One thread's turn after turn: waits for descriptors and timers, and tells their owners.
///
/// Everything that is added to a loop lives on the loop's thread from then on. Another thread reaches it through a
/// ``Mailbox`` or stops it through ``stopper``.
@safe package final class Loop {
    /// Both clocks as they stood when this turn's events arrived.
    package internal(set) var now: Moment
    /// How another thread ends ``run()``.
    package let stopper: Stopper

    private let epoll: Descriptor
    var slots: [Slot] = []
    private var freeSlots: [UInt32] = []
    var timers = TimerHeap()
    private var endOfTurn: [() -> Void] = []
    private let events: UnsafeMutablePointer<linux_event>
    private static let batch: Int32 = 256
    /// Where streams read into; what is in it is handed on before the next read.
    let inbox: UnsafeMutableBufferPointer<UInt8>
    private static let inboxSize = 64 << 10

    struct Slot {
        var source: (any Source)?
        var token = 0
        var descriptor: Int32 = -1
        /// Grows when the slot is freed, so that an event of the former tenant is recognised.
        var generation: UInt32 = 0
    }

    /// A descriptor's place in its loop.
    package struct Registration: Hashable, Sendable {
        let index: UInt32
        let generation: UInt32

        var datum: UInt64 { UInt64(generation) << 32 | UInt64(index) }
    }

    package init() throws(Errno) {
        let epoll = try Descriptor(checking: linux_epoll())
        self.epoll = epoll
        stopper = try Stopper()
        now = Moment.read()
        unsafe events = .allocate(capacity: Int(Self.batch))
        unsafe inbox = .allocate(capacity: Self.inboxSize)
        // Safe: the memory was allocated with this many elements.
        unsafe inbox.initialize(repeating: 0)
        try add(stopper, descriptor: stopper.descriptor, for: .readable)
    }

    deinit {
        // Safe: both were allocated in `init`, are never replaced, and hold trivial elements.
        unsafe events.deallocate()
        unsafe inbox.deallocate()
    }

    /// Tells `source` when `descriptor` is ready; the descriptor stays the caller's.
    @discardableResult
    package func add(
        _ source: any Source, descriptor: Int32, token: Int = 0, for events: Events
    ) throws(Errno) -> Registration {
        let index: UInt32
        if let free = freeSlots.last { index = free } else { index = UInt32(slots.count) }
        let generation = Int(index) < slots.count ? slots[Int(index)].generation : 0
        let registration = Registration(index: index, generation: generation)
        try Errno.check(linux_epoll_add(epoll.number, descriptor, events.rawValue, registration.datum))
        let slot = Slot(source: source, token: token, descriptor: descriptor, generation: generation)
        if Int(index) < slots.count {
            freeSlots.removeLast()
            slots[Int(index)] = slot
        } else {
            slots.append(slot)
        }
        return registration
    }

    /// Waits for other events than before.
    package func change(_ registration: Registration, for events: Events) {
        let slot = slots[Int(registration.index)]
        guard slot.generation == registration.generation, slot.source != nil else { return }
        let result = linux_epoll_change(epoll.number, slot.descriptor, events.rawValue, registration.datum)
        precondition(result == 0, "a registered descriptor stays open")
    }

    /// Forgets the descriptor, which must still be open; events of this turn that were for it are dropped.
    package func remove(_ registration: Registration) {
        let index = Int(registration.index)
        guard slots[index].generation == registration.generation, slots[index].source != nil else { return }
        let result = linux_epoll_remove(epoll.number, slots[index].descriptor)
        precondition(result == 0, "a registered descriptor stays open")
        slots[index].source = nil
        slots[index].generation &+= 1
        freeSlots.append(registration.index)
    }

    /// Calls `hook` at the end of every turn: where what the turn gathered is sent as one.
    package func atEndOfTurn(_ hook: @escaping () -> Void) { endOfTurn.append(hook) }

    /// Turns until the ``stopper`` is told, then lets go of everything that was added.
    package func run() {
        while !stopper.isStopped { turn() }
        for index in slots.indices { slots[index].source = nil }
        endOfTurn = []
        timers = TimerHeap()
    }

    /// Waits for the next event or timer and does what it brings.
    ///
    /// - Parameter limit: The longest to wait; nil for as long as it takes.
    package func turn(waitingAtMost limit: Duration? = nil) {
        // Safe: the buffer holds as many events as the call is told.
        let count = unsafe linux_epoll_wait(epoll.number, events, Self.batch, milliseconds(atMost: limit))
        now = Moment.read()
        precondition(count >= 0 || Errno(code: -count).isInterruption, "epoll waits while its descriptor is open")
        for index in 0..<max(0, Int(count)) {
            // Safe: the kernel filled the first `count` events.
            let datum = unsafe linux_event_datum(events + index)
            let bits = unsafe linux_event_bits(events + index)
            dispatch(Events(rawValue: bits), to: datum)
        }
        fireTimers()
        for index in endOfTurn.indices { endOfTurn[index]() }
        stopper.countTurn()
    }

    private func dispatch(_ events: Events, to datum: UInt64) {
        let slot = slots[Int(UInt32(truncatingIfNeeded: datum))]
        // An earlier event of this batch may have freed the slot, and a new tenant may have moved in.
        guard slot.generation == UInt32(truncatingIfNeeded: datum >> 32), let source = slot.source else { return }
        source.ready(events, token: slot.token)
    }

    /// How long epoll may sleep, rounded up so that a timer is due when it wakes; -1 for ever.
    private func milliseconds(atMost limit: Duration?) -> Int32 {
        var nanoseconds = limit.map { UInt64(max(0, $0.wholeNanoseconds)) } ?? .max
        if let next = timers.next?.nanoseconds {
            let now = linux_monotonic()
            nanoseconds = min(nanoseconds, next > now ? next - now : 0)
        } else if limit == nil {
            return -1
        }
        return Int32(clamping: nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 > 0 ? 1 : 0))
    }
}
