// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// Somebody on `/ws`.
struct Writer {
    /// Writes that may wait for the disk at once.
    static let writeLimit = 64
    /// How seldom typing is told.
    static let typingPause = Duration.seconds(1)

    let peer: String
    var person: Person?
    /// The channels that were joined, and under which name.
    var names: [Name: Name] = [:]
    var wasWelcomed = false
    var writes = 0
    var typedAt: Instant?

    /// Who owns what is written: the person on any socket, or nobody but this socket.
    var authorKey: String { person.map { "user:\($0.id)" } ?? "socket:\(peer)" }

    var mark: String { AuthorMark.of(authorKey) }
}

/// Somebody who waits for the disk.
struct WaitingWrite {
    let socket: Socket
    let nonce: String?
}

extension Channels {
    mutating func act(on verb: TextVerb, from socket: Socket, now: Moment) {
        switch verb {
        case .auth(let userID, let secret): identify(socket, userID, secret, now: now)
        case .join(let channel, let name, let key): join(channel, as: name, key: key, socket, now: now)
        case .leave(let channel):
            guard let name = joined(channel, socket) else { return }
            writers[socket]?.names[name] = nil
            quit(name, socket, now: now)
        case .message(let channel, let text, let nonce):
            guard let name = joined(channel, socket), let writer = writers[socket], let author = writer.names[name]
            else { return }
            write(
                .append(
                    MessageDraft(
                        channel: name, authorKey: writer.authorKey, author: author, text: text, nonce: nonce,
                        sentAt: now.time)), nonce: nonce, for: socket)
        case .edit(let number, let text):
            guard let number, let rights = rights(of: socket) else { return denyOwnership(socket) }
            write(.edit(number, rights, text: text, at: now.time), for: socket)
        case .delete(let number):
            guard let number, let rights = rights(of: socket) else { return denyOwnership(socket) }
            write(.delete(number, rights), for: socket)
        case .typing(let channel):
            type(in: channel, socket, now: now)
        case .watch(let isOn):
            watch(isOn, socket)
        case .ping(let t):
            send(socket, "pong", t.map { [.init("t", $0)] } ?? [])
        }
    }

    /// What somebody may change: who is in no channel, banned or not there yet, nothing.
    private func rights(of socket: Socket) -> MessageRights? {
        guard let writer = writers[socket] else { return nil }
        var owned: Set<Name> = []
        for name in writer.names.keys where writer.person != nil && channels[name]?.record.owner == writer.person?.id {
            owned.insert(name)
        }
        return MessageRights(authorKey: writer.authorKey, channels: Set(writer.names.keys), owned: owned)
    }

    private mutating func identify(_ socket: Socket, _ userID: String, _ secret: String, now: Moment) {
        guard writers[socket]?.wasWelcomed == false else {
            return fail(socket, .badMessage, "“auth” comes before the first “join”")
        }
        guard let person = authenticate(userID, secret) else { return close(socket, .forbidden, now: now) }
        writers[socket]?.person = person
    }

    private mutating func join(
        _ channel: String, as name: Name, key secret: String?, _ socket: Socket, now: Moment
    ) {
        // Whoever has no key is not told that there is such a channel.
        guard let key = Name(channel), let record = channels[key]?.record, record.kind == .text,
            record.admits(writers[socket]?.person, with: secret)
        else {
            return fail(socket, .noSuchChannel, "there is no text channel of that name", channel: channel)
        }
        guard !isBanned(socket, from: key, now: now) else {
            return fail(socket, .banned, "whoever made the channel does not want you in it", channel: channel)
        }
        if writers[socket]?.names.updateValue(name, forKey: key) == nil { channels[key]?.sockets.append(socket) }
        if writers[socket]?.wasWelcomed == false, let writer = writers[socket] {
            writers[socket]?.wasWelcomed = true
            send(
                socket, "welcome",
                [
                    .init("peerId", .string(writer.peer)), .init("name", .string(name.description)),
                    .init("channels", list(for: writer.person)),
                ])
        }
        // Whoever joins is told at once, the others perhaps a little later.
        send(socket, "presence", presence(key))
        announce(key, except: socket, now: now)
    }

    /// The channel, when the socket has joined it; if not, says so.
    private mutating func joined(_ channel: String, _ socket: Socket) -> Name? {
        guard let name = Name(channel), channels[name]?.record.kind == .text else {
            fail(socket, .noSuchChannel, "there is no text channel of that name", channel: channel)
            return nil
        }
        guard writers[socket]?.names[name] != nil else {
            fail(socket, .notJoined, "join the channel first", channel: channel)
            return nil
        }
        return name
    }

    /// Takes a socket out of a channel and tells those who stay.
    mutating func quit(_ channel: Name, _ socket: Socket, now: Moment) {
        channels[channel]?.sockets.removeAll { $0 == socket }
        announce(channel, now: now)
    }

    // MARK: Presence

    private func presence(_ channel: Name) -> [JSON.Member] {
        let online = (channels[channel]?.sockets ?? []).compactMap { socket -> JSON? in
            guard let writer = writers[socket], let name = writer.names[channel] else { return nil }
            return [
                "peerId": .string(writer.peer), "name": .string(name.description), "mark": .string(writer.mark),
            ]
        }
        return [.init("channel", .string(channel.description)), .init("online", .array(online))]
    }

    private mutating func announce(_ channel: Name, except socket: Socket? = nil, now: Moment) {
        let people = channels[channel]?.sockets.count ?? 0
        if channels[channel]?.news.mayBeToldNow(to: people, now: now.instant) == true {
            tellPresence(channel, except: socket, now: now)
        }
        setAlarm(channel, at: channels[channel]?.news.due)
    }

    mutating func tellPresence(_ channel: Name, except socket: Socket? = nil, now: Moment) {
        channels[channel]?.news.told(now: now.instant)
        broadcast(to: channel, except: socket, "presence", presence(channel))
    }

    private mutating func type(in channel: String, _ socket: Socket, now: Moment) {
        guard let name = joined(channel, socket), let writer = writers[socket], let author = writer.names[name] else {
            return
        }
        if let typedAt = writer.typedAt, now.instant < typedAt + Writer.typingPause { return }
        writers[socket]?.typedAt = now.instant
        broadcast(
            to: name, except: socket, "typing",
            [
                .init("channel", .string(channel)), .init("peerId", .string(writer.peer)),
                .init("name", .string(author.description)),
            ])
    }

    // MARK: The disk

    private mutating func write(_ write: MessageWrite, nonce: String? = nil, for socket: Socket) {
        guard let writes = writers[socket]?.writes, writes < Writer.writeLimit else {
            return fail(socket, .rateLimited, "too much waits to be saved")
        }
        writers[socket]?.writes = writes + 1
        lastTicket += 1
        waiting[lastTicket] = WaitingWrite(socket: socket, nonce: nonce)
        outputs.append(.write(ticket: lastTicket, write))
    }

    /// Something is on disk, or is not: only now is anybody told.
    mutating func finish(_ ticket: Int, _ verdict: MessageVerdict, now: Moment) {
        guard let write = waiting.removeValue(forKey: ticket) else { return }
        if let writes = writers[write.socket]?.writes { writers[write.socket]?.writes = writes - 1 }
        let verdict = renamed(verdict)
        if waiting.isEmpty { formerNames = [:] }
        let nonce: [JSON.Member] = write.nonce.map { [.init("nonce", .string($0))] } ?? []
        switch verdict {
        case .appended(let message):
            broadcast(to: message.channel, "message", message.members + nonce)
        case .repeated(let message):
            // The writer did not hear of the first, perhaps because a socket died.
            if writers[write.socket] != nil { send(write.socket, "message", message.members + nonce) }
        case .edited(let message):
            broadcast(to: message.channel, "edited", message.members)
        case .deleted(let number, let channel):
            broadcast(
                to: channel, "deleted",
                [.init("id", .string(ChannelMessage.id(number))), .init("channel", .string(channel.description))])
        case .notYours:
            denyOwnership(write.socket)
        case .failed:
            if writers[write.socket] != nil { fail(write.socket, .notSaved, "the server could not save this") }
        }
    }

    /// A channel may have been renamed while the disk wrote.
    private func renamed(_ verdict: MessageVerdict) -> MessageVerdict {
        guard !formerNames.isEmpty else { return verdict }
        return switch verdict {
        case .appended(let message): .appended(message.inside(formerNames[message.channel] ?? message.channel))
        case .repeated(let message): .repeated(message.inside(formerNames[message.channel] ?? message.channel))
        case .edited(let message): .edited(message.inside(formerNames[message.channel] ?? message.channel))
        case .deleted(let number, let channel): .deleted(number, channel: formerNames[channel] ?? channel)
        case .notYours, .failed: verdict
        }
    }

    private mutating func denyOwnership(_ socket: Socket) {
        guard writers[socket] != nil else { return }
        fail(socket, .notYours, "this is no message of yours")
    }
}
