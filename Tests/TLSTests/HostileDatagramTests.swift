// SPDX-License-Identifier: Apache-2.0

import TLS
import Testing
import Wire

@Suite("A hostile peer of a DTLS server")
struct HostileDatagramTests {
    let serving: Context
    let asking: Context

    init() throws {
        let workshop = try Workshop.shared.get()
        serving = try workshop.server(over: .datagrams)
        asking = try workshop.client(over: .datagrams)
    }

    /// A handshake record of epoch 0 with one fragment of a message.
    private func fragment(type: UInt8, length: Int, sequence: UInt16, offset: Int, bytes: [UInt8]) -> [UInt8] {
        var body: [UInt8] = []
        body.append(bigEndian: UInt32(type) << 24 | UInt32(length))
        body.append(bigEndian: sequence)
        body.append(bigEndian: UInt64(offset) << 24 | UInt64(bytes.count))
        body.removeSubrange(6..<8)
        var record: [UInt8] = [22, 0xFE, 0xFD]
        record.append(bigEndian: UInt64(sequence) + 10)
        record.append(bigEndian: UInt16(body.count + bytes.count))
        return record + body + bytes
    }

    /// A server that has sent its first flight, and the client's next one.
    private func midway(_ server: inout DatagramServer) -> [[UInt8]] {
        var client = DatagramClient(asking)
        var cookies: [[UInt8]] = []
        for datagram in client.start() { cookies += server.receive(datagram) }
        var down: [[UInt8]] = []
        for datagram in cookies.flatMap({ client.receive($0) }) { down += server.receive(datagram) }
        return down.flatMap { client.receive($0) }
    }

    @Test("that declares a message of 16 MiB is not listened to (DTL-006)")
    func fragments() {
        var server = DatagramServer(serving)
        let flight = midway(&server)
        for sequence in 2..<12 as Range<UInt16> {
            let bomb = fragment(
                type: 11, length: 0xFF_FFFF, sequence: sequence, offset: 0xFF_0000,
                bytes: [UInt8](repeating: 1, count: 100))
            #expect(server.receive(bomb).isEmpty)
        }
        #expect(server.changes.isEmpty)
        for datagram in flight { _ = server.receive(datagram) }
        #expect(server.changes == [.opened])
    }

    @Test("that sends fifty records in a datagram gets one flight at most (DTL-008)")
    func records() throws {
        var client = DatagramClient(asking)
        let hello = try #require(client.start().first)
        var server = DatagramServer(serving)
        #expect(server.receive((0..<50).flatMap { _ in hello }).isEmpty)
        let flight = midway(&server)
        #expect(server.receive((0..<50).flatMap { _ in flight[0] }).isEmpty)
        for datagram in flight { _ = server.receive(datagram) }
        #expect(server.changes == [.opened])
    }

    @Test("that never ends its handshake is dropped after 64 KiB")
    func endless() {
        var server = DatagramServer(serving)
        _ = midway(&server)
        var sent = 0
        while server.changes.isEmpty, sent < 100_000 {
            let piece = fragment(
                type: 16, length: 4096, sequence: 2, offset: 0, bytes: [UInt8](repeating: 1, count: 1000))
            _ = server.receive(piece)
            sent += piece.count
        }
        #expect(server.changes == [.ended(.handshakeTooLong)])
        #expect(sent < 70_000)
    }

    @Test("may cut any datagram of the handshake anywhere, and nothing breaks")
    func truncation() {
        for flight in 0..<2 {
            var server = DatagramServer(serving)
            var client = DatagramClient(asking)
            var up = client.start()
            for _ in 0..<flight { up = up.flatMap { server.receive($0) }.flatMap { client.receive($0) } }
            for datagram in up {
                for count in datagram.indices { _ = server.receive(Array(datagram[..<count])) }
            }
            #expect(!server.changes.contains(.opened))
        }
    }

    @Test("cannot end a session with an encrypted record that is too short", arguments: 0...24)
    func shortRecord(count: Int) {
        var server = DatagramServer(serving)
        var client = DatagramClient(asking)
        client.shakeHands(with: &server)
        for type in UInt8(20)...23 {
            let header: [UInt8] = [type, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 9, type, 0, UInt8(count)]
            #expect(server.receive(header + [UInt8](repeating: 0, count: count)).isEmpty)
        }
        _ = server.receive(client.send([1]))
        #expect(server.heard == [[1]])
    }

    @Test("may send garbage at any time, and the session goes on")
    func garbage() {
        var server = DatagramServer(serving)
        var client = DatagramClient(asking)
        client.shakeHands(with: &server)
        var random = Dice(testSeed: 3)
        for round in 0..<2000 {
            var bytes = (0..<Int.random(in: 0..<300, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if round % 2 == 0, bytes.count > 13 {
                bytes.replaceSubrange(
                    0..<5, with: [[20, 21, 22, 23][round / 2 % 4], 0xFE, 0xFD, 0, UInt8(round / 8 % 2)])
                bytes.replaceSubrange(
                    11..<13, with: [UInt8((bytes.count - 13) >> 8), UInt8((bytes.count - 13) & 0xFF)])
            }
            #expect(server.receive(bytes).isEmpty)
        }
        _ = server.receive(client.send([1]))
        #expect(server.heard == [[1]])
    }
}
