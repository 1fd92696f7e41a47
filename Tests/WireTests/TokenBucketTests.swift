// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite("A token bucket")
struct TokenBucketTests {
    let start = Instant(nanoseconds: 5_000_000_000)

    @Test("lets a burst through at once and the rate after it")
    func burst() {
        var bucket = TokenBucket(60, every: .seconds(1), burst: 120)
        #expect(taken(from: &bucket, at: start) == 120)
        #expect(taken(from: &bucket, at: start + .seconds(1)) == 60)
        #expect(taken(from: &bucket, at: start + .seconds(60)) == 120)
    }

    private func taken(from bucket: inout TokenBucket, at now: Instant) -> Int {
        var count = 0
        while bucket.take(now: now) { count += 1 }
        return count
    }

    @Test("says when there is something to take again")
    func next() {
        var bucket = TokenBucket(30, every: .seconds(60), burst: 30)
        #expect(bucket.nextAt <= start && bucket.isFull(now: start))
        #expect(taken(from: &bucket, at: start) == 30)
        #expect(bucket.nextAt == start + .seconds(2))
        #expect(taken(from: &bucket, at: start + .seconds(2)) == 1)
        #expect(!bucket.isFull(now: start + .seconds(61)))
        #expect(bucket.isFull(now: start + .seconds(62)))
    }
}
