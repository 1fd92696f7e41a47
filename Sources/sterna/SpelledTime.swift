// SPDX-License-Identifier: Apache-2.0

internal import Wire

extension UnixTime {
    /// The time that an operator wrote: `2027-01-31`, `2027-01-31T12:00:00Z`, or from now `7d`, `12h`, `30m`, `90s`.
    init?(spelled text: String, now: UnixTime) {
        if let unit = text.last, let count = Int64(text.dropLast()), count >= 0, count < 1 << 31,
            let seconds = ["d": 86_400, "h": 3600, "m": 60, "s": 1][unit]
        {
            self = UnixTime(seconds: now.seconds + count * Int64(seconds))
            return
        }
        let text = text.hasSuffix("Z") ? String(text.dropLast()) : text
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        let date = (halves.first ?? "").split(separator: "-", omittingEmptySubsequences: false)
        let clock = halves.count == 2 ? halves[1].split(separator: ":", omittingEmptySubsequences: false) : []
        let numbers = (date + clock).compactMap { Int64($0) }
        guard date.count == 3, halves.count <= 2, clock.isEmpty || clock.count == 3,
            numbers.count == date.count + clock.count, let days = Self.days(numbers[0], numbers[1], numbers[2])
        else { return nil }
        var seconds = days * 86_400
        if clock.count == 3 {
            guard (0...23).contains(numbers[3]), (0...59).contains(numbers[4]), (0...59).contains(numbers[5]) else {
                return nil
            }
            seconds += numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
        }
        self.init(seconds: seconds)
    }

    /// Days from 1970 to a Gregorian date, counted in eras of 400 years that begin on 1 March; nil for no date at all.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64? {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1970...9999).contains(year), (1...12).contains(month), day >= 1, day <= lengths[Int(month) - 1] else {
            return nil
        }
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
