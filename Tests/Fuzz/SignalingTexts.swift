// SPDX-License-Identifier: Apache-2.0
import Crypto
import Signaling
import Wire

// Longest input: 4096

/// Any texts as what pages say in a room, in channels and over Socket.IO: whatever is sent back is JSON or a packet, it goes
/// to a socket that is open, and nothing follows a socket's close.
///
/// A step is a byte that names machine and socket, a length and a text.
@c(LLVMFuzzerTestOneInput)
func fuzz(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var draw = Draw(unsafe input(pointer, count))
    var world = World()
    while !draw.isEmpty {
        let what = draw.byte()
        let socket = Socket(UInt64(what & 3))
        let text = what & 0x80 == 0 ? draw.piece() : draw.bytes(Int(draw.number() & 0x7FF))
        switch what >> 2 & 7 {
        case 0, 1: world.inRoom(socket, text)
        case 2, 3: world.inChannels(socket, text)
        case 4, 5: world.inCalls(socket, text)
        case 6: world.pass(.seconds(Int64(text.first ?? 0)))
        default: world.hangUp(socket)
        }
    }
    return 0
}

private func mint(_ peer: String, _ now: UnixTime) -> ICEServers {
    ICEServers(servers: [.init(urls: ["turn:t"], username: peer, credential: "c")], expiresAt: now + .seconds(600))
}

private let people = ["ana", "ben"].compactMap { id in Name(id).map { Person(id: id, name: $0) } }

private func authenticate(_ id: String, _ secret: String) -> Person? {
    secret == "s" ? people.first { $0.id == id } : nil
}

private struct World: ~Copyable {
    var now = Moment(instant: Instant(nanoseconds: 1_000_000_000), time: UnixTime(seconds: 1_790_000_000))
    var rooms = Rooms(random: RandomStream(testSeed: 1), mint: mint)
    var channels: Channels
    var calls = Calls(
        random: RandomStream(testSeed: 3), mint: mint, authenticate: authenticate,
        person: { id in people.first { $0.id == id } })
    let room: String
    var sockets = [Set<Socket>](repeating: [], count: 3)

    init() {
        let kinds: [(String, ChannelRecord.Kind)] = [("general", .text), ("Lounge", .voice)]
        let time = now.time
        let fixed = kinds.compactMap { name, kind in
            Name(name).map { ChannelRecord(name: $0, kind: kind, createdAt: time) }
        }
        channels = Channels(fixed: fixed, random: RandomStream(testSeed: 2), mint: mint, authenticate: authenticate)
        guard let made = try? rooms.create(RoomRequest(), now: now) else { preconditionFailure("no room") }
        room = made.record.token
    }

    mutating func inRoom(_ socket: Socket, _ text: [UInt8]) {
        if sockets[0].insert(socket).inserted {
            rooms.handle(.connected(socket, room: room, from: .v4(0xCB00_7101)), now: now)
        }
        rooms.handle(.text(socket, text), now: now)
        drain()
    }

    mutating func inChannels(_ socket: Socket, _ text: [UInt8]) {
        if sockets[1].insert(socket).inserted {
            channels.handle(
                .connected(socket, socket.number & 1 == 0 ? .text : .voice, from: .v4(0xCB00_7101)), now: now)
        }
        channels.handle(.text(socket, text), now: now)
        drain()
    }

    mutating func inCalls(_ socket: Socket, _ text: [UInt8]) {
        if sockets[2].insert(socket).inserted {
            let query = EngineQuery(version: "4", transport: "websocket", session: nil, from: .v4(0xCB00_7101))
            calls.handle(.connected(socket, query), now: now)
        }
        calls.handle(.text(socket, text), now: now)
        drain()
    }

    mutating func hangUp(_ socket: Socket) {
        if sockets[0].remove(socket) != nil { rooms.handle(.closed(socket), now: now) }
        if sockets[1].remove(socket) != nil { channels.handle(.closed(socket), now: now) }
        if sockets[2].remove(socket) != nil { calls.handle(.closed(socket), now: now) }
        drain()
    }

    mutating func pass(_ delay: Duration) {
        now = now + delay
        rooms.handle(.timeout, now: now)
        channels.handle(.timeout, now: now)
        calls.handle(.timeout, now: now)
        drain()
    }

    private mutating func drain() {
        while let output = rooms.nextOutput() {
            switch output {
            case .send(let socket, let bytes): check(bytes, to: socket, of: 0)
            case .close(let socket, _): sockets[0].remove(socket)
            default: break
            }
        }
        while let output = channels.nextOutput() {
            switch output {
            case .send(let socket, let bytes): check(bytes, to: socket, of: 1)
            case .close(let socket, _): sockets[1].remove(socket)
            case .write(let ticket, _): channels.handle(.written(ticket: ticket, .failed), now: now)
            default: break
            }
        }
        while let output = calls.nextOutput() {
            switch output {
            case .send(let socket, let bytes):
                precondition(sockets[2].contains(socket), "sent to a socket that is closed")
                precondition(String(validating: bytes, as: UTF8.self) != nil)
            case .close(let socket, _): sockets[2].remove(socket)
            default: break
            }
        }
    }

    private func check(_ bytes: [UInt8], to socket: Socket, of machine: Int) {
        precondition(sockets[machine].contains(socket), "sent to a socket that is closed")
        precondition((try? JSON(parsing: bytes)) != nil, "what was sent is not JSON")
    }
}
