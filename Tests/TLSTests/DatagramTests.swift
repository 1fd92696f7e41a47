// SPDX-License-Identifier: Apache-2.0

import TLS
import Testing
import Wire

@Suite("A DTLS server")
struct DatagramTests {
    let serving: Context
    let asking: Context

    init() throws {
        let workshop = try Workshop.shared.get()
        serving = try workshop.server(["stun.turn"], over: .datagrams)
        asking = try workshop.client(["stun.turn"], over: .datagrams)
    }

    @Test("carries messages of any size that a datagram has, each as it was sent")
    func talk() {
        var server = DatagramServer(serving)
        var client = DatagramClient(asking)
        client.shakeHands(with: &server)
        #expect(client.session.state == .open)
        #expect(server.changes == [.opened])
        #expect(server.association.negotiatedProtocol == "stun.turn")
        #expect(server.association.cipher.hasPrefix("DTLSv1.2 ECDHE-ECDSA-"))
        let messages = [1, 20, 1200, 16_384].map { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: $0) }
        for message in messages {
            let up = client.send(message)
            #expect(up.count <= message.count + 37)
            #expect(server.receive(up).isEmpty)
        }
        #expect(server.heard == messages)
        for message in messages { _ = client.receive(server.send(message)) }
        #expect(client.heard == messages)
    }

    @Test("hears every message of a datagram that carries several records")
    func several() {
        var server = DatagramServer(serving)
        var client = DatagramClient(asking)
        client.shakeHands(with: &server)
        _ = server.receive(client.send([1]) + client.send([2, 2]) + client.send([3, 3, 3]))
        #expect(server.heard == [[1], [2, 2], [3, 3, 3]])
    }

    @Test("sends no handshake datagram above 1,200 bytes, and a longer chain in several")
    func mtu() {
        var server = DatagramServer(serving)
        var client = DatagramClient(asking)
        let all = client.shakeHands(with: &server)
        #expect(all.down.allSatisfy { $0.count <= 1200 })
        #expect(all.down.count > 2)
    }

    @Test("answers a first ClientHello with less than it got, and keeps nothing (DTL-001)")
    func challenge() throws {
        let gate = CookieGate(secret: Array(repeating: 1, count: 32))
        var client = DatagramClient(asking)
        let hello = try #require(client.start().first)
        var answer = [UInt8](repeating: 0, count: 100)
        for port in 1...10_000 {
            var span = answer.mutableSpan
            let endpoint = Endpoint(.v4(0x0A00_0001), UInt16(port))
            #expect(
                gate.judge(hello.span, from: endpoint, now: Instant(nanoseconds: 1), answer: &span) == .challenged(44))
        }
        #expect(CookieGate.answerSize == 44)
        #expect(hello.count > 44)
    }

    @Test("takes a cookie from the address and port it was made for, for at least 30 and at most 60 seconds")
    func cookie() throws {
        let gate = CookieGate(secret: Array(repeating: 1, count: 32))
        let now = Instant(nanoseconds: 90_000_000_000)
        let endpoint = try #require(Endpoint("192.0.2.7:5000"))
        var client = DatagramClient(asking)
        let first = try #require(client.start().first)
        var answer = [UInt8](repeating: 0, count: 44)
        var span = answer.mutableSpan
        _ = gate.judge(first.span, from: endpoint, now: now, answer: &span)
        let second = try #require(client.receive(answer).first)

        func isAdmitted(_ datagram: [UInt8], from text: String, at time: Instant, by gate: CookieGate) -> Bool {
            var answer = [UInt8](repeating: 0, count: 44)
            var span = answer.mutableSpan
            guard let endpoint = Endpoint(text) else { return false }
            if case .admitted = gate.judge(datagram.span, from: endpoint, now: time, answer: &span) { return true }
            return false
        }
        #expect(isAdmitted(second, from: "192.0.2.7:5000", at: now, by: gate))
        #expect(isAdmitted(second, from: "192.0.2.7:5000", at: now + .seconds(30), by: gate))
        #expect(!isAdmitted(second, from: "192.0.2.7:5000", at: now + .seconds(60), by: gate))
        #expect(!isAdmitted(second, from: "192.0.2.7:5001", at: now, by: gate))
        #expect(!isAdmitted(second, from: "192.0.2.8:5000", at: now, by: gate))
        #expect(!isAdmitted(second, from: "[2001:db8::1]:5000", at: now, by: gate))
        #expect(
            !isAdmitted(second, from: "192.0.2.7:5000", at: now, by: CookieGate(secret: Array(repeating: 2, count: 32)))
        )
        #expect(!isAdmitted(first, from: "192.0.2.7:5000", at: now, by: gate))
        for count in second.indices {
            #expect(!isAdmitted(Array(second[..<count]), from: "192.0.2.7:5000", at: now, by: gate))
        }
    }

    @Test("says nothing to records from an address without a session (DTL-002)")
    func unknownSource() throws {
        let record = try #require(Hex.decode("17fefd0001000000000001001000000000000000000000000000000000"))
        var server = DatagramServer(serving)
        #expect(server.receive(record).isEmpty)
        #expect(server.changes.isEmpty)
        #expect(server.admitted == 0)
    }

    @Test("keeps a session until the handshake of its successor is complete (DTL-005)")
    func successor() {
        var server = DatagramServer(serving)
        var client = DatagramClient(asking)
        client.shakeHands(with: &server)
        // Somebody with the address forged, who never sees the cookie, and then one who does and stops half way.
        var forger = DatagramClient(asking)
        for datagram in forger.start() { _ = server.receive(datagram) }
        _ = server.receive(client.send([1]))
        var second = DatagramClient(asking)
        var cookies: [[UInt8]] = []
        for datagram in second.start() { cookies += server.receive(datagram) }
        var flight: [[UInt8]] = []
        for datagram in cookies.flatMap({ second.receive($0) }) { flight += server.receive(datagram) }
        #expect(server.admitted == 2)
        _ = server.receive(client.send([2]))
        _ = client.receive(server.send([3]))
        #expect(server.heard == [[1], [2]])
        #expect(client.heard == [[3]])
        // Now the newcomer finishes, and has the address.
        for datagram in flight.flatMap({ second.receive($0) }) {
            for answer in server.receive(datagram) { _ = second.receive(answer) }
        }
        #expect(server.changes == [.opened, .replaced])
        _ = server.receive(second.send([4]))
        _ = server.receive(client.send([5]))
        #expect(server.heard == [[1], [2], [4]])
    }

    @Test("forgets a handshake that takes more than ten seconds, and not the session beside it")
    func patience() {
        var server = DatagramServer(serving)
        var client = DatagramClient(asking)
        var cookies: [[UInt8]] = []
        for datagram in client.start() { cookies += server.receive(datagram) }
        for datagram in cookies.flatMap({ client.receive($0) }) { _ = server.receive(datagram) }
        let armed = server.association.deadline(now: server.now)
        #expect(armed != nil)
        _ = server.wait(.seconds(9))
        #expect(server.changes.isEmpty)
        _ = server.wait(.seconds(1))
        #expect(server.changes == [.ended(.handshakeTooLong)])
        let disarmed = server.association.deadline(now: server.now)
        #expect(disarmed == nil)
    }

    @Test("sends its flight again when the client's answer does not come", .timeLimit(.minutes(10)))
    func retransmission() async throws {
        var server = DatagramServer(serving)
        var client = DatagramClient(asking)
        var cookies: [[UInt8]] = []
        for datagram in client.start() { cookies += server.receive(datagram) }
        var lost: [[UInt8]] = []
        for datagram in cookies.flatMap({ client.receive($0) }) { lost += server.receive(datagram) }
        let armed = server.association.deadline(now: server.now)
        let deadline = try #require(armed)
        #expect(deadline - server.now <= .seconds(1))
        #expect(server.wait(.zero).isEmpty)
        // libssl's own clock: nothing but waiting moves it.
        try await Task.sleep(for: .milliseconds(1050))
        var up: [[UInt8]] = []
        let again = server.wait(.seconds(1))
        // The same messages, packed differently.
        #expect(again.reduce(0) { $0 + $1.count } >= lost.reduce(0) { $0 + $1.count } - 40)
        for datagram in again { up += client.receive(datagram) }
        for datagram in up { for answer in server.receive(datagram) { _ = client.receive(answer) } }
        #expect(server.changes == [.opened])
        #expect(client.session.state == .open)
    }

    @Test("does not hear a record twice, nor a forged one (DTL-007)")
    func replay() {
        var server = DatagramServer(serving)
        var client = DatagramClient(asking)
        client.shakeHands(with: &server)
        let record = client.send([1])
        var forged = client.send([2])
        forged[forged.count - 1] ^= 1
        _ = server.receive(record)
        #expect(server.receive(record).isEmpty)
        #expect(server.receive(forged).isEmpty)
        #expect(server.heard == [[1]])
        _ = server.receive(client.send([3]))
        #expect(server.heard == [[1], [3]])
    }

    @Test("ends when the client says goodbye")
    func goodbye() {
        var server = DatagramServer(serving)
        var client = DatagramClient(asking)
        client.shakeHands(with: &server)
        var buffer = [UInt8](repeating: 0, count: 1000)
        var span = buffer.mutableSpan
        let count = client.session.finish(into: &span)
        _ = server.receive(Array(buffer[..<count]))
        #expect(server.changes == [.opened, .ended(nil)])
        #expect(server.send([1]).isEmpty)
    }

    @Test("refuses ALPN names that it does not serve")
    func protocols() throws {
        var server = DatagramServer(serving)
        var client = DatagramClient(try Workshop.shared.get().client(["webrtc"], over: .datagrams))
        client.shakeHands(with: &server)
        #expect(server.changes == [.ended(.noCommonProtocol)])
        #expect(client.session.state == .failed(.alert(120)))
    }
}
