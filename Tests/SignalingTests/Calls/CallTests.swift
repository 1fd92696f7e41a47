// SPDX-License-Identifier: Apache-2.0
import Signaling
import Testing
import Wire

@Suite("Calls as in a messenger")
struct CallTests {
    let exchange = Exchange()
    let chat: JSON

    init() throws { chat = .string(try exchange.chat(["ana", "ben"], by: "ana").chat.id) }

    func initiate(_ device: Socket, video: Bool = true) {
        exchange.emit(device, "call:initiate", ["chatId": chat, "offer": offer, "video": .boolean(video)])
    }

    func say(_ device: Socket, _ name: String, _ fields: [(String, JSON)] = []) {
        exchange.emit(device, "call:" + name, .object([.init("chatId", chat)] + fields.map { .init($0.0, $0.1) }))
    }

    func candidate(_ number: Int) -> JSON { ["candidate": .string("candidate:\(number)"), "sdpMid": "0"] }

    /// Ana on one device, Ben on two, and Ana's call ringing on both.
    func ringing() -> (ana: Socket, phone: Socket, laptop: Socket) {
        let devices = (ana: exchange.device("ana"), phone: exchange.device("ben"), laptop: exchange.device("ben"))
        _ = exchange.heard(devices.ana)
        initiate(devices.ana)
        return devices
    }

    /// The same, answered on the phone, and everything read.
    func answered() -> (ana: Socket, phone: Socket, laptop: Socket) {
        let devices = ringing()
        say(devices.phone, "answer", [("answer", answer)])
        for socket in [devices.ana, devices.phone, devices.laptop] { _ = exchange.heard(socket) }
        return devices
    }

    @Test("it rings on every device of the callee, and the caller hears that it rings")
    func rings() throws {
        let (ana, phone, laptop) = ringing()
        for device in [phone, laptop] {
            let events = exchange.events(device)
            #expect(events.map(\.name) == ["call:offer"])
            #expect(
                events.first?.data == [
                    "chatId": chat, "offer": offer, "video": true, "callerId": "ana", "callerName": "Ana",
                ])
        }
        #expect(exchange.names(ana) == ["ringing"])
    }

    @Test("the first device to answer has the call; the others are told")
    func answering() {
        let (ana, phone, laptop) = ringing()
        for socket in [ana, phone, laptop] { _ = exchange.heard(socket) }
        say(phone, "answer", [("answer", answer)])
        say(laptop, "answer", [("answer", answer)])
        let events = exchange.events(ana)
        #expect(events.map(\.name) == ["call:answer"])
        #expect(events.first?.data == ["chatId": chat, "answer": answer])
        #expect(exchange.names(laptop) == ["end:answered-elsewhere"])
        #expect(exchange.names(phone) == [])
    }

    @Test("candidates sent before the answer are kept and handed over with it, in order, in both directions")
    func earlyCandidates() {
        let (ana, phone, laptop) = ringing()
        for socket in [ana, phone, laptop] { _ = exchange.heard(socket) }
        for number in 1...3 { say(ana, "ice-candidate", [("candidate", candidate(number))]) }
        say(phone, "ice-candidate", [("candidate", candidate(4))])
        say(laptop, "ice-candidate", [("candidate", candidate(5))])
        #expect(exchange.names(ana) + exchange.names(phone) + exchange.names(laptop) == [])
        say(phone, "answer", [("answer", answer)])
        #expect(exchange.events(phone).map { $0.data["candidate"] } == [candidate(1), candidate(2), candidate(3)])
        let events = exchange.events(ana)
        #expect(events.map(\.name) == ["call:answer", "call:ice-candidate"])
        #expect(events.last?.data["candidate"] == candidate(4))
        say(ana, "ice-candidate", [("candidate", .null)])
        #expect(exchange.events(phone).map { $0.data["candidate"] } == [.null])
        say(laptop, "ice-candidate", [("candidate", candidate(6))])
        #expect(exchange.names(ana) == [])
    }

    @Test("rejecting tells the caller, older clients too, and ends the ringing elsewhere")
    func rejecting() {
        let (ana, phone, laptop) = ringing()
        for socket in [ana, phone, laptop] { _ = exchange.heard(socket) }
        say(phone, "reject")
        #expect(exchange.names(ana) == ["rejected", "reject"])
        #expect(exchange.names(laptop) == ["end:rejected-elsewhere"])
        #expect(exchange.log.map(\.outcome) == [.rejected])
        #expect(exchange.log.first?.isMissed == false)
        initiate(ana)
        #expect(exchange.names(phone) == ["offer"])
    }

    @Test("cancelling ends the ringing, and a given reason is passed on", arguments: [nil, "shopping"])
    func cancelling(reason: String?) {
        let (ana, phone, laptop) = ringing()
        for socket in [phone, laptop] { _ = exchange.heard(socket) }
        say(ana, "end", reason.map { [("reason", .string($0))] } ?? [])
        for device in [phone, laptop] { #expect(exchange.names(device) == ["end:" + (reason ?? "cancelled")]) }
        #expect(exchange.log.first?.isMissed == true)
    }

    @Test("after thirty seconds nobody has answered")
    func noAnswer() {
        let (ana, phone, laptop) = ringing()
        for socket in [ana, phone, laptop] { _ = exchange.heard(socket) }
        exchange.wait(.milliseconds(29_999), answeringPings: [ana, phone, laptop])
        #expect(exchange.names(ana) == [])
        exchange.wait(.milliseconds(1))
        #expect(exchange.names(ana) == ["no-answer"])
        for device in [phone, laptop] { #expect(exchange.names(device) == ["end:no-answer"]) }
        #expect(exchange.log.map(\.outcome) == [.noAnswer])
        say(phone, "answer", [("answer", answer)])
        #expect(exchange.names(ana) == [])
    }

    @Test("hanging up ends a running call from either side, and only by the devices that hold it")
    func hangingUp() throws {
        let (ana, phone, laptop) = answered()
        say(laptop, "end")
        say(laptop, "reject")
        say(laptop, "renegotiate", [("description", offer)])
        #expect(exchange.names(ana) + exchange.names(phone) == [])
        exchange.wait(.seconds(5))
        say(phone, "end")
        #expect(exchange.names(ana) == ["end:hangup"])
        let record = try #require(exchange.log.first)
        #expect(record.outcome == .answered)
        #expect(record.endedAt - record.startedAt == .seconds(5))
        #expect(record.answeredAt == record.startedAt)
        #expect((record.caller, record.callee, record.video) == ("ana", "ben", true))
    }

    @Test("renegotiation goes between the two devices of a running call")
    func renegotiation() {
        let (ana, phone, _) = answered()
        say(ana, "renegotiate", [("description", offer)])
        #expect(exchange.events(phone).map(\.data) == [["chatId": chat, "description": offer]])
        say(phone, "renegotiate", [("description", answer)])
        #expect(exchange.events(ana).map(\.data) == [["chatId": chat, "description": answer]])
        say(ana, "renegotiate", [("description", ["type": "offer", "sdp": "x"])])
        say(ana, "renegotiate", [("description", ["type": "answer"])])
        #expect(exchange.names(ana) == ["error:Bad offer", "error:Bad answer"])
        #expect(exchange.names(phone) == [])
    }

    @Test("somebody offline cannot be called, somebody in a call is busy, and both are missed calls")
    func unreachable() throws {
        let ana = exchange.device("ana")
        initiate(ana)
        #expect(exchange.names(ana) == ["error:User offline"])
        let other = JSON.string(try exchange.chat(["cem", "ben"], by: "cem").chat.id)
        let (cem, ben) = (exchange.device("cem"), exchange.device("ben"))
        exchange.emit(cem, "call:initiate", ["chatId": other, "offer": offer, "video": false])
        for socket in [ana, cem, ben] { _ = exchange.heard(socket) }
        initiate(ana)
        #expect(exchange.names(ana) == ["busy"])
        #expect(exchange.names(ben) == [])
        #expect(exchange.log.map(\.outcome) == [.offline, .busy])
        #expect(exchange.log.map(\.isMissed) == [true, true])
        exchange.emit(cem, "call:initiate", ["chatId": other, "offer": offer, "video": false])
        #expect(exchange.names(cem) == ["error:Already calling"])
    }

    @Test("when both call at once the first stands, and nobody is rung twice")
    func glare() {
        let (ana, ben) = (exchange.device("ana"), exchange.device("ben"))
        _ = exchange.heard(ana)
        initiate(ana)
        initiate(ben)
        #expect(exchange.names(ben) == ["offer"])
        #expect(exchange.names(ana) == ["ringing"])
        say(ben, "answer", [("answer", answer)])
        #expect(exchange.names(ana) == ["answer"])
    }

    @Test("a caller that vanishes while it rings ends the call")
    func callerVanishes() {
        let (ana, phone, laptop) = ringing()
        for socket in [phone, laptop] { _ = exchange.heard(socket) }
        exchange.handle(.closed(ana))
        #expect(exchange.names(phone).contains("end:lost"))
        #expect(exchange.names(laptop).contains("end:lost"))
        #expect(exchange.log.map(\.outcome) == [.lost])
    }

    @Test("a device that comes while it rings is rung too")
    func lateDevice() {
        let (_, _, _) = ringing()
        let tablet = exchange.open()
        exchange.say(tablet, #"40{"userId":"ben","secret":"ben-secret"}"#)
        #expect(exchange.names(tablet).contains("offer"))
    }

    @Test("in a running call a seat waits 45 seconds, and the person's next device takes it over")
    func takeover() {
        let (ana, phone, laptop) = answered()
        exchange.handle(.closed(phone))
        say(ana, "renegotiate", [("description", offer)])
        #expect(exchange.names(laptop) == [])
        exchange.wait(.seconds(44), answeringPings: [ana, laptop])
        let tablet = exchange.open()
        exchange.say(tablet, #"40{"userId":"ben","secret":"ben-secret"}"#)
        #expect(exchange.names(tablet).contains("renegotiate"))
        say(tablet, "renegotiate", [("description", answer)])
        #expect(exchange.names(ana) == ["renegotiate"])
        exchange.wait(.seconds(10), answeringPings: [ana, laptop, tablet])
        #expect(exchange.names(ana) == [])
    }

    @Test("a seat that nobody takes over in 45 seconds ends the call")
    func lost() {
        let (ana, phone, laptop) = answered()
        exchange.handle(.closed(phone))
        exchange.wait(.milliseconds(44_999), answeringPings: [ana, laptop])
        #expect(exchange.names(ana) == [])
        exchange.wait(.milliseconds(1))
        #expect(exchange.names(ana) == ["end:lost"])
    }

    @Test("presence is told to those who share a chat: all at connect, then changes")
    func presence() throws {
        _ = try exchange.chat(["ana", "cem"], by: "ana")
        let ben = exchange.device("ben")
        let ana = exchange.open()
        exchange.say(ana, #"40{"userId":"ana","secret":"ana-secret"}"#)
        let greeting = exchange.events(ana)
        #expect(greeting.map(\.name) == ["webrtc-config", "presence"])
        #expect(greeting.last?.data == ["userId": "ben", "online": true])
        #expect(exchange.events(ben).map(\.data) == [["userId": "ana", "online": true]])
        let second = exchange.device("ana")
        exchange.handle(.closed(ana))
        #expect(exchange.events(ben).count == 0)
        exchange.handle(.closed(second))
        #expect(exchange.events(ben).map(\.data) == [["userId": "ana", "online": false]])
        let cem = exchange.device("cem")
        #expect(exchange.events(ben).count == 0)
        exchange.handle(.closed(cem))
    }

    @Test("a chat of two is made once, by one of the two, of people who exist")
    func chats() throws {
        let (same, isNew) = try exchange.chat(["ben", "ana"], by: "ben")
        #expect(.string(same.id) == chat)
        #expect(!isNew)
        for (members, refusal) in [
            (["ana", "ana"], .badMembers), (["ana"], .badMembers), (["ben", "cem"], .badMembers),
            (["ana", "ben", "cem"], .badMembers), ([], .badMembers), (["ana", "nobody"], .unknownPerson),
        ] as [([String], Calls.Refusal)] {
            #expect(throws: refusal) { try exchange.chat(members, by: "ana") }
        }
        _ = exchange.device("ben")
        let members = try exchange.list(of: "ana")["chats"]?.array?.first?["members"]
        #expect(
            members == [
                ["userId": "ana", "name": "Ana", "online": false], ["userId": "ben", "name": "Ben", "online": true],
            ])
        #expect(try exchange.list(of: "cem")["chats"] == [])
        let next = Exchange()
        next.handle(.restored(exchange.chats))
        #expect(try next.list(of: "ben")["chats"]?.array?.count == 1)
    }

    @Test("fresh servers come before the old run out")
    func freshServers() {
        let ana = exchange.device("ana")
        exchange.wait(.seconds(3479), answeringPings: [ana])
        #expect(exchange.names(ana) == [])
        exchange.wait(.seconds(1), answeringPings: [ana])
        #expect(exchange.names(ana) == ["webrtc-config"])
    }

    @Test("more than ten calls in a minute are too fast")
    func tooFast() {
        let (ana, ben) = (exchange.device("ana"), exchange.device("ben"))
        for _ in 0..<10 {
            initiate(ana)
            say(ana, "end")
        }
        _ = exchange.heard(ana)
        _ = exchange.heard(ben)
        initiate(ana)
        #expect(exchange.names(ana) == ["error:Too fast"])
        exchange.wait(.seconds(60), answeringPings: [ana, ben])
        initiate(ana)
        #expect(exchange.names(ben) == ["offer"])
    }

    static let badOffers: [JSON] = [
        .null, "v=0", [:], ["type": "offer"], ["type": "answer", "sdp": "v=0"], ["type": "offer", "sdp": "x"],
        ["type": "offer", "sdp": .string("v=0" + String(repeating: "x", count: 61_440))],
    ]

    @Test("an offer or answer of another shape is refused", arguments: badOffers)
    func badOffer(description: JSON) {
        let (ana, phone, _) = ringing()
        for socket in [ana, phone] { _ = exchange.heard(socket) }
        // A good answer is no offer, and the reverse.
        let mistyped = description["type"] == "answer" ? offer : description
        say(phone, "answer", [("answer", mistyped)])
        #expect(exchange.names(phone) == ["error:Bad answer"])
        say(ana, "end")
        _ = exchange.heard(phone)
        exchange.emit(ana, "call:initiate", ["chatId": chat, "offer": description, "video": true])
        #expect(exchange.names(ana) == ["error:Bad offer"])
        #expect(exchange.names(phone) == [])
    }

    // MARK: Every verb, from everywhere

    enum Place: CaseIterable { case stranger, wrongChat, noChat, notConnected }

    static let verbs = ["initiate", "answer", "ice-candidate", "renegotiate", "resume", "reject", "end"]

    @Test("no verb of an outsider reaches a call, and all get the same answer", arguments: verbs, Place.allCases)
    func outsiders(verb: String, place: Place) throws {
        let (ana, phone, _) = ringing()
        for socket in [ana, phone] { _ = exchange.heard(socket) }
        let other = try exchange.chat(["ana", "cem"], by: "cem").chat.id
        let foreign = try exchange.chat(["ana", "ben"], by: "ben").chat.id
        let sender = place == .notConnected ? exchange.open() : exchange.device("cem")
        for socket in [ana, phone, sender] { _ = exchange.heard(socket) }
        let chatID =
            switch place {
            case .stranger, .notConnected: foreign
            case .wrongChat: other + "x"
            case .noChat: ""
            }
        exchange.emit(
            sender, "call:" + verb,
            [
                "chatId": .string(chatID), "offer": offer, "answer": answer, "description": offer, "video": true,
                "candidate": candidate(1), "reason": "x",
            ])
        #expect(exchange.names(ana) == [])
        #expect(exchange.names(phone) == [])
        if place == .notConnected {
            #expect(exchange.closed[sender] == .normal)
        } else {
            #expect(exchange.names(sender) == ["error:Access denied"])
        }
        say(phone, "answer", [("answer", answer)])
        #expect(exchange.names(ana) == ["answer"])
    }
}
