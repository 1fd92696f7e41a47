// SPDX-License-Identifier: Apache-2.0

/// A moment on the wall clock, in milliseconds since 1970 UTC, leap seconds not counted.
@frozen
package struct UnixTime: Comparable, Hashable, Sendable {
    package let milliseconds: Int64

    @inlinable
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    @inlinable
    package init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        milliseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Whole seconds since 1970, rounded down.
    @inlinable
    package var seconds: Int64 { milliseconds >= 0 ? milliseconds / 1000 : -((999 - milliseconds) / 1000) }

    @inlinable
    package static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }

    /// The time `delay` later; saturates.
    package static func + (time: Self, delay: Duration) -> Self {
        let (sum, overflow) = time.milliseconds.addingReportingOverflow(delay.wholeNanoseconds / 1_000_000)
        return Self(milliseconds: overflow ? (delay < .zero ? .min : .max) : sum)
    }

    /// How much later `a` is than `b`; negative when it is earlier.
    package static func - (a: Self, b: Self) -> Duration {
        let (difference, overflow) = a.milliseconds.subtractingReportingOverflow(b.milliseconds)
        return .milliseconds(overflow ? (a < b ? Int64.min : .max) : difference)
    }
}

extension UnixTime: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds, as in `2026-03-01T12:00:00.250Z`; years outside 0…9999 are clamped.
    package var description: String {
        let bounded = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        let days = bounded >= 0 ? bounded / 86_400_000 : -((86_399_999 - bounded) / 86_400_000)
        let inDay = bounded - days * 86_400_000
        let (year, month, day) = Self.civil(daysSince1970: days)
        let clock = [inDay / 3_600_000, inDay / 60_000 % 60, inDay / 1000 % 60].map { Self.padded($0, to: 2) }
        return "\(Self.padded(year, to: 4))-\(Self.padded(month, to: 2))-\(Self.padded(day, to: 2))"
            + "T\(clock[0]):\(clock[1]):\(clock[2]).\(Self.padded(inDay % 1000, to: 3))Z"
    }

    private static func padded(_ number: Int64, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// The Gregorian date of a day number, in eras of 400 years that begin on 1 March.
    private static func civil(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
