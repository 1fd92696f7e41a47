// SPDX-License-Identifier: Apache-2.0

import Foundation
import TLS
import Testing

@Suite("A hostile peer of a TLS server")
struct HostilePeerTests {
    let workshop: Workshop

    init() throws { workshop = try Workshop.shared.get() }

    private func server() throws -> End { End(Session(serving: try workshop.server(["stun.turn"]))) }

    /// The ClientHello of an honest client.
    private func hello() throws -> [UInt8] {
        var client = End(Session(connecting: try workshop.client(["stun.turn"]), to: "localhost"))
        return client.receive([])
    }

    @Test("may cut the handshake at any byte, and it goes on with the rest")
    func split() throws {
        let (server, client) = (try workshop.server(), try workshop.client())
        let hello = try hello()
        for cut in 1..<hello.count {
            var pair = Pair(server, client)
            let up = pair.client.receive([])
            var down = pair.server.receive(Array(up[..<min(cut, up.count)]))
            #expect(pair.server.session.state == .handshaking)
            down += pair.server.receive(Array(up[min(cut, up.count)...]))
            let last = pair.client.receive(down)
            // The second flight is given byte by byte.
            for byte in last { _ = pair.server.receive([byte]) }
            #expect(pair.server.session.state == .open)
        }
    }

    @Test("may send the ClientHello in records of one byte (TLS-001)")
    func slices() throws {
        let hello = try hello()
        var server = try server()
        var answer: [UInt8] = []
        for byte in hello.dropFirst(5) { answer += server.receive([0x16, 3, 1, 0, 1, byte]) }
        #expect(server.session.state == .handshaking)
        #expect(answer.first == 0x16)
    }

    @Test(
        "that speaks something else is told apart at the first record",
        arguments: ["GET / HTTP/1.1\r\n\r\n", "SSH-2.0-x\r\n"])
    func otherProtocols(words: String) throws {
        var server = try server()
        _ = server.receive(Array(words.utf8))
        #expect(server.session.state == .failed(.notTLS))
    }

    @Test("may send 2,000 streams of garbage behind a record header, and each fails or waits")
    func garbage() throws {
        let context = try workshop.server()
        var numbers = Dice(testSeed: 3)
        for _ in 0..<2000 {
            var server = End(Session(serving: context), room: 4096)
            let count = Int.random(in: 0..<600, using: &numbers)
            var bytes: [UInt8] = [0x16, 3, 1, UInt8(count >> 8), UInt8(count & 0xFF), 1]
            bytes += (0..<count).map { _ in UInt8.random(in: 0...255, using: &numbers) }
            _ = server.receive(bytes)
            #expect(server.session.state != .open)
        }
    }

    @Test("that declares a message longer than any honest one is refused before memory is made for it")
    func declaredLength() throws {
        var server = try server()
        _ = server.receive([0x16, 3, 1, 0x10, 0, 1, 1, 0, 0])
        #expect(server.session.state == .failed(.handshakeTooLong))
        var patient = try self.server()
        _ = patient.receive([0x16, 3, 1, 0x10, 0, 1, 0, 0x40, 0])
        #expect(patient.session.state == .handshaking)
    }

    @Test("that never ends its handshake is refused after 64 KiB")
    func endless() throws {
        var server = try server()
        // A ClientHello of 16 KiB in records of one byte.
        _ = server.receive([0x16, 3, 1, 0, 4, 1, 0, 0x40, 0])
        var sent = 0
        while server.session.state == .handshaking, sent < 100_000 {
            _ = server.receive([0x16, 3, 1, 0, 1, 0])
            sent += 6
        }
        #expect(server.session.state == .failed(.handshakeTooLong))
        #expect(sent < 70_000)
    }

    @Test("that changes a byte of the conversation is found out")
    func forged() throws {
        var pair = Pair(try workshop.server(), try workshop.client())
        pair.shakeHands()
        var record = pair.client.send([1, 2, 3])
        record[record.count - 1] ^= 1
        let alert = pair.server.receive(record)
        #expect(pair.server.session.state == .failed(.forged))
        #expect(pair.server.heard.isEmpty)
        #expect(!alert.isEmpty)
        #expect(pair.server.send([1]).isEmpty)
    }

    @Test("that goes away leaves nothing behind: 2,000 handshakes in the memory of a few")
    func memory() throws {
        let (server, client) = (try workshop.server(), try workshop.client())
        func shake(_ times: Int) {
            for _ in 0..<times {
                var pair = Pair(server, client, room: 16_384)
                pair.shakeHands()
            }
        }
        shake(200)
        let before = residentPages()
        shake(2000)
        // A session that stayed would cost 40 kB and 2,000 of them 20,000 pages; other tests run in this process meanwhile.
        #expect(residentPages() - before < 8192, "grew by \(residentPages() - before) pages of 4 KiB")
    }

    private func residentPages() -> Int {
        let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return text?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
