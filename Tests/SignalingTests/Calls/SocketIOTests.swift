// SPDX-License-Identifier: Apache-2.0
import Crypto
import Signaling
import Testing
import Wire

@Suite("Socket.IO")
struct SocketIOTests {
    let exchange = Exchange()

    func session(_ packets: [String]?) throws -> String {
        let opening = try #require(packets?.first)
        #expect(opening.first == "0")
        return try #require(try JSON(parsing: Array(opening.dropFirst().utf8))["sid"]?.string)
    }

    func poller() throws -> String { try session(exchange.packets(exchange.get(Exchange.query("polling")))) }

    @Test("a polling client is opened with what the protocol asks for")
    func opening() throws {
        let packets = try #require(exchange.packets(exchange.get(Exchange.query("polling"))))
        #expect(packets.count == 1)
        let fields = try JSON(parsing: Array(packets[0].dropFirst().utf8))
        #expect(fields["upgrades"] == ["websocket"])
        #expect(fields["pingInterval"] == 25000)
        #expect(fields["pingTimeout"] == 20000)
        #expect(fields["maxPayload"] == 65536)
        let socket = exchange.open()
        #expect(exchange.heard(socket).first?.contains("\"upgrades\":[]") == true)
    }

    @Test("who sends more than it may is closed, whatever carries it")
    func haste() throws {
        let socket = exchange.device("ana")
        for _ in 0..<119 { exchange.say(socket, "42[\"x\"]") }
        #expect(exchange.closed[socket] == nil)
        exchange.say(socket, "42[\"x\"]")
        #expect(exchange.closed[socket] == .tooFast)
        let id = try poller()
        _ = exchange.post(Exchange.query("polling", session: id), #"40{"userId":"ana","secret":"ana-secret"}"#)
        let flood = Array(repeating: "42[\"x\"]", count: 120).joined(separator: "\u{1E}")
        #expect(exchange.post(Exchange.query("polling", session: id), flood) == .taken)
        #expect(exchange.answer(Exchange.query("polling", session: id)) == .refused(.unknownSession))
    }

    @Test("a poll is held until there is something to say, and gets all of it")
    func polling() throws {
        let id = try poller()
        let held = exchange.get(Exchange.query("polling", session: id))
        #expect(exchange.answers[held] == nil)
        #expect(
            exchange.post(Exchange.query("polling", session: id), #"40{"userId":"ana","secret":"ana-secret"}"#)
                == .taken)
        #expect(exchange.packets(held)?.first?.hasPrefix("40{\"sid\":") == true)
        let next = try #require(exchange.packets(exchange.get(Exchange.query("polling", session: id))))
        #expect(Exchange.events(next).map(\.name) == ["webrtc-config"])
        // Two packets in one body.
        #expect(exchange.post(Exchange.query("polling", session: id), "427[\"x\"]\u{1E}428[\"y\",1]") == .taken)
        #expect(exchange.packets(exchange.get(Exchange.query("polling", session: id))) == ["437[]", "438[]"])
    }

    @Test("a polling client moves to a WebSocket, and nothing is lost on the way")
    func upgrade() throws {
        let id = try poller()
        _ = exchange.post(Exchange.query("polling", session: id), #"40{"userId":"ana","secret":"ana-secret"}"#)
        _ = exchange.get(Exchange.query("polling", session: id))
        let held = exchange.get(Exchange.query("polling", session: id))
        let socket = exchange.open(Exchange.query("websocket", session: id))
        #expect(exchange.heard(socket) == [])
        exchange.say(socket, "2probe")
        #expect(exchange.heard(socket) == ["3probe"])
        #expect(exchange.packets(held) == ["6"])
        // Said in the middle of the move.
        _ = exchange.post(Exchange.query("polling", session: id), "421[\"x\"]")
        #expect(exchange.packets(exchange.get(Exchange.query("polling", session: id))) == ["6"])
        #expect(exchange.heard(socket) == [])
        exchange.say(socket, "5")
        #expect(exchange.heard(socket) == ["431[]"])
        exchange.say(socket, "422[\"x\"]")
        #expect(exchange.heard(socket) == ["432[]"])
        #expect(exchange.answer(Exchange.query("polling", session: id)) == .refused(.badRequest))
        #expect(throws: EngineRefusal.badRequest) { try exchange.check(Exchange.query("websocket", session: id)) }
    }

    @Test("an upgrade that dies leaves the client polling")
    func deadUpgrade() throws {
        let id = try poller()
        let socket = exchange.open(Exchange.query("websocket", session: id))
        exchange.say(socket, "2probe")
        exchange.handle(.closed(socket))
        let held = exchange.get(Exchange.query("polling", session: id))
        #expect(exchange.answers[held] == nil)
        let impatient = exchange.open(Exchange.query("websocket", session: id))
        exchange.say(impatient, "40")
        #expect(exchange.closed[impatient] == .badMessage)
    }

    @Test(
        "a query that makes no sense is refused with Engine.IO's own number",
        arguments: [
            (Exchange.query("polling", version: "3"), .unsupportedVersion),
            (Exchange.query("smoke"), .unknownTransport),
            (Exchange.query("polling", session: "nobody"), .unknownSession),
            (EngineQuery(version: nil, transport: nil, session: nil, from: .v4(0x0505_0501)), .unsupportedVersion),
        ] as [(EngineQuery, EngineRefusal)])
    func badQueries(query: EngineQuery, refusal: EngineRefusal) {
        #expect(exchange.answer(query) == .refused(refusal))
        #expect(exchange.post(query, "40") == .refused(refusal))
    }

    @Test("one address has so many sessions at most, others still get theirs, and a place that is left is free again")
    func sessionsOfOneAddress() throws {
        let crowd = IPAddress.v4(0x0505_0509)
        var last: Socket?
        var opened = 0
        while opened < 10_000, (try? exchange.check(Exchange.query("websocket", from: crowd))) != nil {
            last = exchange.open(Exchange.query("websocket", from: crowd))
            opened += 1
        }
        #expect(opened == 512)
        #expect(exchange.answer(Exchange.query("polling", from: crowd)) == .refused(.badRequest))
        #expect((try? exchange.check(Exchange.query("websocket"))) != nil)
        exchange.handle(.closed(try #require(last)))
        #expect((try? exchange.check(Exchange.query("websocket", from: crowd))) != nil)
    }

    @Test("a POST without a session is no handshake")
    func badHandshake() {
        #expect(exchange.post(Exchange.query("polling"), "40") == .refused(.badHandshakeMethod))
    }

    @Test("two polls at once end the session")
    func twoPolls() throws {
        let id = try poller()
        let first = exchange.get(Exchange.query("polling", session: id))
        let second = exchange.get(Exchange.query("polling", session: id))
        #expect(exchange.answers[second] == .refused(.badRequest))
        #expect(exchange.packets(first) == ["1"])
        #expect(exchange.answer(Exchange.query("polling", session: id)) == .refused(.unknownSession))
    }

    @Test("a poll that was hung up on does not swallow what comes")
    func abandoned() throws {
        let id = try poller()
        let held = exchange.get(Exchange.query("polling", session: id))
        exchange.handle(.abandoned(request: held))
        _ = exchange.post(Exchange.query("polling", session: id), #"40{"userId":"ana","secret":"ana-secret"}"#)
        #expect(exchange.answers[held] == nil)
        #expect(exchange.packets(exchange.get(Exchange.query("polling", session: id)))?.count == 2)
    }

    @Test("pings go out every 25 seconds; without a pong in 20 the session is over")
    func pings() {
        let socket = exchange.device("ana")
        exchange.wait(.milliseconds(24_999))
        #expect(exchange.heard(socket) == [])
        exchange.wait(.milliseconds(1))
        #expect(exchange.heard(socket) == ["2"])
        exchange.wait(.seconds(19))
        exchange.say(socket, "3")
        exchange.wait(.seconds(25))
        #expect(exchange.heard(socket) == ["2"])
        exchange.wait(.seconds(20))
        #expect(exchange.closed[socket] == .normal)
        #expect(exchange.revoked.count == 1)
    }

    @Test("whoever does not say who it is within 25 seconds is closed")
    func silent() {
        let socket = exchange.open()
        exchange.wait(.seconds(25))
        #expect(exchange.closed[socket] == .normal)
    }

    @Test("a wrong secret is refused with CONNECT_ERROR, and may be put right")
    func unauthorised() {
        let socket = exchange.open()
        _ = exchange.heard(socket)
        for auth in ["", "{}", #"{"userId":"ana"}"#, #"{"userId":"ana","secret":"x"}"#, "[]", "null"] {
            exchange.say(socket, "40" + auth)
            #expect(exchange.heard(socket) == [#"44{"message":"Not authorised"}"#])
        }
        exchange.say(socket, #"40{"userId":"ana","secret":"ana-secret"}"#)
        #expect(exchange.heard(socket).count == 2)
        exchange.say(socket, "40/admin,")
        #expect(exchange.heard(socket) == [#"44/admin,{"message":"Invalid namespace"}"#])
    }

    @Test(
        "what is no packet, and what is binary, ends the session",
        arguments: [
            "", "9", "x", "45", "4", "451-[\"x\",{\"_placeholder\":true,\"num\":0}]", "42", "42{}", "42[1]",
            "42[\"x\"", "40{", "bAAAA", "0", "41", "1", "429999999999999999[\"x\"]",
        ])
    func garbage(text: String) {
        let socket = exchange.device("ana")
        exchange.say(socket, text)
        #expect(exchange.closed[socket] == .normal)
    }

    @Test("an event before the connect ends the session")
    func tooEarly() {
        let socket = exchange.open()
        exchange.say(socket, "42[\"call:initiate\",{}]")
        #expect(exchange.closed[socket] == .normal)
    }

    @Test("what waits for a client that does not fetch it is bounded")
    func overflow() throws {
        let id = try poller()
        _ = exchange.post(Exchange.query("polling", session: id), #"40{"userId":"ana","secret":"ana-secret"}"#)
        for _ in 0..<300 { _ = exchange.post(Exchange.query("polling", session: id), "421[\"x\"]") }
        #expect(exchange.answer(Exchange.query("polling", session: id)) == .refused(.unknownSession))
    }

    @Test("20,000 seeded mutations of packets never trap")
    func mutations() {
        var random = RandomStream(testSeed: 6)
        let seeds = [
            #"40{"userId":"ana","secret":"ana-secret"}"#, #"427["call:end",{"chatId":"x"}]"#, "2probe", "5", "3",
            "43[]",
            "40/a,{}", "41", "42[\"call:initiate\",{\"chatId\":1}]",
        ].map { Array($0.utf8) }
        var socket = exchange.open()
        for _ in 0..<20_000 {
            if exchange.closed[socket] != nil { socket = exchange.open() }
            var text = seeds[Int(random.below(UInt64(seeds.count)))]
            for _ in 0..<random.below(3) {
                text[Int(random.below(UInt64(text.count)))] = UInt8(truncatingIfNeeded: random.next())
            }
            exchange.handle(.text(socket, text))
        }
    }
}
