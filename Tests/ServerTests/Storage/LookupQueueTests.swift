// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@testable import Server

@Suite("Questions that wait for the database")
struct LookupQueueTests {
    let busy = IPAddress.v4(0x0505_0501)
    let other = IPAddress.v4(0x0505_0502)

    @Test("who asks much waits behind themselves and behind nobody else")
    func turns() {
        var queue = LookupQueue<String>()
        for number in 0..<10 { _ = queue.add("busy \(number)", from: busy) }
        _ = queue.add("other", from: other)
        var answered: [String] = []
        while let next = queue.next() { answered.append(next) }
        #expect(answered == ["busy 0", "other"] + (1..<10).map { "busy \($0)" })
        #expect(queue.count == 0)
    }

    @Test("one address has so many questions waiting at most, a /64 counting as one")
    func bounds() {
        var queue = LookupQueue<Int>()
        var taken = 0
        for number in 0..<100 {
            let address = IPAddress.v6(0x2001_0db8_0000_0000_0000_0000_0000_0000 + UInt128(number))
            taken += queue.add(number, from: address) ? 1 : 0
        }
        #expect(taken == LookupQueue<Int>.perAddress)
        let hasRoom = queue.add(1, from: other)
        #expect(hasRoom)
        var addresses = 0
        while queue.add(0, from: .v4(0x0600_0000 + UInt32(addresses))) { addresses += 1 }
        #expect(queue.count == LookupQueue<Int>.limit)
    }

    @Test("a queue that is used for long keeps nothing of what has been answered")
    func reuse() {
        var queue = LookupQueue<Int>()
        var answered: [Int] = []
        for number in 0..<10_000 {
            _ = queue.add(number, from: .v4(UInt32(number % 7)))
            if number % 3 == 2 { while let next = queue.next() { answered.append(next) } }
        }
        while let next = queue.next() { answered.append(next) }
        #expect(answered.sorted() == Array(0..<10_000))
    }
}

@Suite("Answers that wait to be read")
struct UnreadBytesTests {
    let slow = IPAddress.v4(0x0505_0501)
    let other = IPAddress.v4(0x0505_0502)

    @Test("are bounded for an address and in all, and one answer may be of any size")
    func bounds() {
        let unread = UnreadBytes(perAddress: 100, limit: 250)
        #expect(unread.take(1000, for: slow))
        #expect(!unread.take(1, for: slow))
        #expect(!unread.take(1, for: other))
        unread.give(back: 1000, of: slow)
        #expect(unread.total == 0)
        #expect(unread.take(60, for: slow) && unread.take(40, for: slow) && !unread.take(1, for: slow))
        #expect(unread.take(100, for: other))
        unread.give(back: 60, of: slow)
        #expect(unread.take(60, for: slow))
    }

    @Test("are given out piece by piece, in order")
    func pieces() {
        var queue = AnswerQueue()
        queue.append([1, 2, 3])
        queue.append([])
        queue.append([4, 5, 6, 7, 8])
        #expect(queue.count == 8)
        let pieces = [queue.next(2), queue.next(2), queue.next(4), queue.next(4), queue.next(4)]
        #expect(pieces == [[1, 2], [3], [4, 5, 6, 7], [8], []])
        #expect(queue.isEmpty)
    }
}
