// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// Names whose TURN REST credentials were withdrawn before they ran out, each for as long as they would have been good.
struct Withdrawals {
    private var ends: [String: UnixTime] = [:]
    /// When names that have run out are looked for again.
    private var limit = 1024

    var isEmpty: Bool { ends.isEmpty }

    /// Whether the credentials of a name are withdrawn.
    func contains(_ name: String, at time: UnixTime) -> Bool { ends[name].map { time < $0 } ?? false }

    /// Withdraws what a name was given and what is good until `end` at the most.
    mutating func insert(_ name: String, until end: UnixTime, now: UnixTime) {
        if ends.count >= limit {
            ends = ends.filter { now < $0.value }
            limit = max(1024, ends.count * 2)
        }
        ends[name] = end
    }
}
