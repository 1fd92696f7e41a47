// SPDX-License-Identifier: Apache-2.0
internal import TURN
internal import Wire

/// What the server as a whole can say about itself; each answer is a new one.
struct ServerFacts: Sendable {
    let realm: String
    let startedAt: UnixTime
    /// What is served where, as in `192.0.2.1:3478/udp`.
    let listeners: [String]
    /// When the certificate ends; nil where none is shown.
    let certificateEnd: UnixTime?
    let certificateNames: [String]
    /// Nil while the server serves everybody.
    let draining: Draining?
    /// Users and secrets of the database; nil where there is none.
    let users: Int?
    let secrets: Int?
    /// Resident when the server had started, before anybody came.
    let memoryAtStart: Int
    /// What the process may take, and whether it has nearly that.
    let memoryLimit: Int
    let isShortOfMemory: Bool

    /// New allocations are refused, and the server ends then at the latest.
    struct Draining: Hashable, Sendable {
        let until: UnixTime
    }
}

/// The whole server as it stood when somebody asked.
struct ServerReport: Sendable {
    let facts: ServerFacts
    let workers: [WorkerReport]
    let rooms: RoomCensus?
    let time: UnixTime

    var tally: RelayTally { workers.reduce(into: RelayTally()) { $0 += $1.tally } }
    var counts: Counts { workers.reduce(into: Counts()) { $0 += $1.counts } }
    var census: Census { workers.reduce(into: Census()) { $0 += $1.census } }
}
