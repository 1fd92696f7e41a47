// SPDX-License-Identifier: Apache-2.0

import TLS
import Testing
import Wire

@Suite("A DTLS ClientHello in fragments (RFC 6347 §4.2.3)")
struct HelloFragmentTests {
    let serving: Context
    let asking: Context

    init() throws {
        let workshop = try Workshop.shared.get()
        serving = try workshop.server(over: .datagrams)
        asking = try workshop.client(over: .datagrams)
    }

    /// A ClientHello cut into fragments of so many bytes, each in a record of its own; `step` less than `size` repeats bytes.
    private func fragments(of hello: [UInt8], size: Int, step: Int? = nil) -> [[UInt8]] {
        let message = Array(hello[25...])
        return stride(from: 0, to: message.count, by: step ?? size).enumerated().map { number, offset in
            let part = message[offset..<min(offset + size, message.count)]
            var record = Array(hello[..<3])
            record.append(bigEndian: (hello.span.integer(UInt64.self, at: 3) ?? 0) + UInt64(number))
            record.append(bigEndian: UInt16(12 + part.count))
            record += hello[13..<19]
            for value in [offset, part.count] {
                record.append(bigEndian: UInt8(value >> 16))
                record.append(bigEndian: UInt16(value & 0xFFFF))
            }
            return record + part
        }
    }

    /// The client's second ClientHello, with the cookie that the server gave it for the first fragment of its first.
    private func second(
        _ client: inout DatagramClient, _ server: inout DatagramServer, size: Int
    ) throws -> [UInt8] {
        let first = fragments(of: try #require(client.start().first), size: size)
        let answers = first.map { server.receive($0) }
        #expect(answers.count > 1 && answers[0].map(\.count) == [CookieGate.answerSize])
        #expect(answers.dropFirst().allSatisfy(\.isEmpty) && server.assembly == nil)
        return try #require(client.receive(answers[0][0]).first)
    }

    @Test(
        "is answered, the first and the second, in whatever order the fragments come and however they overlap",
        arguments: [
            (100, 100, "in order"), (64, 64, "in order"), (120, 50, "in order"),
            (100, 100, "the last but the first first"),
            (100, 100, "twice"), (100, 60, "in one datagram"),
        ] as [(Int, Int, String)])
    func answered(size: Int, step: Int, order: String) throws {
        var client = DatagramClient(asking)
        var server = DatagramServer(serving)
        let hello = try second(&client, &server, size: 100)
        var pieces = fragments(of: hello, size: size, step: step)
        switch order {
        case "the last but the first first": pieces = [pieces[0]] + pieces.dropFirst().reversed()
        case "twice": pieces = pieces.flatMap { [$0, $0] }
        case "in one datagram": pieces = [pieces.flatMap { $0 }]
        default: break
        }
        var down = pieces.flatMap { server.receive($0) }
        #expect(!down.isEmpty && server.admitted == 1 && server.assembly == nil)
        while !down.isEmpty { down = down.flatMap { client.receive($0) }.flatMap { server.receive($0) } }
        #expect(client.session.state == .open && server.changes == [.opened])
        _ = server.receive(client.send([1, 2, 3]))
        #expect(server.heard == [[1, 2, 3]])
    }

    @Test("whose later fragments come first is answered when the client sends it again")
    func repeated() throws {
        var client = DatagramClient(asking)
        var server = DatagramServer(serving)
        let pieces = fragments(of: try second(&client, &server, size: 100), size: 100)
        let down = (pieces.reversed() + pieces).flatMap { server.receive($0) }
        #expect(!down.isEmpty && server.admitted == 1)
    }

    @Test("buys nothing without a cookie: no answer is longer than its fragment, and nothing is kept")
    func strangers() throws {
        var client = DatagramClient(asking)
        let hello = try #require(client.start().first)
        var server = DatagramServer(serving)
        for size in 1..<hello.count - 25 {
            for fragment in fragments(of: hello, size: size) {
                let answer = server.receive(fragment).reduce(0) { $0 + $1.count }
                #expect(answer < fragment.count && server.assembly == nil && server.admitted == 0)
            }
        }
        // The cookie of one address is nothing at another.
        client = DatagramClient(asking)
        var other = DatagramServer(serving, client: "192.0.2.8:5000")
        let shown = fragments(of: try second(&client, &server, size: 100), size: 100)
        #expect(other.receive(shown[0]).map(\.count) == [CookieGate.answerSize] && other.assembly == nil)
    }

    @Test("is no longer than a client's is, and another message's fragments add nothing to it")
    func bounded() throws {
        var client = DatagramClient(asking)
        var server = DatagramServer(serving)
        let hello = try second(&client, &server, size: 100)
        var pieces = fragments(of: hello, size: 100)
        var long = pieces[0]
        (long[14], long[15], long[16]) = (0, 0x10, 1)
        #expect(server.receive(long).isEmpty && server.assembly == nil)
        #expect(server.receive(pieces[0]).isEmpty && server.assembly != nil)
        // Of another length, of another number, beyond the end, and cut short.
        for (place, value) in [(16, hello[16] &+ 1), (18, 0), (20, 0xFF), (24, 0xFF)] as [(Int, UInt8)] {
            var wrong = pieces[1]
            wrong[place] = value
            #expect(server.receive(wrong).isEmpty)
        }
        #expect(server.receive(Array(pieces[1].dropLast())).isEmpty && server.admitted == 0)
        pieces.removeFirst()
        #expect(!pieces.flatMap { server.receive($0) }.isEmpty && server.admitted == 1)
    }
}
