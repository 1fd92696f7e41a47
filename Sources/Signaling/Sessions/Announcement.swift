// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// When many are told who is there: at once among few; among many, several changes are told as one.
///
/// Every change costs as many messages as there are people, each as long as there are people.
struct Announcement {
    private static let few = 16

    /// A millisecond for each of them, so that no change costs more than the changes of an ordinary day; among hundreds, as
    /// long as ten megabytes a second take to carry an entry of sixty bytes for everybody to everybody.
    private static func pause(among people: Int) -> Duration { .microseconds(people * max(1000, people * 6)) }

    private var toldAt: Instant?
    /// When something that was put off is to be told.
    private(set) var due: Instant?

    /// Whether a change may be told now; if not, it is ``due`` later.
    mutating func mayBeToldNow(to people: Int, now: Instant) -> Bool {
        guard people > Self.few, let toldAt, now < toldAt + Self.pause(among: people) else { return true }
        due = due ?? toldAt + Self.pause(among: people)
        return false
    }

    /// Everything has been told.
    mutating func told(now: Instant) {
        toldAt = now
        due = nil
    }
}
