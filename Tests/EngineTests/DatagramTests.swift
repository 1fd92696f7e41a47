// SPDX-License-Identifier: Apache-2.0
import Engine
import Glibc
import Testing
import Wire

@Suite("Datagrams")
struct DatagramTests {
    static func localhost(_ port: UInt16 = 0) -> Endpoint { Endpoint(.loopbackV4, port) }

    /// Queues `bytes` as one datagram and keeps them where they are until `flush` has run.
    static func send(_ datagrams: [[UInt8]], from outbox: Outbox, to: Endpoint, source: IPAddress? = nil) {
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: datagrams.reduce(0) { $0 + $1.count } + 1)
        defer { unsafe memory.deallocate() }
        var start = 0
        let nothing = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        for datagram in datagrams {
            for (index, byte) in datagram.enumerated() { unsafe memory[start + index] = byte }
            let piece = unsafe UnsafeBufferPointer(rebasing: memory[start..<start + datagram.count])
            unsafe outbox.add(header: nothing, payload: piece, to: to, from: source)
            start += datagram.count
        }
        outbox.flush()
    }

    /// Every datagram that waits at the socket, cut out of merged ones.
    static func received(_ socket: borrowing DatagramSocket, _ inbox: Inbox) -> [[UInt8]] {
        var all: [[UInt8]] = []
        while true {
            let count = inbox.receive(from: socket.descriptor.number)
            guard count > 0 else { return all }
            for index in 0..<count {
                guard let parcel = inbox.parcel(index) else { continue }
                all += Self.datagrams(parcel)
            }
        }
    }

    static func datagrams(_ parcel: Parcel) -> [[UInt8]] {
        let bytes = unsafe [UInt8](UnsafeBufferPointer(start: parcel.start, count: parcel.count))
        guard parcel.segment > 0 else { return [bytes] }
        return stride(from: 0, to: bytes.count, by: parcel.segment).map {
            Array(bytes[$0..<min($0 + parcel.segment, bytes.count)])
        }
    }

    static let mixture: [[UInt8]] =
        (0..<20).map { [UInt8](repeating: $0, count: 100) } + [[1, 2, 3], [], [9], [8]]
        + (0..<70).map { [UInt8](repeating: $0, count: 1000) } + [[UInt8](repeating: 7, count: 2000)]

    @Test("sends what it was given, whether in runs or not, to who merges and who does not", arguments: [true, false])
    func everything(merges: Bool) throws {
        let sender = try DatagramSocket(at: Self.localhost())
        let receiver = try DatagramSocket(
            at: Self.localhost(), options: merges ? .merges : [], receiveBuffer: 4 << 20)
        let outbox = Outbox()
        outbox.socket = sender.descriptor.number
        Self.send(Self.mixture, from: outbox, to: receiver.local)
        #expect(Self.received(receiver, Inbox()) == Self.mixture)
        #expect(outbox.lost == 0)
    }

    @Test("receives a run as one parcel")
    func merged() throws {
        let sender = try DatagramSocket(at: Self.localhost())
        let receiver = try DatagramSocket(at: Self.localhost(), options: .merges)
        let outbox = Outbox()
        outbox.socket = sender.descriptor.number
        Self.send((0..<5).map { [UInt8](repeating: $0, count: $0 < 4 ? 200 : 50) }, from: outbox, to: receiver.local)
        let inbox = Inbox()
        try #require(inbox.receive(from: receiver.descriptor.number) == 1)
        let parcel = try #require(inbox.parcel(0))
        #expect(parcel.count == 850)
        #expect(parcel.segment == 200)
        #expect(parcel.sender == sender.local)
        #expect(parcel.asked == nil)
    }

    @Test("sends one by one where the kernel refuses a run, and makes no such run again")
    func refusedRun() throws {
        let sender = try DatagramSocket(at: Self.localhost())
        let receiver = try DatagramSocket(at: Self.localhost(), receiveBuffer: 1 << 20)
        // Without checksums the kernel cuts nothing apart.
        var yes: Int32 = 1
        let result = unsafe setsockopt(sender.descriptor.number, SOL_SOCKET, SO_NO_CHECK, &yes, 4)
        try #require(result == 0)
        let outbox = Outbox()
        outbox.socket = sender.descriptor.number
        for _ in 0..<2 { Self.send(Self.mixture, from: outbox, to: receiver.local) }
        #expect(Self.received(receiver, Inbox()) == Self.mixture + Self.mixture)
        #expect(outbox.lost == 0)
    }

    @Test(
        "tells which address was asked at a wildcard, and answers from it",
        arguments: [
            (IPAddress.anyV4, IPAddress.v4(0x7F00_0002)), (.anyV4, .loopbackV4), (.anyV6, .loopbackV6),
        ])
    func askedAddress(wildcard: IPAddress, asked: IPAddress) throws {
        let server = try DatagramSocket(at: Endpoint(wildcard, 0))
        let client = try DatagramSocket(at: Endpoint(asked.family == .v4 ? .loopbackV4 : .loopbackV6, 0))
        let outbox = Outbox()
        outbox.socket = client.descriptor.number
        let place = Endpoint(asked, server.local.port)
        Self.send([[1], [2, 2]], from: outbox, to: place)
        let inbox = Inbox()
        try #require(inbox.receive(from: server.descriptor.number) == 2)
        let parcel = try #require(inbox.parcel(0))
        #expect(parcel.asked == asked)
        #expect(parcel.sender == client.local)

        let answers = Outbox()
        answers.socket = server.descriptor.number
        Self.send([[3], [4], [5, 6]], from: answers, to: client.local, source: asked)
        let count = inbox.receive(from: client.descriptor.number)
        #expect(count == 3)
        for index in 0..<count { #expect(inbox.parcel(index)?.sender == place) }
    }

    @Test("loses no datagram to the ICMP error of an earlier one, and tells of the peer that refused")
    func refusal() throws {
        let sender = try DatagramSocket(at: Self.localhost(), options: .queuesErrors)
        let listening = try DatagramSocket(at: Self.localhost())
        let gone = try Self.unusedPort()
        let outbox = Outbox()
        outbox.socket = sender.descriptor.number
        let arena = Arena()
        for _ in 0..<3 {
            Self.send([[0]], from: outbox, to: gone)
            Self.send([[1]], from: outbox, to: listening.local)
        }
        Self.send([[0]], from: outbox, to: gone)
        #expect(arena.receive(from: sender.descriptor.number) == nil)
        #expect(Self.received(listening, Inbox()) == [[1], [1], [1]])
        #expect(outbox.lost == 0)
        var told: [Endpoint] = []
        DatagramSocket.queuedErrors(of: sender.descriptor.number) { error in
            #expect(error.errno == .connectionRefused)
            // Destination unreachable: port unreachable (RFC 792).
            #expect(error.icmpType == 3 && error.icmpCode == 3)
            told.append(error.peer)
        }
        #expect(told == [gone, gone, gone, gone])
    }

    static func unusedPort() throws -> Endpoint { try DatagramSocket(at: localhost()).local }

    @Test("counts what the kernel drops at a full socket")
    func drops() throws {
        let sender = try DatagramSocket(at: Self.localhost())
        let receiver = try DatagramSocket(at: Self.localhost(), options: .tellsDrops, receiveBuffer: 4096)
        let outbox = Outbox()
        outbox.socket = sender.descriptor.number
        let inbox = Inbox()
        for _ in 0..<100 { Self.send([[UInt8](repeating: 0, count: 1000)], from: outbox, to: receiver.local) }
        let first = Self.received(receiver, inbox).count
        Self.send([[0]], from: outbox, to: receiver.local)
        #expect(Self.received(receiver, inbox) == [[0]])
        #expect(inbox.drops == UInt32(100 - first))
        #expect(first < 100)
    }

    @Test("packs an arena with what many sockets receive, until there is no room for more")
    func arena() throws {
        let sender = try DatagramSocket(at: Self.localhost())
        let receiver = try DatagramSocket(at: Self.localhost(), receiveBuffer: 1 << 20)
        let outbox = Outbox()
        outbox.socket = sender.descriptor.number
        Self.send([[1], [2, 2], []], from: outbox, to: receiver.local)
        let arena = Arena()
        let parcels = (0..<3).compactMap { _ in arena.receive(from: receiver.descriptor.number) }
        #expect(parcels.flatMap(Self.datagrams) == [[1], [2, 2], []])
        #expect(arena.receive(from: receiver.descriptor.number) == nil)
        let room = unsafe try #require(unsafe arena.reserve(3))
        for index in 0..<3 { unsafe room[index] = 7 }
        #expect(parcels.flatMap(Self.datagrams) == [[1], [2, 2], []])
        var rounds = 0
        while arena.hasRoom {
            Self.send([[UInt8](repeating: 1, count: 60_000)], from: outbox, to: receiver.local)
            #expect(arena.receive(from: receiver.descriptor.number)?.count == 60_000)
            rounds += 1
        }
        #expect(rounds >= 6)
        arena.reset()
        #expect(arena.hasRoom)
    }

    @Test("refuses a port that another socket has, shared or not")
    func inUse() throws {
        let first = try DatagramSocket(at: Self.localhost(), options: .sharesPort)
        let place = first.local
        #expect(throws: Errno.addressInUse) { _ = try DatagramSocket(at: place) }
        _ = try DatagramSocket(at: place, options: .sharesPort)
    }
}
