// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// A call from the first ring to the end.
struct Call {
    /// How long the seat of somebody who vanished in a running call is kept.
    static let patience = Duration.seconds(45)
    /// What is kept for a side that cannot hear it yet.
    static let keptLimit = 256

    /// One side of the call.
    struct Side {
        let person: String
        /// The device that holds the call; nil while it rings on all, or after it vanished.
        var device: String?
        var awaySince: Instant?
        /// What waits for the device that will hold the call: event names and data.
        var kept: [Kept] = []
        var signalled = Signalled()

        mutating func keep(_ name: String, _ data: JSON) {
            if kept.count < Call.keptLimit { kept.append(Kept(name: name, data: data)) }
        }
    }

    struct Kept: Hashable {
        let name: String
        let data: JSON
    }

    let chat: String
    let video: Bool
    let offer: JSON
    let startedAt: Moment
    /// How long it rings.
    let ringing: Duration
    var caller: Side
    var callee: Side
    /// Devices of the callee that were told, and what each said before it answered.
    var rung: [String: [JSON]] = [:]
    /// Whether the caller was told that it rings.
    var isRinging = false
    var answeredAt: Moment?

    /// The call as the relay knows it.
    var scope: String { "call/\(chat)" }

    var isAnswered: Bool { answeredAt != nil }

    var nextWake: Instant? {
        guard isAnswered else { return startedAt.instant + ringing }
        let aways = [caller.awaySince, callee.awaySince].compactMap(\.self)
        return aways.min().map { $0 + Self.patience }
    }

    /// The side that a device holds; nil for a device that does not.
    func isCaller(_ device: String) -> Bool? {
        caller.device == device ? true : callee.device == device ? false : nil
    }

    func record(_ outcome: CallRecord.Outcome, at end: UnixTime) -> CallRecord {
        CallRecord(
            chat: chat, caller: caller.person, callee: callee.person, video: video, startedAt: startedAt.time,
            answeredAt: answeredAt?.time, endedAt: end, outcome: outcome)
    }
}
