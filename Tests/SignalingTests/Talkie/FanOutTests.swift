// SPDX-License-Identifier: Apache-2.0
import Crypto
import Signaling
import Testing
import Wire

@Suite("What listeners get")
struct FanOutTests {
    let field = Field()

    func talk(_ socket: Socket, _ bytes: [UInt8]) { field.send(socket, [0x03] + bytes) }

    @Test("whoever keeps up gets every chunk as it was sent, and is told the MIME type before the first")
    func asSent() throws {
        let (ana, ben) = (try field.join(), try field.join())
        field.send(ana, [0x01])
        _ = field.heard(ben)
        let stream = Stream.webmOpening + Stream.cluster(1, bytes: 50) + Stream.cluster(2, bytes: 60)
        talk(ana, Array(stream[..<1]))
        talk(ana, Array(stream[1..<70]))
        talk(ana, [])
        talk(ana, Array(stream[70...]))
        let frames = field.heard(ben)
        let cuts: [[UInt8]] = [Array(stream[..<1]), Array(stream[1..<70]), [], Array(stream[70...])]
        let sent: [[UInt8]] = cuts.map { [0x13] + $0 }
        #expect(frames.filter { $0.first == 0x13 } == sent)
        let place = try #require(frames.firstIndex { $0.first == 0x14 })
        #expect(place == 1)
        let info = try JSON(parsing: Array(frames[place].dropFirst()))
        #expect(info["mime"] == "audio/webm;codecs=\"opus\"")
    }

    struct Kind: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let opening: [UInt8]
        let part: @Sendable (UInt8, Int) -> [UInt8]
    }

    static let kinds = [
        Kind(testDescription: "WebM", opening: Stream.webmOpening) { Stream.cluster($0, bytes: $1) },
        Kind(testDescription: "MP4", opening: Stream.mp4Opening) { Stream.fragment($0, bytes: $1) },
    ]

    @Test("who joins in the middle gets the initialisation segment, then begins at the next joint", arguments: kinds)
    func late(kind: Kind) throws {
        let ana = try field.join()
        field.send(ana, [0x01])
        talk(ana, kind.opening + kind.part(1, 40))
        let ben = try field.join(as: "Ben")
        #expect(field.heard(ben).map { $0.first } == [0x14, 0x13])
        #expect(field.media(ben) == [])
        talk(ana, kind.part(2, 30) + kind.part(3, 20))
        talk(ana, kind.part(4, 10))
        let expected: [UInt8] = [kind.part(2, 30), kind.part(3, 20), kind.part(4, 10)].flatMap(\.self)
        #expect(field.media(ben) == expected)
    }

    @Test("a late joiner's stream is whole however the talker's is cut", arguments: kinds, 1...40)
    func lateAndCut(kind: Kind, size: Int) throws {
        let (ana, cem) = (try field.join(), try field.join())
        field.send(ana, [0x01])
        let parts = (1...6).map { kind.part(UInt8($0), 20 + 7 * $0) }
        let stream = kind.opening + parts.flatMap(\.self)
        var ben: Socket?
        for start in stride(from: 0, to: stream.count, by: size) {
            if ben == nil, start > kind.opening.count + 30 { ben = try field.join() }
            talk(ana, Array(stream[start..<min(start + size, stream.count)]))
        }
        let got = field.media(try #require(ben))
        let suffixes = (0...6).map { kind.opening + parts.dropFirst($0).flatMap(\.self) }
        #expect(suffixes.dropFirst().contains(got))
        #expect(got.count > kind.opening.count)
        #expect(field.media(cem) == stream)
    }

    @Test("who joins before the initialisation segment is whole gets it with the first joint")
    func veryEarly() throws {
        let ana = try field.join()
        field.send(ana, [0x01])
        talk(ana, Array(Stream.webmOpening.prefix(10)))
        let ben = try field.join()
        talk(ana, Stream.webmOpening.dropFirst(10) + Stream.cluster(1, bytes: 30))
        #expect(field.media(ben) == Stream.webmOpening + Stream.cluster(1, bytes: 30))
    }

    @Test("a container that is neither is relayed as sent; late joiners wait for the next talk")
    func opaque() throws {
        let (ana, ben) = (try field.join(), try field.join())
        field.send(ana, [0x01])
        talk(ana, Array("OggS".utf8) + [1, 2, 3])
        let cem = try field.join()
        talk(ana, [4, 5, 6])
        let whole: [UInt8] = Array("OggS".utf8) + [1, 2, 3, 4, 5, 6]
        #expect(field.media(ben) == whole)
        #expect(field.media(cem).isEmpty)
        field.send(ana, [0x02])
        field.send(ana, [0x01])
        talk(ana, Array("OggS".utf8))
        #expect(field.media(cem) == Array("OggS".utf8))
    }

    @Test(
        "a slow listener loses whole clusters, never half of one, and the others lose nothing", arguments: kinds, 1...3)
    func slow(kind: Kind, seed: Int) throws {
        var random = RandomStream(testSeed: UInt64(seed))
        let (ana, ben, cem) = (try field.join(), try field.join(), try field.join())
        field.stuck = [ben]
        field.send(ana, [0x01])
        _ = field.heard(ben)
        let parts = (0..<100).map { kind.part(UInt8($0), 5000 + Int(random.below(9000))) }
        let whole = kind.opening + parts.flatMap(\.self)
        var start = 0
        while start < whole.count {
            let end = min(whole.count, start + 1 + Int(random.below(16_000)))
            talk(ana, Array(whole[start..<end]))
            // About a third of what is said gets through.
            field.drain(ben, bytes: (end - start) / 3)
            start = end
        }
        #expect(field.media(cem) == whole)
        let got = field.media(ben)
        #expect(got.starts(with: kind.opening))
        var rest = got.dropFirst(kind.opening.count)
        var kept = 0
        for part in parts where rest.starts(with: part) {
            rest = rest.dropFirst(part.count)
            kept += 1
        }
        #expect(rest.isEmpty, "only whole parts, in order")
        #expect(kept > 20)
        #expect(kept < 80)
        #expect(field.closed[ben] == nil)
    }

    @Test("a listener who reads nothing at all is given up")
    func hopeless() throws {
        let (ana, ben) = (try field.join(), try field.join())
        field.stuck = [ben]
        field.send(ana, [0x01])
        talk(ana, [0xFF])
        for _ in 0..<9 { talk(ana, [UInt8](repeating: 0, count: 1 << 20)) }
        #expect(field.closed[ben] == .timedOut)
        #expect(try field.info(ana)["peers"]?.array?.count == 1)
    }

    @Test("the last talk is heard again, frame by frame, by whoever asks")
    func replay() throws {
        let (ana, ben) = (try field.join(), try field.join())
        field.send(ana, [0x01])
        let chunks = [Stream.webmOpening, Stream.cluster(1, bytes: 10), Stream.cluster(2, bytes: 20)]
        for chunk in chunks { talk(ana, chunk) }
        field.send(ben, [0x05])
        field.send(ana, [0x02])
        _ = field.heard(ana)
        let cem = try field.join()
        #expect(try field.info(cem)["mime"] == "audio/webm;codecs=\"opus\"")
        field.send(cem, [0x05])
        let frames: [[UInt8]] = chunks.map { [0x13] + $0 }
        #expect(field.signals(cem) == frames)
        #expect(field.signals(ana) == [])
        // A press without a word changes nothing.
        field.send(ben, [0x01])
        field.send(ben, [0x02])
        field.send(ana, [0x05])
        #expect(field.media(ana) == chunks.flatMap(\.self))
    }

    @Test("of a long talk the last thirty seconds are kept, from a joint on", arguments: kinds)
    func longReplay(kind: Kind) throws {
        let ana = try field.join()
        field.send(ana, [0x01])
        talk(ana, kind.opening)
        let parts = (0..<50).map { kind.part(UInt8($0), 100) }
        for part in parts {
            field.wait(.seconds(1))
            talk(ana, part)
        }
        field.send(ana, [0x02])
        _ = field.heard(ana)
        field.send(ana, [0x05])
        #expect(field.media(ana) == kind.opening + parts.suffix(31).flatMap(\.self))
    }

    @Test("of a heavy talk two mebibytes are kept, from a joint on")
    func heavyReplay() throws {
        let ana = try field.join()
        field.send(ana, [0x01])
        talk(ana, Stream.webmOpening)
        let parts = (0..<40).map { Stream.cluster(UInt8($0), bytes: 100_000) }
        for part in parts { talk(ana, part) }
        field.send(ana, [0x02])
        _ = field.heard(ana)
        field.send(ana, [0x05])
        let got = field.media(ana)
        #expect(got == Stream.webmOpening + parts.suffix(20).flatMap(\.self))
    }

    @Test("of an opaque talk that is too long the beginning is kept")
    func opaqueReplay() throws {
        let ana = try field.join()
        field.send(ana, [0x01])
        let chunk = [UInt8](repeating: 0xFF, count: 1 << 20)
        for _ in 0..<4 { talk(ana, chunk) }
        field.send(ana, [0x02])
        _ = field.heard(ana)
        field.send(ana, [0x05])
        #expect(field.media(ana) == chunk)
    }

    @Test("what all rooms keep for hearing it again is bounded: who kept first forgets first")
    func keeping() throws {
        var settings = Talkie.Settings()
        settings.maxKept = 2500
        let field = Field(settings: settings)
        func talk(_ bytes: Int, in room: String) throws -> Socket {
            let socket = try field.join(room)
            field.send(socket, [0x01])
            field.send(socket, [0x03] + Array(repeating: 9, count: bytes))
            field.send(socket, [0x02])
            _ = field.heard(socket)
            return socket
        }
        func replay(_ socket: Socket) -> Int {
            field.send(socket, [0x05])
            return field.media(socket).count
        }
        let first = try talk(1000, in: "first")
        let second = try talk(1000, in: "second")
        #expect(replay(first) == 1000 && replay(second) == 1000)
        let third = try talk(1000, in: "third")
        #expect(replay(first) == 0 && replay(second) == 1000 && replay(third) == 1000)
        // What goes with its room, or is followed by another talk, makes place.
        field.handle(.closed(second))
        let fourth = try talk(1000, in: "fourth")
        #expect(replay(third) == 1000 && replay(fourth) == 1000)
        // One that is larger than everything together is not kept.
        let fifth = try talk(3000, in: "fifth")
        #expect(replay(third) == 0 && replay(fourth) == 0 && replay(fifth) == 0)
        let sixth = try talk(2000, in: "sixth")
        #expect(replay(sixth) == 2000)
    }
}
