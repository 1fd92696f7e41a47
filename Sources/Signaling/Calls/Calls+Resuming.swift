// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// Calls that this machine does not know because it began anew, or that ended while one side could not be told.
///
/// Two devices are connected to each other whatever becomes of the server; each says so when it is back.
extension Calls {
    /// How many ends are remembered for those who are away; more would be more than a server has calls.
    private static let endLimit = 4096

    /// `call:resume`: this device holds a running call.
    mutating func resume(
        _ chat: ChatRecord, _ data: JSON, by person: String, with other: String, on device: String, now: Moment
    ) {
        if let end = unheardEnds[chat.id], now.instant < end {
            return io.emit("call:end", Self.ended(chat.id, "hangup"), to: device)
        }
        if calls[chat.id] == nil { restore(chat, data, by: person, with: other, now: now) }
        guard let call = calls[chat.id], call.isAnswered, callOf[person] ?? chat.id == chat.id else { return }
        // Whoever says nothing is not held to be busy: only the one who resumes is.
        callOf[person] = chat.id
        take(device, call.caller.person == person, of: call)
    }

    /// Makes the call anew, with both sides away.
    private mutating func restore(_ chat: ChatRecord, _ data: JSON, by person: String, with other: String, now: Moment)
    {
        guard callOf[person] == nil else { return }
        let isCaller = data["isCaller"]?.boolean ?? true
        var call = Call(
            chat: chat.id, video: data["video"]?.boolean ?? false, offer: .null, startedAt: now, ringing: ringing,
            caller: Call.Side(person: isCaller ? person : other), callee: Call.Side(person: isCaller ? other : person))
        call.answeredAt = now
        call.caller.awaySince = now.instant
        call.callee.awaySince = now.instant
        calls[chat.id] = call
    }

    /// Gives a side of a running call to the device that holds it, with what waits for it.
    mutating func take(_ device: String, _ isCaller: Bool, of call: Call) {
        let side = isCaller ? call.caller : call.callee
        seat(device, in: call, after: side, isCaller: isCaller)
        for kept in side.kept { io.emit(kept.name, kept.data, to: device) }
        var present = side
        present.device = device
        present.awaySince = nil
        present.kept = []
        if isCaller { calls[call.chat]?.caller = present } else { calls[call.chat]?.callee = present }
        setAlarm(call.chat)
    }

    /// Somebody hung up a call that this machine does not know: the other side may still be in it, or come back to it.
    mutating func hangUpUnknown(_ chat: ChatRecord, by person: String, now: Moment) {
        noteEnd(chat.id, now: now)
        guard let other = chat.other(than: person) else { return }
        emit("call:end", Self.ended(chat.id, "hangup"), toAllOf: other)
    }

    /// Remembers for as long as a seat is kept that a call is over.
    mutating func noteEnd(_ chat: String, now: Moment) {
        if unheardEnds.count >= Self.endLimit { unheardEnds = unheardEnds.filter { $0.value > now.instant } }
        if unheardEnds.count >= Self.endLimit { unheardEnds = [:] }
        unheardEnds[chat] = now.instant + Call.patience
    }
}
