// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Crypto
internal import Engine
internal import Signaling
internal import WebSocket
internal import Wire

/// Drives the machine of the channels on the web loop: its sockets, its timer, its credentials, its messages.
final class ChannelService {
    private var machine: Channels
    private unowned let loop: Loop
    private let mint: ICEServerMint
    private let records: Records
    private let hosts = PeerHosts()
    private var sockets: [Socket: WebSocketConnection] = [:]
    private var timer: Timer?
    private var isDraining = false

    init(
        _ settings: Configuration.Settings, on loop: Loop, mint: ICEServerMint, people: PeopleService,
        records: Records, remembered: Remembered
    ) {
        (self.loop, self.mint, self.records) = (loop, mint, records)
        machine = Channels(
            fixed: settings.channelsOrDefault.compactMap { ChannelRecord($0, now: loop.now.time) },
            random: RandomStream(seed: Randomness.bytes(32)),
            mint: { [hosts] peer, now in mint.servers(for: peer, at: hosts.host(of: peer), now: now) },
            authenticate: { people.authenticate($0, $1) })
        timer = Timer(on: loop) { [weak self] in self?.handle(.timeout) }
        records.settled = { [weak self] in self?.handle(.written(ticket: $0, $1)) }
        restore(remembered)
    }

    /// Takes over what a database holds, beside what is there.
    func restore(_ remembered: Remembered) { handle(.restored(remembered.channels, remembered.bans)) }

    /// Lets a new WebSocket in.
    ///
    /// - Parameter host: The name that the client reached this server by, and so can reach its relay by.
    func connect(
        _ connection: WebSocketConnection, _ kind: ChannelRecord.Kind, from address: IPAddress, host: String
    ) {
        let socket = Socket(connection.number)
        sockets[socket] = connection
        hosts.names[socket] = host
        handle(.connected(socket, kind, from: address))
    }

    // MARK: - The verbs of /api/channels

    func list(for person: Person?) -> JSON { machine.list(for: person) }

    /// The channel of that name, for who may know of it.
    func channel(_ name: String, key: String?, for person: Person?) -> ChannelRecord? {
        machine.channel(name, key: key, for: person)
    }

    /// Whether a person, or whoever is at an address, is not wanted in a channel.
    func isBanned(_ person: Person?, at address: IPAddress, from name: Name) -> Bool {
        machine.isBanned(person, at: address, from: name, now: loop.now)
    }

    func bans(in name: String, for person: Person) throws(Channels.Refusal) -> JSON {
        try machine.bans(in: name, for: person)
    }

    /// Does what only the owner of a channel may, and calls `done` once it is on the disk.
    func change<Value>(
        _ body: (inout Channels, Moment) throws(Channels.Refusal) -> Value,
        done: @escaping (Value, _ isWritten: Bool) -> Void
    ) throws(Channels.Refusal) {
        let value = try body(&machine, loop.now)
        drain()
        records.whenWritten { done(value, $0) }
    }

    // MARK: - The operator

    var names: [Name] { machine.names }

    func entry(of name: Name) -> JSON? { machine.entry(of: name, now: loop.now) }

    /// Ends every socket of a person; tells how many there were.
    func dismiss(_ person: String, saying words: String?) -> Int {
        defer { drain() }
        return machine.dismiss(person, saying: words, now: loop.now)
    }

    // MARK: - The machine

    private func handle(_ input: Channels.Input) {
        machine.handle(input, now: loop.now)
        drain()
    }

    /// Does all that the machine asks for. What is asked meanwhile is done by the outermost call.
    private func drain() {
        guard !isDraining else { return }
        isDraining = true
        while let output = machine.nextOutput() {
            switch output {
            case .send(let socket, let bytes): sockets[socket]?.send(text: bytes)
            case .close(let socket, let code):
                sockets.removeValue(forKey: socket)?.close(WebSocket.CloseCode(rawValue: code.rawValue))
                hosts.names[socket] = nil
            case .persist(let change): records.write(.channel(change))
            case .write(let ticket, let write): records.write(.message(ticket: ticket, write))
            case .revoke(let peer):
                hosts.peers[peer] = nil
                mint.withdraw(peer, now: loop.now.time)
            case .scope(let scope): mint.tell(scope)
            }
        }
        isDraining = false
        timer?.arm(at: machine.deadline)
    }
}

extension ChannelService: WebSocketOwner {
    func received(text: [UInt8], from connection: WebSocketConnection) {
        let socket = Socket(connection.number)
        hosts.current = hosts.names[socket]
        handle(.text(socket, text))
        hosts.current = nil
    }

    func closed(_ connection: WebSocketConnection) {
        let socket = Socket(connection.number)
        sockets[socket] = nil
        hosts.names[socket] = nil
        handle(.closed(socket))
    }
}

extension ChannelRecord {
    /// A channel of the configuration; nil for a name that Unicode makes longer than a name may be.
    init?(_ setting: ChannelSetting, now: UnixTime) {
        guard let name = Name(setting.name) else { return nil }
        self.init(name: name, kind: setting.kind == .text ? .text : .voice, createdAt: now)
    }
}
