// SPDX-License-Identifier: Apache-2.0
import Signaling
import Testing
import Wire

@Suite("Calls that outlive the server")
struct ResumedCallTests {
    let exchange = Exchange()
    let chat: JSON

    init() throws { chat = .string(try exchange.chat(["ana", "ben"], by: "ana").chat.id) }

    func initiate(_ device: Socket) {
        exchange.emit(device, "call:initiate", ["chatId": chat, "offer": offer, "video": false])
    }

    func say(_ device: Socket, _ name: String, _ fields: [(String, JSON)] = []) {
        exchange.emit(device, "call:" + name, .object([.init("chatId", chat)] + fields.map { .init($0.0, $0.1) }))
    }

    /// A call between Ana and Ben's phone, with everything read.
    func answered() -> (ana: Socket, phone: Socket, laptop: Socket) {
        let devices = (ana: exchange.device("ana"), phone: exchange.device("ben"), laptop: exchange.device("ben"))
        initiate(devices.ana)
        say(devices.phone, "answer", [("answer", answer)])
        for socket in [devices.ana, devices.phone, devices.laptop] { _ = exchange.heard(socket) }
        return devices
    }

    @Test("a running call that this server knows nothing of goes on when both devices say that they hold it")
    func resumed() {
        let (ana, ben) = (exchange.device("ana"), exchange.device("ben"))
        _ = exchange.heard(ana)
        say(ana, "resume", [("isCaller", true), ("video", false)])
        say(ana, "renegotiate", [("description", offer)])
        #expect(exchange.names(ben) == [])
        say(ben, "resume", [("isCaller", false), ("video", false)])
        #expect(exchange.names(ben) == ["renegotiate"])
        exchange.wait(.seconds(60), answeringPings: [ana, ben])
        #expect(exchange.names(ana) == [])
        say(ben, "end", [("reason", "hangup")])
        #expect(exchange.names(ana) == ["end:hangup"])
        #expect(exchange.log.map(\.outcome) == [.answered])
    }

    @Test("whoever resumes alone is told after 45 seconds, and holds nobody else")
    func resumedAlone() throws {
        let (ana, ben) = (exchange.device("ana"), exchange.device("ben"))
        say(ana, "resume")
        let other = JSON.string(try exchange.chat(["ben", "cem"], by: "ben").chat.id)
        let cem = exchange.device("cem")
        exchange.emit(cem, "call:initiate", ["chatId": other, "offer": offer, "video": false])
        #expect(exchange.names(ben).contains("offer"), "Ben is not in the call that Ana resumed")
        _ = exchange.heard(ana)
        exchange.wait(.milliseconds(44_999), answeringPings: [ana, ben, cem])
        #expect(exchange.names(ana) == [])
        exchange.wait(.milliseconds(1))
        #expect(exchange.names(ana) == ["end:lost"])
    }

    @Test("whoever hung up while nobody could be told is heard by the one who comes back to the call")
    func endedUnheard() {
        let ana = exchange.device("ana")
        say(ana, "end", [("reason", "hangup")])
        let ben = exchange.device("ben")
        say(ben, "resume", [("isCaller", false)])
        #expect(exchange.names(ben) == ["end:hangup"])
        _ = exchange.heard(ana)
        initiate(ana)
        #expect(exchange.names(ben) == ["offer"], "a call after it is another one")
    }

    @Test("whoever was away when the other hung up is told when they are back")
    func endedWhileAway() {
        let (ana, phone, _) = answered()
        exchange.handle(.closed(phone))
        say(ana, "end", [("reason", "hangup")])
        let back = exchange.device("ben")
        say(back, "resume", [("isCaller", false)])
        #expect(exchange.names(back) == ["end:hangup"])
    }

    @Test("an end that no call is known of reaches the other side, and nobody else")
    func endedUnknown() {
        let (ana, ben, cem) = (exchange.device("ana"), exchange.device("ben"), exchange.device("cem"))
        _ = exchange.heard(ana)
        say(cem, "end", [("reason", "hangup")])
        #expect(exchange.names(ben) == [])
        say(ana, "end", [("reason", "hangup")])
        #expect(exchange.names(ben) == ["end:hangup"])
    }
}
