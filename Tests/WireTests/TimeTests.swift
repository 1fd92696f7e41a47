// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite("Time")
struct TimeTests {
    @Test(
        "writes wall-clock time as RFC 3339",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_827_696_789, "2000-02-29T12:34:56.789Z"),
            (1_772_366_400_250, "2026-03-01T12:00:00.250Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (.max, "9999-12-31T23:59:59.999Z"),
            (.min, "0000-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func rfc3339(milliseconds: Int64, text: String) {
        #expect(UnixTime(milliseconds: milliseconds).description == text)
    }

    @Test("saturates instead of overflowing")
    func saturation() {
        let last = Instant(nanoseconds: .max)
        #expect(last + .seconds(1) == last)
        #expect(Instant(nanoseconds: 5) + .seconds(-1) == Instant(nanoseconds: 0))
        #expect(last - Instant(nanoseconds: 0) == .nanoseconds(Int64.max))
        #expect(UnixTime(milliseconds: .max) + .seconds(1) == UnixTime(milliseconds: .max))
        #expect(UnixTime(seconds: .max).milliseconds == .max)
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
    }

    @Test("keeps instants in order and measures between them")
    func arithmetic() {
        let start = Instant(nanoseconds: 1_000)
        #expect(start + .nanoseconds(5) > start)
        #expect((start + .seconds(2)) - start == .seconds(2))
        #expect(start - (start + .seconds(2)) == .seconds(-2))
        #expect(UnixTime(milliseconds: -1).seconds == -1)
        #expect(UnixTime(milliseconds: 1999).seconds == 1)
    }
}
