// SPDX-License-Identifier: Apache-2.0
import Engine
import Synchronization
import Testing
import Wire

@Suite("Loop")
struct LoopTests {
    @Test("tells a source of its descriptor by the token that it was added with")
    func tokens() throws {
        let loop = try Loop()
        let witness = Witness()
        let wires = try Wires()
        try loop.add(witness, descriptor: wires.reading.number, token: 42, for: .readable)
        loop.turn(waitingAtMost: .zero)
        #expect(witness.tokens == [])
        wires.ring()
        loop.turn(waitingAtMost: .seconds(1))
        #expect(witness.tokens == [42])
    }

    @Test("drops an event whose source was removed by an earlier event of the same batch, though its slot is let again")
    func staleEvent() throws {
        let loop = try Loop()
        let first = Witness()
        let second = Witness()
        let tenant = Witness()
        let a = try Wires()
        let b = try Wires()
        let c = try Wires()
        let one = try loop.add(first, descriptor: a.reading.number, token: 1, for: .readable)
        let two = try loop.add(second, descriptor: b.reading.number, token: 2, for: .readable)
        let number = c.reading.number
        // Whichever of the two is told first removes the other and lets its slot to the tenant.
        first.action = { _ in
            loop.remove(two)
            _ = try? loop.add(tenant, descriptor: number, token: 3, for: .readable)
        }
        second.action = { _ in
            loop.remove(one)
            _ = try? loop.add(tenant, descriptor: number, token: 3, for: .readable)
        }
        a.ring()
        b.ring()
        loop.turn(waitingAtMost: .seconds(1))
        #expect(first.tokens.count + second.tokens.count == 1)
        #expect(tenant.tokens == [])
        c.ring()
        first.action = { _ in }
        second.action = { _ in }
        loop.turn(waitingAtMost: .seconds(1))
        #expect(tenant.tokens == [3])
    }

    @Test("fires timers in the order of their deadlines, not before, and not when disarmed")
    func timers() throws {
        let loop = try Loop()
        var fired: [Int] = []
        let timers = (0..<100).map { number in Timer(on: loop) { fired.append(number) } }
        let start = loop.now.instant
        for (number, timer) in timers.enumerated() {
            timer.arm(at: start + .milliseconds(5 + (number * 37) % 100 / 10))
        }
        for (number, timer) in timers.enumerated() where number % 3 == 0 { timer.arm(at: nil) }
        timers[1].arm(at: start + .milliseconds(1))
        loop.turn(until: { fired.count == 66 })
        #expect(fired.first == 1)
        #expect(fired.count == 66)
        #expect(!fired.contains { $0 % 3 == 0 })
        let order = fired.dropFirst().map { ($0 * 37) % 100 / 10 }
        #expect(order == order.sorted())
        #expect(loop.now.instant >= start + .milliseconds(14))
    }

    @Test("calls what waits for the end of the turn after all events")
    func endOfTurn() throws {
        let loop = try Loop()
        let witness = Witness()
        let wires = try Wires()
        var seen: [[Int]] = []
        try loop.add(witness, descriptor: wires.reading.number, token: 7, for: .readable)
        loop.atEndOfTurn { seen.append(witness.tokens) }
        wires.ring()
        loop.turn(waitingAtMost: .seconds(1))
        #expect(seen == [[7]])
    }

    @Test("hands messages of other threads over in order, none lost")
    func mailbox() throws {
        let inbox = try Mailbox<Int>()
        let answers = try Mailbox<Int>()
        let loop = try Loop()
        let thread = try Self.doubler(from: inbox, to: answers)
        var received: [Int] = []
        try answers.open(on: loop) { received.append($0) }
        for number in 0..<1000 { inbox.post(number) }
        loop.turn(until: { received.count == 1000 })
        thread.stop()
        #expect(received == (0..<1000).map { 2 * $0 })
    }

    private static func doubler(from inbox: Mailbox<Int>, to answers: Mailbox<Int>) throws -> LoopThread {
        let loop = try Loop()
        try inbox.open(on: loop) { answers.post(2 * $0) }
        return try LoopThread(named: "doubler", running: loop)
    }

    @Test("draws different random bytes each time")
    func randomness() {
        #expect(Randomness.bytes(32).count == 32)
        #expect(Randomness.bytes(32) != Randomness.bytes(32))
        #expect(Randomness.bytes(0) == [])
    }
}
