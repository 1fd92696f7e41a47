// SPDX-License-Identifier: Apache-2.0
import Configuration
import Server
import Testing
import Wire

@Suite("A call over WebSockets")
struct CallTests {
    @Test("brings two people together, and tells each what the other says")
    func call() throws {
        let service = try TestService { $0.restSecrets = ["north"] }
        let (token, _) = try service.room()
        let ana = try SocketClient(service, "/ws/rooms/\(token)")
        #expect(ana.answer.status == 101 && ana.answer.fields["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        let anaJoined = try ana.join(JSON.Member("name", "Ana"))
        #expect(anaJoined["role"]?.string == "offerer")
        #expect(
            anaJoined["iceServers"]?.array?.contains {
                $0["urls"]?.array?.first?.string?.hasPrefix("turn:127.0.0.1:") == true
            } == true)

        let ben = try SocketClient(service, "/ws/rooms/\(token)", headers: ["Origin: http://\(service.web)"])
        let benJoined = try ben.join(JSON.Member("name", "Ben"))
        #expect(benJoined["peers"]?.array?.first?["name"]?.string == "Ana")
        #expect(try ana.next("peer-joined")["name"]?.string == "Ben")

        ana.send(["type": "offer", "sdp": "v=0 offer"])
        let offer = try ben.next("offer")
        #expect(offer["sdp"]?.string == "v=0 offer" && offer["from"] == anaJoined["peerId"])
        ben.send(["type": "answer", "sdp": "v=0 answer"])
        #expect(try ana.next("answer")["sdp"]?.string == "v=0 answer")
        #expect(try service.request("GET", "/api/rooms/\(token)").json?["status"]?.string == "active")

        ben.send(["type": "bye"])
        #expect(try ben.closeCode() == 1000)
        #expect(try ana.next("peer-left")["reason"]?.string == "bye")
        ana.send(["type": "ping", "t": 7])
        #expect(try ana.next("pong")["t"]?.integer == 7)
    }

    @Test("comes back after its socket died, and nothing was lost")
    func resume() throws {
        let service = try TestService()
        let (token, _) = try service.room()
        let ana = try SocketClient(service, "/ws/rooms/\(token)")
        _ = try ana.join()
        var ben: SocketClient? = try SocketClient(service, "/ws/rooms/\(token)")
        let resume = try #require(try ben?.join()["resume"])
        _ = try ana.next("peer-joined")
        ben = nil
        _ = try ana.next("peer-away")
        ana.send(["type": "offer", "sdp": "v=0 while away"])
        let again = try SocketClient(service, "/ws/rooms/\(token)")
        _ = try again.join(JSON.Member("resume", resume), JSON.Member("ack", 0))
        #expect(try again.next("offer")["sdp"]?.string == "v=0 while away")
        _ = try ana.next("peer-back")
    }

    @Test("is refused with the code that the page understands")
    func refusals() throws {
        let service = try TestService()
        let (token, key) = try service.room()
        #expect(try SocketClient(service, "/ws/rooms/unknown").closeCode() == 4404)
        let early = try SocketClient(service, "/ws/rooms/\(token)")
        early.send(["type": "bye"])
        #expect(try early.closeCode() == 4401)
        let confused = try SocketClient(service, "/ws/rooms/\(token)")
        confused.sendFrame(0x1, Array("[]".utf8))
        #expect(try confused.closeCode() == 4400)
        let binary = try SocketClient(service, "/ws/rooms/\(token)")
        binary.sendFrame(0x2, [1])
        #expect(try binary.closeCode() == 1003)

        let ana = try SocketClient(service, "/ws/rooms/\(token)")
        let peer = try #require(try ana.join()["peerId"]?.string)
        let ben = try SocketClient(service, "/ws/rooms/\(token)")
        _ = try ben.join()
        let third = try SocketClient(service, "/ws/rooms/\(token)")
        third.send(["type": "join"])
        #expect(try third.next("error")["code"]?.string == "room-full")
        #expect(try third.closeCode() == 4409)

        #expect(try service.request("DELETE", "/api/rooms/\(token)/peers/\(peer)", key: key).status == 204)
        #expect(try ana.next("ended")["reason"]?.string == "kicked")
        #expect(try ana.closeCode() == 4410)
        #expect(try ben.next("peer-left")["reason"]?.string == "kicked")
        #expect(try service.request("DELETE", "/api/rooms/\(token)", key: key).status == 204)
        #expect(try ben.next("ended")["reason"]?.string == "owner")
        #expect(try ben.closeCode() == 4410)
        let late = try SocketClient(service, "/ws/rooms/\(token)")
        #expect(try late.next("ended")["reason"]?.string == "owner")
        #expect(try late.closeCode() == 4410)
    }

    @Test("is not opened by foreign pages, nor in a version that is not spoken")
    func handshake() throws {
        let service = try TestService { $0.allowedOrigins = ["https://ally.example"] }
        let (token, _) = try service.room()
        let status = { (header: String) in try SocketClient(service, "/ws/rooms/\(token)", headers: [header]).answer }
        for foreign in ["https://evil.example", "null", "https://ally.example.evil"] {
            #expect(try status("Origin: \(foreign)").status == 403)
        }
        #expect(try status("Origin: https://ally.example").status == 101)
        let old = try status("Sec-WebSocket-Version: 8")
        #expect(old.status == 426 && old.fields["sec-websocket-version"] == "13")
        #expect(try service.request("GET", "/ws/rooms/\(token)").status == 426)
    }

    @Test("is cut off when a socket says too much")
    func flood() throws {
        let service = try TestService()
        let (token, _) = try service.room()
        let ana = try SocketClient(service, "/ws/rooms/\(token)")
        _ = try ana.join()
        for _ in 0..<200 { ana.send(["type": "ping"]) }
        #expect(try ana.closeCode() == 4429)
    }

    @Test("hears that the server goes away")
    func goingAway() throws {
        let service = try TestService()
        let (token, _) = try service.room()
        let ana = try SocketClient(service, "/ws/rooms/\(token)")
        _ = try ana.join()
        service.service.stop()
        #expect(try ana.closeCode() == 1001)
    }

    @Test("goes on while another client floods, stalls and dies")
    func neighbours() throws {
        let service = try TestService()
        let (token, _) = try service.room()
        let ana = try SocketClient(service, "/ws/rooms/\(token)")
        _ = try ana.join()
        var noise: [RawClient] = []
        for number in 0..<50 {
            let client = try RawClient(service.web)
            client.send([UInt8](repeating: UInt8(number), count: 10_000))
            noise.append(client)
        }
        // One that asks and never reads.
        let deaf = try RawClient(service.web)
        for _ in 0..<200 { deaf.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
        noise = []
        ana.send(["type": "ping", "t": "still here"])
        #expect(try ana.next("pong")["t"]?.string == "still here")
    }
}
