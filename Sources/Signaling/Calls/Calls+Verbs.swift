// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// What devices say, and what becomes of it. Membership is checked on every event.
extension Calls {
    /// Calls that somebody may begin within a minute.
    static let attemptLimit = 10

    mutating func act(on name: String, _ data: JSON, from device: String, now: Moment) {
        guard name.hasPrefix("call:"), let person = devices[device]?.person else { return }
        let chatID = data["chatId"]?.string ?? ""
        guard let chat = chats[chatID], let other = chat.other(than: person.id) else {
            return fail(device, chatID, "Access denied")
        }
        switch name {
        case "call:initiate": initiate(chat, data, by: person, calling: other, on: device, now: now)
        case "call:answer": answer(chat.id, data, by: person.id, on: device, now: now)
        case "call:ice-candidate": pass(candidate: data, in: chat.id, by: person.id, on: device)
        case "call:renegotiate": renegotiate(chat.id, data, on: device)
        case "call:reject": reject(chat.id, by: person.id, on: device, now: now)
        case "call:resume": resume(chat, data, by: person.id, with: other, on: device, now: now)
        case "call:end" where calls[chat.id] == nil: hangUpUnknown(chat, by: person.id, now: now)
        case "call:end": hangUp(chat.id, data, by: person.id, on: device, now: now)
        default: break
        }
    }

    private mutating func fail(_ device: String, _ chat: String, _ message: String) {
        io.emit("call:error", ["chatId": .string(chat), "message": .string(message)], to: device)
    }

    // MARK: Ringing

    private mutating func initiate(
        _ chat: ChatRecord, _ data: JSON, by caller: Person, calling callee: String, on device: String, now: Moment
    ) {
        guard let offer = data["offer"], Self.isDescription(offer, "offer"),
            data["video"] == nil || data["video"]?.boolean != nil
        else { return fail(device, chat.id, "Bad offer") }
        let video = data["video"]?.boolean ?? false
        if let call = calls[chat.id], call.callee.person == caller.id, !call.isAnswered {
            // Both call at once: the first stands, and this device has its offer already or gets it now.
            if call.rung[device] == nil { ring(device, chat.id) }
            return
        }
        guard callOf[caller.id] == nil else { return fail(device, chat.id, "Already calling") }
        var recent = (attempts[caller.id] ?? []).filter { now.instant - $0 < .seconds(60) }
        guard recent.count < Self.attemptLimit else { return fail(device, chat.id, "Too fast") }
        recent.append(now.instant)
        attempts[caller.id] = recent

        let call = Call(
            chat: chat.id, video: video, offer: offer, startedAt: now, ringing: ringing,
            caller: Call.Side(person: caller.id, device: device), callee: Call.Side(person: callee))
        guard isOnline(callee) else {
            io.outputs.append(.record(call.record(.offline, at: now.time)))
            return fail(device, chat.id, "User offline")
        }
        guard callOf[callee] == nil else {
            io.outputs.append(.record(call.record(.busy, at: now.time)))
            return io.emit("call:busy", ["chatId": .string(chat.id)], to: device)
        }
        unheardEnds[chat.id] = nil
        calls[chat.id] = call
        callOf[caller.id] = chat.id
        callOf[callee] = chat.id
        seat(device, in: call)
        signal(CandidateAddresses.of(description: offer), of: device, in: chat.id)
        for other in devicesOf[callee] ?? [] { ring(other, chat.id) }
        setAlarm(chat.id)
    }

    private mutating func ring(_ device: String, _ chat: String) {
        guard let call = calls[chat] else { return }
        calls[chat]?.rung[device] = []
        seat(device, in: call)
        io.emit(
            "call:offer",
            [
                "chatId": .string(chat), "offer": call.offer, "video": .boolean(call.video),
                "callerId": .string(call.caller.person),
                "callerName": .string(person(call.caller.person)?.name.description ?? ""),
            ], to: device)
        tellRinging(device)
    }

    /// Tells the caller that it rings once a device of the callee has the offer.
    mutating func tellRinging(_ device: String) {
        guard let person = devices[device]?.person.id, let chat = callOf[person], let call = calls[chat],
            !call.isRinging, !call.isAnswered, call.rung[device] != nil, io.isDelivered(to: device)
        else { return }
        calls[chat]?.isRinging = true
        if let caller = call.caller.device { io.emit("call:ringing", ["chatId": .string(chat)], to: caller) }
    }

    private mutating func answer(_ chat: String, _ data: JSON, by person: String, on device: String, now: Moment) {
        guard let call = calls[chat], call.callee.person == person, !call.isAnswered else { return }
        guard let answer = data["answer"], Self.isDescription(answer, "answer") else {
            return fail(device, chat, "Bad answer")
        }
        calls[chat]?.answeredAt = now
        calls[chat]?.callee.device = device
        for other in call.rung.keys where other != device { unseat(other) }
        let early = (call.rung[device] ?? []).flatMap { CandidateAddresses.of(candidate: $0["candidate"] ?? .null) }
        signal(CandidateAddresses.of(description: answer) + early, of: device, in: chat)
        emit("call:end", Self.ended(chat, "answered-elsewhere"), toAllOf: person, except: device)
        guard let caller = call.caller.device else { return }
        io.emit("call:answer", ["chatId": .string(chat), "answer": answer], to: caller)
        for candidate in call.rung[device] ?? [] { io.emit("call:ice-candidate", candidate, to: caller) }
        for kept in call.callee.kept { io.emit(kept.name, kept.data, to: device) }
        calls[chat]?.callee.kept = []
        calls[chat]?.rung = [:]
    }

    private mutating func reject(_ chat: String, by person: String, on device: String, now: Moment) {
        guard let call = calls[chat], call.callee.person == person, !call.isAnswered else { return }
        if let caller = call.caller.device {
            io.emit("call:rejected", ["chatId": .string(chat)], to: caller)
            // What older clients listen for.
            io.emit("call:reject", ["chatId": .string(chat)], to: caller)
        }
        emit("call:end", Self.ended(chat, "rejected-elsewhere"), toAllOf: person, except: device)
        finish(call, .rejected, now: now)
    }

    // MARK: In the call

    private mutating func pass(candidate data: JSON, in chat: String, by person: String, on device: String) {
        guard let candidate = try? data.candidate(), let call = calls[chat] else { return }
        let passed: JSON = ["chatId": .string(chat), "candidate": candidate]
        if !call.isAnswered, call.callee.person == person {
            // Of all that ring, nobody knows yet which will answer.
            if let kept = call.rung[device], kept.count < Call.keptLimit { calls[chat]?.rung[device] = kept + [passed] }
        } else {
            signal(CandidateAddresses.of(candidate: candidate), of: device, in: chat)
            pass("call:ice-candidate", passed, in: call, from: device)
        }
    }

    private mutating func renegotiate(_ chat: String, _ data: JSON, on device: String) {
        guard let call = calls[chat], call.isAnswered, call.isCaller(device) != nil else { return }
        let description = data["description"] ?? .null
        guard Self.isDescription(description, "offer") || Self.isDescription(description, "answer") else {
            return fail(device, chat, description["type"] == "answer" ? "Bad answer" : "Bad offer")
        }
        signal(CandidateAddresses.of(description: description), of: device, in: chat)
        pass("call:renegotiate", ["chatId": .string(chat), "description": description], in: call, from: device)
    }

    /// Passes something on to the other side, or keeps it for the device that will hold that side.
    private mutating func pass(_ name: String, _ data: JSON, in call: Call, from device: String) {
        switch call.isCaller(device) {
        case true?:
            if let other = call.callee.device {
                io.emit(name, data, to: other)
            } else {
                calls[call.chat]?.callee.keep(name, data)
            }
        case false?:
            if let other = call.caller.device {
                io.emit(name, data, to: other)
            } else {
                calls[call.chat]?.caller.keep(name, data)
            }
        case nil:
            break  // A device that does not hold the call.
        }
    }

    private mutating func hangUp(_ chat: String, _ data: JSON, by person: String, on device: String, now: Moment) {
        guard let call = calls[chat] else { return }
        let given = data["reason"]?.string.flatMap(Name.init)?.description
        switch (call.isCaller(device), call.isAnswered) {
        case (true?, false):
            emit("call:end", Self.ended(chat, given ?? "cancelled"), toAllOf: call.callee.person)
            finish(call, .cancelled, now: now)
        case (true?, true):
            if let other = call.callee.device { io.emit("call:end", Self.ended(chat, given ?? "hangup"), to: other) }
            finish(call, .answered, now: now)
        case (false?, _):
            if let other = call.caller.device { io.emit("call:end", Self.ended(chat, given ?? "hangup"), to: other) }
            finish(call, .answered, now: now)
        case (nil, false) where call.callee.person == person:
            // Hanging up what rings is a way to reject it.
            if let other = call.caller.device { io.emit("call:end", Self.ended(chat, given ?? "hangup"), to: other) }
            emit("call:end", Self.ended(chat, "rejected-elsewhere"), toAllOf: person, except: device)
            finish(call, .rejected, now: now)
        case (nil, _):
            break  // A device that does not hold the call.
        }
    }

    // MARK: Coming, going, time

    /// A device has come: it rings there too, or it takes over the seat of one that vanished.
    mutating func welcome(_ device: String, _ person: String) {
        guard let chat = callOf[person], let call = calls[chat] else { return }
        if !call.isAnswered, call.callee.person == person { return ring(device, chat) }
        let isCaller = call.caller.person == person
        if (isCaller ? call.caller : call.callee).awaySince != nil { take(device, isCaller, of: call) }
    }

    /// A device has gone: a caller who vanishes while it rings ends the call; in a running one the seat waits.
    mutating func miss(_ device: String, _ person: String, now: Moment) {
        guard let chat = callOf[person], let call = calls[chat] else { return }
        switch (call.isCaller(device), call.isAnswered) {
        case (true?, false):
            emit("call:end", Self.ended(chat, "lost"), toAllOf: call.callee.person)
            finish(call, .lost, now: now)
        case (true?, true):
            keepSignalled(call.caller, of: call, isCaller: true)
            calls[chat]?.caller.device = nil
            calls[chat]?.caller.awaySince = now.instant
        case (false?, _):
            keepSignalled(call.callee, of: call, isCaller: false)
            calls[chat]?.callee.device = nil
            calls[chat]?.callee.awaySince = now.instant
        case (nil, _):
            calls[chat]?.rung[device] = nil
        }
        setAlarm(chat)
    }

    mutating func setAlarm(_ chat: String) {
        if let wake = calls[chat]?.nextWake { alarms.set(.call(chat), at: wake) }
    }

    mutating func wakeCall(_ chat: String, now: Moment) {
        // An alarm of an earlier call or of a seat that was taken again comes too early, and changes nothing.
        guard let call = calls[chat], let due = call.nextWake, now.instant >= due else { return }
        if call.isAnswered {
            for side in [call.caller, call.callee] {
                if let device = side.device { io.emit("call:end", Self.ended(chat, "lost"), to: device) }
            }
            finish(call, .answered, now: now)
        } else {
            if let caller = call.caller.device { io.emit("call:no-answer", ["chatId": .string(chat)], to: caller) }
            emit("call:end", Self.ended(chat, "no-answer"), toAllOf: call.callee.person)
            finish(call, .noAnswer, now: now)
        }
    }

    private mutating func finish(_ call: Call, _ outcome: CallRecord.Outcome, now: Moment) {
        guard let last = calls.removeValue(forKey: call.chat) else { return }
        for device in [last.caller.device, last.callee.device] + last.rung.keys.map(Optional.some) { unseat(device) }
        io.outputs.append(.scope(.ended(room: last.scope)))
        for side in [last.caller, last.callee] {
            if callOf[side.person] == call.chat { callOf[side.person] = nil }
            // Whoever is away is told when they are back.
            if side.device == nil, last.isAnswered { noteEnd(call.chat, now: now) }
        }
        io.outputs.append(.record(last.record(outcome, at: now.time)))
    }

    static func ended(_ chat: String, _ reason: String) -> JSON {
        ["chatId": .string(chat), "reason": .string(reason)]
    }

    /// An RTCSessionDescriptionInit of that type.
    private static func isDescription(_ description: JSON, _ type: String) -> Bool {
        description["type"]?.string == type && (try? description.sdp()) != nil
    }
}
