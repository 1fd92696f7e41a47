// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// When many are told who is there: at once among few; among many, several changes are told as one.
///
/// Every change costs as many messages as there are people, each as long as there are people.
struct Announcement {
    private static let few = 16

    private var toldAt: Instant?
    /// When something that was put off is to be told.
    private(set) var due: Instant?

    /// Whether a change may be told now; if not, it is ``due`` later.
    mutating func mayBeToldNow(to people: Int, now: Instant) -> Bool {
        guard people > Self.few, let toldAt, now < toldAt + .milliseconds(people) else { return true }
        due = due ?? toldAt + .milliseconds(people)
        return false
    }

    /// Everything has been told.
    mutating func told(now: Instant) {
        toldAt = now
        due = nil
    }
}
