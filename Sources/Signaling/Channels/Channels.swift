// SPDX-License-Identifier: Apache-2.0

package import Crypto
package import Wire

/// Text and voice channels (API §5): who is in which, what they write, and what their browsers tell each other.
///
/// After every call of ``handle(_:now:)`` or of a verb for HTTP, drain ``nextOutput()`` until it returns nil, then
/// sleep no longer than ``deadline``.
package struct Channels: ~Copyable {
    package enum Input: Sendable {
        /// Channels and bans that were persisted before a restart.
        case restored([ChannelRecord], [ChannelBan])
        /// A WebSocket was accepted on `/ws` (text) or `/ws/voice`.
        case connected(Socket, ChannelRecord.Kind, from: IPAddress)
        /// A whole text message.
        case text(Socket, [UInt8])
        case closed(Socket)
        /// What became of the write with that ticket. Verdicts come in the order of the writes.
        case written(ticket: Int, MessageVerdict)
        case timeout
    }

    package enum Output: Hashable, Sendable {
        case send(Socket, [UInt8])
        /// To be done after everything sent before has gone out. The machine has forgotten the socket.
        case close(Socket, CloseCode)
        case persist(ChannelChange)
        /// To be done on disk and answered by `.written`.
        case write(ticket: Int, MessageWrite)
        /// A voice seat is gone: credentials minted for it are no longer honoured.
        case revoke(peer: String)
        /// To be known to the relay before anything that comes after.
        case scope(RelayScope)
    }

    package struct Settings: Hashable, Sendable {
        package var maxChannels = 1000
        /// Channels that one person has made, and those from one IPv4 address or IPv6 /64.
        package var maxOfPerson = 50
        package var maxOfAddress = 100
        /// People in one voice channel: everybody sends to everybody.
        package var maxVoice = 8

        package init() {}
    }

    package enum Refusal: Error, Hashable, Sendable {
        /// 409
        case nameTaken
        /// 409: the name looks like that of another channel.
        case looksLike(Name)
        /// 403
        case notOwner
        /// The channel is in the configuration, and would be there again at the next start.
        case configured
        /// An operator has named neither a person nor an address.
        case nobody
        /// 404
        case unknownChannel, unknownPeer
        /// 503
        case tooManyChannels
        /// 429
        case tooManyOfOne
    }

    package var settings: Settings
    var random: RandomStream
    let mint: Mint
    let authenticate: Authenticate
    var outputs = Outputs<Output>()

    var channels: [Name: Channel] = [:]
    /// The channels in the order of their making.
    var order: [Name] = []
    /// How many channels there are by their owners, and by where these were when they made them.
    var countsOfPeople: [String: Int] = [:]
    var countsOfAddresses: [IPAddress: Int] = [:]
    /// What the channels' names look like.
    private var looks: [String: Set<Name>] = [:]
    var writers: [Socket: Writer] = [:]
    var speakers: [Socket: Speaker] = [:]
    /// Where everybody connects from.
    var addresses: [Socket: IPAddress] = [:]
    /// Those on `/ws` who want to see who is inside the voice channels.
    var watchers: Set<Socket> = []
    /// What channels are called now that were renamed while something waited for the disk.
    var formerNames: [Name: Name] = [:]
    /// Who waits for the disk, by ticket.
    var waiting: [Int: WaitingWrite] = [:]
    var lastTicket = 0
    private var alarms = Alarms<Name>()

    /// - Parameter fixed: The channels of the configuration.
    package init(
        settings: Settings = Settings(), fixed: [ChannelRecord], random: consuming RandomStream, mint: @escaping Mint,
        authenticate: @escaping Authenticate
    ) {
        self.settings = settings
        self.random = random
        self.mint = mint
        self.authenticate = authenticate
        for record in fixed {
            add(record)
            channels[record.name]?.isConfigured = true
        }
    }

    package var deadline: Instant? { alarms.next }

    package mutating func nextOutput() -> Output? { outputs.next() }

    package mutating func handle(_ input: Input, now: Moment) {
        switch input {
        case .restored(let records, let bans):
            for record in records { add(record) }
            for ban in bans { channels[ban.channel]?.bans[ban.person] = ban }
        case .connected(let socket, .text, let address):
            writers[socket] = Writer(peer: Base58.encode(random.bytes(8)))
            addresses[socket] = address
        case .connected(let socket, .voice, let address):
            speakers[socket] = Speaker(peer: Base58.encode(random.bytes(8)))
            addresses[socket] = address
        case .text(let socket, let bytes):
            receive(bytes, from: socket, now: now)
        case .closed(let socket):
            forget(socket, now: now)
        case .written(let ticket, let verdict):
            finish(ticket, verdict, now: now)
        case .timeout:
            while let alarm = alarms.due(now.instant) {
                guard channels[alarm.key]?.alarm == alarm.at else { continue }
                channels[alarm.key]?.alarm = nil
                wake(alarm.key, now: now)
            }
        }
    }

    // MARK: HTTP

    /// The channel of that name, for who may know of it.
    package func channel(_ name: String, key: String? = nil, for person: Person? = nil) -> ChannelRecord? {
        guard let record = Name(name).flatMap({ channels[$0]?.record }), record.admits(person, with: key) else {
            return nil
        }
        return record
    }

    /// `GET /api/channels`: the listed ones, and those of the person who asks, which are marked.
    package func list(for person: Person? = nil) -> JSON {
        var entries: [JSON] = []
        for name in order {
            guard let channel = channels[name] else { continue }
            let isMine = person != nil && channel.record.owner == person?.id
            guard isMine || !channel.record.isUnlisted else { continue }
            let names = channel.record.kind == .text ? [] : channel.sockets.compactMap { speakers[$0]?.seat?.name }
            var members: [JSON.Member] = [
                .init("name", .string(name.description)), .init("kind", .string(channel.record.kind.rawValue)),
                .init("online", .integer(Int64(channel.sockets.count))),
                .init("people", .array(names.map { .string($0.description) })),
            ]
            if isMine {
                members += [.init("mine", true), .init("unlisted", .boolean(channel.record.isUnlisted))]
                if let key = channel.record.key { members.append(.init("key", .string(key))) }
            }
            entries.append(.object(members))
        }
        return .array(entries)
    }

    mutating func add(_ record: ChannelRecord) {
        if let channel = channels[record.name] {
            // One of the configuration that the operator has given to somebody.
            guard channel.isConfigured, channel.record.kind == record.kind, let owner = record.owner else { return }
            own(channel, by: owner)
            return
        }
        channels[record.name] = Channel(record)
        order.append(record.name)
        know(record.name)
        if let owner = record.owner { countsOfPeople[owner, default: 0] += 1 }
    }

    /// Makes a channel somebody's, and no other's.
    mutating func own(_ channel: Channel, by owner: String) {
        if let former = channel.record.owner { uncount(owner: former) }
        countsOfPeople[owner, default: 0] += 1
        channels[channel.record.name]?.record = channel.record.owned(by: owner)
    }

    /// Somebody has a channel less.
    mutating func uncount(owner: String) {
        let others = (countsOfPeople[owner] ?? 1) - 1
        countsOfPeople[owner] = others > 0 ? others : nil
    }

    // MARK: What names look like

    /// Another channel that a name would be taken for.
    func likeness(of name: Name, except own: Name? = nil) -> Name? {
        for form in Skeleton(name).forms {
            if let other = looks[form]?.first(where: { $0 != own }) { return other }
        }
        return nil
    }

    mutating func know(_ name: Name) { for form in Skeleton(name).forms { looks[form, default: []].insert(name) } }

    mutating func forget(_ name: Name) {
        for form in Skeleton(name).forms {
            looks[form]?.remove(name)
            if looks[form]?.isEmpty == true { looks[form] = nil }
        }
    }

    // MARK: Sockets

    private mutating func receive(_ bytes: [UInt8], from socket: Socket, now: Moment) {
        guard writers[socket] != nil || speakers[socket] != nil else { return }
        guard let fields = try? JSON(parsing: bytes), let type = fields["type"]?.string else {
            return close(socket, .badMessage, now: now)
        }
        do throws(FieldProblem) {
            if writers[socket] != nil {
                act(on: try TextVerb(type, fields), from: socket, now: now)
            } else {
                act(on: try VoiceVerb(type, fields), from: socket, now: now)
            }
        } catch {
            fail(socket, .badMessage, error.sentence, channel: fields["channel"]?.string)
        }
    }

    mutating func close(_ socket: Socket, _ code: CloseCode, now: Moment) {
        outputs.append(.close(socket, code))
        forget(socket, now: now)
    }

    private mutating func forget(_ socket: Socket, now: Moment) {
        addresses[socket] = nil
        watchers.remove(socket)
        if let writer = writers.removeValue(forKey: socket) {
            for name in writer.names.keys { quit(name, socket, now: now) }
        }
        if speakers[socket] != nil {
            vacate(socket, because: .lost, now: now)
            speakers[socket] = nil
        }
    }

    mutating func send(_ socket: Socket, _ type: String, _ members: [JSON.Member]) {
        outputs.append(.send(socket, Self.message(type, members)))
    }

    /// Sends one array of bytes to many.
    mutating func broadcast(
        to channel: Name, except socket: Socket? = nil, _ type: String, _ members: [JSON.Member]
    ) {
        let bytes = Self.message(type, members)
        for other in channels[channel]?.sockets ?? [] where other != socket { outputs.append(.send(other, bytes)) }
    }

    mutating func fail(_ socket: Socket, _ code: ErrorCode, _ sentence: String, channel: String? = nil) {
        let members: [JSON.Member] = [.init("code", .string(code.rawValue)), .init("message", .string(sentence))]
        send(socket, "error", members + (channel.map { [.init("channel", .string($0))] } ?? []))
    }

    static func message(_ type: String, _ members: [JSON.Member]) -> [UInt8] {
        JSON.object([.init("type", .string(type))] + members).bytes
    }

    mutating func setAlarm(_ name: Name, at wanted: Instant?) {
        guard let wanted, let channel = channels[name], channel.alarm.map({ $0 > wanted }) ?? true else { return }
        channels[name]?.alarm = wanted
        alarms.set(name, at: wanted)
    }

    private mutating func wake(_ name: Name, now: Moment) {
        switch channels[name]?.record.kind {
        case .text?: if let due = channels[name]?.news.due, now.instant >= due { tellPresence(name, now: now) }
        case .voice?:
            renewCredentials(name, now: now)
            if let due = channels[name]?.news.due, now.instant >= due { tellVoice(name, now: now) }
        case nil: break
        }
        setAlarm(name, at: nextWake(name))
    }

    func nextWake(_ name: Name) -> Instant? {
        guard let channel = channels[name] else { return nil }
        return switch channel.record.kind {
        case .text: channel.news.due
        case .voice: (channel.sockets.map { speakers[$0]?.seat?.renewal } + [channel.news.due]).compactMap(\.self).min()
        }
    }
}

/// A channel and who is in it.
struct Channel {
    var record: ChannelRecord
    /// Whether the configuration has it.
    var isConfigured = false
    /// Where it was made; nil for what was there before this process.
    var maker: IPAddress?
    /// By person.
    var bans: [String: ChannelBan] = [:]
    /// Subscribers' addresses, and until when.
    var bannedAddresses: [IPAddress: Instant] = [:]
    /// In the order of coming.
    var sockets: [Socket] = []
    var news = Announcement()
    /// The alarm that is set for this channel.
    var alarm: Instant?

    /// The channel as the relay knows it, whatever it is called later.
    let scope: String

    init(_ record: ChannelRecord) {
        self.record = record
        scope = "voice/\(record.name)/\(record.createdAt.milliseconds)"
    }
}

extension Channels {
    enum ErrorCode: String {
        case banned
        case badMessage = "bad-message"
        case noSuchChannel = "no-such-channel"
        case noSuchPeer = "no-such-peer"
        case notJoined = "not-joined"
        case notYours = "not-yours"
        case notSaved = "not-saved"
        case rateLimited = "rate-limited"
        case roomFull = "room-full"
    }
}
