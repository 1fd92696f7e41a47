// SPDX-License-Identifier: Apache-2.0
import Crypto
import Signaling
import Testing
import Wire

/// A walkie-talkie with a simulated clock, and a network that carries everything away at once unless told otherwise.
final class Field {
    private var talkie: Talkie
    private(set) var now = Moment(instant: Instant(nanoseconds: 1_000_000_000), time: UnixTime(seconds: 1_790_000_000))
    private var sockets: UInt64 = 0
    private var inbox: [Socket: [[UInt8]]] = [:]
    private(set) var closed: [Socket: CloseCode] = [:]
    private(set) var events: [TalkieEvent] = []
    /// Sockets whose bytes stay where they are.
    var stuck: Set<Socket> = []
    private var unsent: [Socket: Int] = [:]

    init(settings: Talkie.Settings = Talkie.Settings()) {
        talkie = Talkie(settings: settings, random: RandomStream(testSeed: 1))
    }

    func handle(_ input: Talkie.Input) {
        talkie.handle(input, now: now)
        var told: [Socket] = []
        while let output = talkie.nextOutput() {
            switch output {
            case .send(let socket, let frame):
                #expect(closed[socket] == nil, "nothing is sent after the close")
                inbox[socket, default: []].append(frame)
                if stuck.contains(socket) { unsent[socket, default: 0] += frame.count }
                told.append(socket)
            case .close(let socket, let code): closed[socket] = code
            case .log(let event): events.append(event)
            }
        }
        for socket in told { talkie.handle(.unsent(socket, bytes: unsent[socket] ?? 0), now: now) }
    }

    func drain(_ socket: Socket, bytes: Int) {
        let left = max(0, (unsent[socket] ?? 0) - bytes)
        unsent[socket] = left
        talkie.handle(.unsent(socket, bytes: left), now: now)
    }

    func wait(_ delay: Duration) {
        let end = now.instant + delay
        while let deadline = talkie.deadline, deadline <= end {
            now = now + max(deadline - now.instant, .zero)
            handle(.timeout)
            if let next = talkie.deadline { #expect(next > now.instant, "the machine asks to be woken later") }
        }
        now = now + (end - now.instant)
    }

    func join(_ room: String = "yard", as name: String = "Ana") throws -> Socket {
        sockets += 1
        let socket = Socket(sockets)
        handle(.connected(socket, room: try #require(Name(room)), name: try #require(Name(name))))
        return socket
    }

    func send(_ socket: Socket, _ frame: [UInt8]) { handle(.frame(socket, frame)) }

    /// All frames since this was last asked.
    func heard(_ socket: Socket) -> [[UInt8]] { inbox.removeValue(forKey: socket) ?? [] }

    /// All frames since this was last asked, PEER_INFO left out.
    func signals(_ socket: Socket) -> [[UInt8]] { heard(socket).filter { $0.first != 0x14 } }

    /// The payloads of media frames since this was last asked, put together.
    func media(_ socket: Socket) -> [UInt8] { heard(socket).filter { $0.first == 0x13 }.flatMap { $0.dropFirst() } }

    /// The last PEER_INFO among the frames since this was last asked.
    func info(_ socket: Socket) throws -> JSON {
        let frame = try #require(heard(socket).last { $0.first == 0x14 })
        return try JSON(parsing: Array(frame.dropFirst()))
    }
}

/// Streams as MediaRecorder makes them, with clusters and fragments of any size.
enum Stream {
    static let webmOpening: [UInt8] = {
        let header: [UInt8] = [0x1A, 0x45, 0xDF, 0xA3, 0x87, 0x42, 0x82, 0x84] + Array("webm".utf8)
        let segment: [UInt8] = [0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
        let track: [UInt8] = [0x83, 0x81, 0x02, 0x86, 0x86] + Array("A_OPUS".utf8)
        let entry: [UInt8] = [0xAE, 0x80 | UInt8(track.count)] + track
        return header + segment + [0x16, 0x54, 0xAE, 0x6B, 0x80 | UInt8(entry.count)] + entry
    }()

    /// A cluster of unknown size with one block that is filled with `mark`.
    static func cluster(_ mark: UInt8, bytes: Int) -> [UInt8] {
        let size = UInt32(0x1000_0000 | bytes)
        return [0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xE7, 0x81, mark, 0xA3]
            + (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } + Array(repeating: mark, count: bytes)
    }

    static let mp4Opening: [UInt8] = box("ftyp", Array("iso5".utf8) + [0, 0, 0, 0]) + box("moov", [])

    static func fragment(_ mark: UInt8, bytes: Int) -> [UInt8] {
        box("moof", [mark]) + box("mdat", Array(repeating: mark, count: bytes))
    }

    private static func box(_ type: String, _ content: [UInt8]) -> [UInt8] {
        let size = UInt32(8 + content.count)
        return (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } + Array(type.utf8) + content
    }
}
