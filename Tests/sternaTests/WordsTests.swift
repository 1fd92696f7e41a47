// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@testable import sterna

@Suite("Words of a command line")
struct WordsTests {
    static let now = UnixTime(seconds: 1_000)

    @Test(
        "spell a time as a date, with a clock, or from now",
        arguments: [
            ("2027-01-31", 1_801_353_600), ("2024-02-29", 1_709_164_800), ("2000-03-01", 951_868_800),
            ("2027-01-31T12:30:05Z", 1_801_398_605), ("7d", 605_800), ("12h", 44_200), ("30m", 2_800), ("0s", 1_000),
        ] as [(String, Int64)])
    func times(text: String, seconds: Int64) {
        #expect(UnixTime(spelled: text, now: Self.now)?.seconds == seconds)
    }

    @Test(
        "that spell no time are refused",
        arguments: [
            "", "tomorrow", "2027-02-29", "2027-13-01", "2027-1", "2027-01-31T25:00:00Z", "2027-01-31T12:00", "-1d",
            "99999999999999999999d", "2027-01-31T12:00:00ZZ", "d",
        ])
    func noTimes(text: String) { #expect(UnixTime(spelled: text, now: Self.now) == nil) }

    @Test(
        "are taken out in both forms, and what is left stays in order",
        arguments: [["add", "--realm", "x", "ana"], ["add", "--realm=x", "ana"]])
    func options(words: [String]) throws {
        var words = words
        #expect(try Words.take("--realm", from: &words) == "x")
        #expect(words == ["add", "ana"])
        #expect(try Words.take("--realm", from: &words) == nil)
    }

    @Test(
        "do not lose an option whose value was forgotten",
        arguments: [["list", "--realm"], ["--realm", "--json"], ["--realm="], ["--realm", ""]])
    func forgotten(words: [String]) {
        var words = words
        #expect(throws: Complaint.self) { _ = try Words.take("--realm", from: &words) }
    }

    @Test("put numbers as people read them")
    func numbers() {
        #expect([0, 59, 3_600, 90_061].map { Words.duration($0) } == ["0s", "59s", "1h 0m", "1d 1h"])
        #expect(
            [0, 999, 1_000, 12_345, 999_600, 5e9].map { Words.bytes($0) } == [
                "0 B", "999 B", "1.0 kB", "12.3 kB", "1.0 MB", "5.0 GB",
            ])
        #expect(Words.rate(125_000, 50) == "1.0 Mbit/s, 50 packets/s")
    }
}
