// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing
import Wire

@Suite("The walkie-talkie over WebSockets")
struct TalkieTests {
    @Test("gives one talker the air, and everybody else what is said", arguments: ["/ws", "/ws/talkie"])
    func talk(path: String) throws {
        let service = try TestService()
        let ana = try SocketClient(service, "\(path)?room=yard&name=Ana")
        #expect(try info(ana)["peers"]?.array?.count == 1)
        let ben = try SocketClient(service, "\(path)?room=yard&name=Ben%20B")
        #expect(try info(ben)["peers"]?.array?.last?["name"]?.string == "Ben B")
        #expect(try info(ana)["talker"] == .null)

        ana.sendFrame(0x2, [0x01])
        #expect(try ana.frame().payload == [0x10])
        #expect(try info(ben)["talker"] == info(ana)["you"])
        ben.sendFrame(0x2, [0x01])
        #expect(try ben.frame().payload == [0x11])
        ana.sendFrame(0x2, [0x03] + Array(repeating: 7, count: 70_000))
        #expect(try ben.frame().payload == [0x13] + Array(repeating: 7, count: 70_000))
        ana.sendFrame(0x2, [0x02])
        #expect(try ben.frame().payload == [0x12])
        #expect(try ana.frame().payload == [0x12])
        #expect(try info(ben)["talker"] == .null)

        ben.sendFrame(0x2, [0x04, 1, 2, 3])
        #expect(try ben.frame().payload == [0x15, 1, 2, 3])
        ben.sendFrame(0x2, [0x05])
        #expect(try ben.frame().payload == [0x13] + Array(repeating: 7, count: 70_000))
    }

    @Test("takes the air from whoever says nothing")
    func silence() throws {
        let service = try TestService { $0.talkieSilence = .seconds(1) }
        let ana = try SocketClient(service, "/ws?room=yard&name=Ana")
        _ = try info(ana)
        ana.sendFrame(0x2, [0x01])
        #expect(try ana.frame().payload == [0x10])
        _ = try info(ana)
        #expect(try ana.frame().payload == [0x12])
    }

    @Test(
        "refuses a room or name that cannot be one in the handshake",
        arguments: [
            "room=&name=Ana", "room=yard", "room=yard&name=", "room=yard&name=%E2%80%AEx", "room=a%0Ab&name=Ana",
        ])
    func badNames(query: String) throws {
        let service = try TestService()
        #expect(try SocketClient(service, "/ws/talkie?\(query)").answer.status == 400)
    }

    @Test("refuses pages of other sites")
    func origin() throws {
        let service = try TestService()
        let stranger = try SocketClient(service, "/ws?room=yard&name=Ana", headers: ["Origin: https://evil.example"])
        #expect(stranger.answer.status == 403)
    }

    @Test(
        "closes with the code that says what was wrong",
        arguments: [
            (0x2, [], 4400), (0x2, [0x06], 4400), (0x2, [0x10], 4400), (0x2, [0x01, 0], 4400), (0x2, [0x02, 0], 4400),
            (0x2, [0x04] + Array(repeating: 0, count: 17), 4400), (0x1, Array("{}".utf8), 1003),
            (0x2, [0x03] + Array(repeating: 0, count: 1 << 20), 1009),
        ] as [(UInt8, [UInt8], UInt16)])
    func closing(opcode: UInt8, payload: [UInt8], code: UInt16) throws {
        let service = try TestService()
        let ana = try SocketClient(service, "/ws?room=yard&name=Ana")
        ana.sendFrame(opcode, payload)
        #expect(try ana.closeCode() == code)
    }

    private func info(_ client: SocketClient) throws -> JSON {
        let (opcode, payload) = try client.frame()
        try #require(opcode == 0x2 && payload.first == 0x14, "waiting for PEER_INFO, got \(payload.prefix(8))")
        return try JSON(parsing: Array(payload.dropFirst()))
    }
}
