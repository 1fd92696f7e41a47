// SPDX-License-Identifier: Apache-2.0

internal import HTTP
internal import Signaling
internal import Store
internal import Wire

/// `/api/channels` and `/api/history` (API §2).
extension Site {
    /// `POST /api/channels`
    func createChannel(_ request: Request, by person: Person, _ caller: Caller, now: Moment, answer: @escaping Answer) {
        if let refusal = overRoomRate(caller, now: now) { return answer(refusal) }
        let wish: ChannelRequest
        do {
            wish = try ChannelRequest(parsing: try JSON(parsing: request.body))
        } catch let problem as RoomRequest.Problem {
            return answer(.problem(.badRequest, "The channel cannot be made: \(problem)."))
        } catch {
            return answer(.problem(.badRequest, "The body is not JSON."))
        }
        change(answer) { (machine, now) throws(Channels.Refusal) in
            try machine.create(wish, by: person, from: caller.address, now: now)
        } done: {
            .json(.created, $0.json)
        }
    }

    /// `PATCH /api/channels/{name}`
    func renameChannel(
        _ name: String, _ request: Request, by person: Person, _ caller: Caller, now: Moment, answer: @escaping Answer
    ) {
        if let refusal = overRoomRate(caller, now: now) { return answer(refusal) }
        guard let new = (try? JSON(parsing: request.body))?["name"]?.string.flatMap(Name.init) else {
            return answer(.problem(.badRequest, "“name” is not a string of 1 to 64 characters without controls."))
        }
        change(answer) { (machine, now) throws(Channels.Refusal) in
            try machine.rename(name, to: new, by: person, now: now)
        } done: {
            .json(.ok, $0.json)
        }
    }

    /// `DELETE /api/channels/{name}`
    func closeChannel(_ name: String, by person: Person, answer: @escaping Answer) {
        change(answer) { (machine, now) throws(Channels.Refusal) in
            try machine.close(name, by: person, now: now)
        } done: {
            Reply(Response(.noContent))
        }
    }

    /// `DELETE /api/channels/{name}/peers/{peerId}`, with `?ban=true` for good.
    func kick(
        _ peer: String, fromChannel name: String, _ request: Request, by person: Person, answer: @escaping Answer
    ) {
        let isBan = request.target.query["ban"] == "true"
        change(answer) { (machine, now) throws(Channels.Refusal) in
            try machine.kick(peer, from: name, ban: isBan, by: person, now: now)
        } done: {
            Reply(Response(.noContent))
        }
    }

    /// `GET /api/channels/{name}/bans`
    func bans(in name: String, for person: Person) -> Reply {
        do throws(Channels.Refusal) {
            return .json(.ok, ["bans": try channels.bans(in: name, for: person)])
        } catch {
            return Self.refusal(error)
        }
    }

    /// `DELETE /api/channels/{name}/bans/{userId}`
    func forgive(_ banned: String, in name: String, by person: Person, answer: @escaping Answer) {
        change(answer) { (machine, _) throws(Channels.Refusal) in
            try machine.forgive(banned, in: name, by: person)
        } done: {
            Reply(Response(.noContent))
        }
    }

    /// `GET /api/history`, by somebody who may have shown who they are.
    func history(
        _ request: Request, by person: Person?, _ caller: Caller, now: Moment, answer: @escaping Answer
    ) {
        let fields = request.target.query
        guard let name = fields["channel"] else {
            return answer(.problem(.badRequest, "“channel” does not say which channel's history."))
        }
        let limit = fields["limit"].map { Int($0) ?? 0 } ?? 50
        guard (1...200).contains(limit) else {
            return answer(.problem(.badRequest, "“limit” is not a number from 1 to 200."))
        }
        let side: HistoryQuery.Side
        switch (fields["before"], fields["after"]) {
        case (nil, nil): side = .newest
        case (let id?, nil):
            guard let number = ChannelMessage.number(ofID: id) else { return answer(Self.notAnID) }
            side = .before(number)
        case (nil, let id?):
            guard let number = ChannelMessage.number(ofID: id) else { return answer(Self.notAnID) }
            side = .after(number)
        case (_?, _?): return answer(.problem(.badRequest, "“before” and “after” do not go together."))
        }
        guard let channel = channels.channel(name, key: fields["key"], for: person), channel.kind == .text else {
            return answer(.problem(.notFound, "There is no text channel of that name."))
        }
        guard !channels.isBanned(person, at: caller.address, from: channel.name) else {
            return answer(.problem(.forbidden, "Whoever made the channel does not want you in it."))
        }
        let words = fields["q"]
        if let words {
            guard words.utf8.count <= Self.longestSearch, words.split(whereSeparator: \.isWhitespace).count <= 8 else {
                return answer(.problem(.badRequest, "“q” is too long; at most 8 words of 200 bytes together."))
            }
            if let refusal = overSearchRate(caller, now: now) { return answer(refusal) }
        }
        let query = HistoryQuery(channel: channel.name, side: side, words: words, limit: limit)
        records.lookups.find(.history(query), for: caller.address) { finding in
            guard case .messages(let messages) = finding else { return answer(Self.notFound(finding)) }
            answer(.json(.ok, ["messages": .array(messages.map(\.json))]))
        }
    }

    private static let longestSearch = 200

    /// Changes the channels and answers once that is on the disk.
    private func change<Value>(
        _ answer: @escaping Answer, _ body: (inout Channels, Moment) throws(Channels.Refusal) -> Value,
        done: @escaping (Value) -> Reply
    ) {
        do throws(Channels.Refusal) {
            try channels.change(body) { value, isWritten in answer(isWritten ? done(value) : Self.notStored) }
        } catch {
            answer(Self.refusal(error))
        }
    }

    private static func refusal(_ refusal: Channels.Refusal) -> Reply {
        switch refusal {
        case .nameTaken: .problem(.conflict, "There is a channel of that name.")
        case .looksLike(let other): .problem(.conflict, "This name would be taken for that of “\(other)”.")
        case .configured, .nobody: .problem(.forbidden, "Only the operator may do that.")
        case .notOwner: .problem(.forbidden, "Only who made the channel may do that.")
        case .unknownChannel: .problem(.notFound, "There is no channel of that name.")
        case .unknownPeer: .problem(.notFound, "Nobody of that id is there.")
        case .tooManyOfOne:
            .tooMany("These are as many channels as one may have here; close some of them.", retryAfter: .seconds(3600))
        case .tooManyChannels: .problem(.unavailable, "There are as many channels as this server holds.")
        }
    }

    private static var notAnID: Reply { .problem(.badRequest, "This was never the id of a message.") }
}

extension ChannelRecord {
    /// A channel as its owner is told of it.
    fileprivate var json: JSON {
        let members: [JSON.Member] = [
            .init("name", .string(name.description)), .init("kind", .string(kind.rawValue)),
            .init("unlisted", .boolean(isUnlisted)),
        ]
        return .object(members + (key.map { [.init("key", .string($0))] } ?? []))
    }
}
