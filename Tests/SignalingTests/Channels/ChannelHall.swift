// SPDX-License-Identifier: Apache-2.0
import Crypto
import Signaling
import Testing
import Wire

/// Channels with a simulated clock and a disk that is as slow as the test wants.
final class ChannelHall {
    private var channels: Channels
    private(set) var now = Moment(instant: Instant(nanoseconds: 1_000_000_000), time: UnixTime(seconds: 1_790_000_000))
    private var sockets: UInt64 = 0
    private var inbox: [Socket: [JSON]] = [:]
    private(set) var closed: [Socket: CloseCode] = [:]
    private(set) var persisted: [ChannelRecord] = []
    private(set) var changes: [ChannelChange] = []
    private(set) var revoked: [String] = []
    /// What the relay was told since last asked.
    private(set) var scopes: [RelayScope] = []

    func takeScopes() -> [RelayScope] {
        defer { scopes = [] }
        return scopes
    }

    /// What waits for the disk.
    private(set) var orders: [(ticket: Int, write: MessageWrite)] = []
    /// What is on it.
    private(set) var disk: [(message: ChannelMessage, draft: MessageDraft)] = []
    var diskIsSlow = false
    var diskIsFull = false
    let ana: Person

    init(settings: Channels.Settings = Channels.Settings()) {
        let start = now.time
        let names: [(String, ChannelRecord.Kind)] = [
            ("general", .text), ("Lounge", .voice), ("other", .text), ("Attic", .voice),
        ]
        let fixed = names.compactMap { name, kind in
            Name(name).map { ChannelRecord(name: $0, kind: kind, createdAt: start) }
        }
        guard let name = Name("Ana") else { preconditionFailure("Ana is a name") }
        let ana = Person(id: "ana-id", name: name)
        self.ana = ana
        channels = Channels(
            settings: settings, fixed: fixed, random: RandomStream(testSeed: 1),
            mint: { peer, now in
                ICEServers(
                    servers: [.init(urls: ["turn:t"], username: peer, credential: "c")], expiresAt: now + .seconds(600))
            },
            authenticate: { id, secret in
                guard secret == "right" else { return nil }
                return id == ana.id ? ana : id == "cem-id" ? Person(id: id, name: name) : nil
            })
    }

    func handle(_ input: Channels.Input) {
        channels.handle(input, now: now)
        drain()
    }

    private func drain() {
        while let output = channels.nextOutput() {
            switch output {
            case .send(let socket, let bytes):
                #expect(closed[socket] == nil, "nothing is sent after the close")
                guard let message = try? JSON(parsing: bytes) else {
                    Issue.record("not JSON")
                    continue
                }
                inbox[socket, default: []].append(message)
            case .close(let socket, let code): closed[socket] = code
            case .persist(let change):
                changes.append(change)
                if case .made(let record) = change { persisted.append(record) }
            case .revoke(let peer): revoked.append(peer)
            case .scope(let scope): scopes.append(scope)
            case .write(let ticket, let write):
                orders.append((ticket, write))
                if !diskIsSlow { writeAll() }
            }
        }
    }

    /// Lets the disk do what it was asked for.
    func writeAll() {
        while !orders.isEmpty {
            let (ticket, write) = orders.removeFirst()
            handle(.written(ticket: ticket, diskIsFull ? .failed : perform(write)))
        }
    }

    private func perform(_ write: MessageWrite) -> MessageVerdict {
        switch write {
        case .append(let draft):
            if let nonce = draft.nonce,
                let first = disk.first(where: { $0.draft.nonce == nonce && $0.draft.authorKey == draft.authorKey })
            {
                return .repeated(first.message)
            }
            let message = ChannelMessage(
                number: Int64(disk.count + 1), channel: draft.channel, author: draft.author,
                mark: AuthorMark.of(draft.authorKey), text: draft.text, sentAt: draft.sentAt)
            disk.append((message, draft))
            return .appended(message)
        case .edit(let number, let rights, let text, let time):
            guard let found = disk.first(where: { $0.message.number == number }),
                rights.mayEdit(in: found.message.channel, by: found.draft.authorKey)
            else { return .notYours }
            return .edited(
                ChannelMessage(
                    number: number, channel: found.message.channel, author: found.message.author,
                    mark: found.message.mark, text: text, sentAt: found.message.sentAt, editedAt: time))
        case .delete(let number, let rights):
            guard let found = disk.first(where: { $0.message.number == number }),
                rights.mayDelete(in: found.message.channel, by: found.draft.authorKey)
            else { return .notYours }
            return .deleted(number, channel: found.message.channel)
        }
    }

    func wait(_ delay: Duration) {
        let end = now.instant + delay
        while let deadline = channels.deadline, deadline <= end {
            now = now + max(deadline - now.instant, .zero)
            handle(.timeout)
            if let next = channels.deadline { #expect(next > now.instant, "the machine asks to be woken later") }
        }
        now = now + (end - now.instant)
    }

    func create(_ body: JSON) throws -> ChannelRecord {
        defer { drain() }
        return try channels.create(try ChannelRequest(parsing: body), by: ana, now: now)
    }

    func channel(_ name: String, key: String? = nil, for person: Person? = nil) -> ChannelRecord? {
        channels.channel(name, key: key, for: person)
    }

    func list(for person: Person? = nil) -> JSON { channels.list(for: person) }

    /// Does what the owner of a channel may, and what follows.
    func own<Value>(_ body: (inout Channels, Moment) throws -> Value) rethrows -> Value {
        defer { drain() }
        return try body(&channels, now)
    }

    func connect(_ kind: ChannelRecord.Kind, from address: IPAddress = .loopbackV4) -> Socket {
        sockets += 1
        handle(.connected(Socket(sockets), kind, from: address))
        return Socket(sockets)
    }

    func say(_ socket: Socket, _ message: JSON) { handle(.text(socket, message.bytes)) }

    func heard(_ socket: Socket) -> [JSON] { inbox.removeValue(forKey: socket) ?? [] }

    func types(_ socket: Socket) -> [String] { heard(socket).map { $0["type"]?.string ?? "?" } }

    func codes(_ socket: Socket) -> [String] { heard(socket).compactMap { $0["code"]?.string } }

    /// A socket that has joined a channel and read everything.
    func join(_ kind: ChannelRecord.Kind, _ channel: String, as name: String) -> Socket {
        let socket = connect(kind)
        say(socket, ["type": "join", "channel": .string(channel), "name": .string(name)])
        _ = heard(socket)
        return socket
    }
}
