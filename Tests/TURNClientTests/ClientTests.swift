// SPDX-License-Identifier: Apache-2.0
import STUN
import TURN
import TURNClient
import Testing
import Wire

@Suite("A client")
struct ClientTests {
    static let ana = Account(name: "ana", password: "anaana")
    static let peer = Endpoint(.v4(0x0101_0101), 7000)

    @Test("learns where it is seen without saying who it is")
    func binding() throws {
        let answer = try #require(Meeting(nil).ask(.binding))
        #expect(answer.facts?.mapped == Endpoint(.v4(0x0909_0909), 40_000))
        #expect(answer.sent == 20 && answer.received == 32 && answer.roundTrip == .zero)
    }

    @Test("answers the challenge with the function it may choose", arguments: [true, false])
    func allocates(takesSHA256: Bool) throws {
        let meeting = Meeting(Account(name: "ana", password: "anaana", takesSHA256: takesSHA256))
        let facts = try #require(meeting.ask(.allocate(Wish()))?.facts)
        #expect(facts.usedSHA256 == takesSHA256 && facts.lifetime == 600)
        #expect(facts.relayed.first?.address == .v4(0x0808_0808) && meeting.client.relayed == facts.relayed)
        #expect(meeting.sent == 2)
    }

    @Test("with an account of the TURN REST form is let in until its time has come", arguments: [60, -60] as [Int64])
    func temporary(left: Int64) throws {
        let expiry = UnixTime(seconds: 1_800_000_000 + left)
        let answer = try #require(
            Meeting(Account(for: "phone", until: expiry, secret: "north")).ask(.allocate(Wish())))
        #expect(answer.refusal?.code == (left > 0 ? nil : .unauthenticated))
    }

    @Test("takes a second 401 for a wrong password, and nobody's first for an answer")
    func refusals() throws {
        let wrong = Meeting(Account(name: "ana", password: "bobbob"))
        let refusal = try #require(wrong.ask(.allocate(Wish()))?.refusal)
        #expect(refusal.code == .unauthenticated && refusal.wasSigned && wrong.sent == 2)
        let nobody = try #require(Meeting(nil).ask(.allocate(Wish()))?.refusal)
        #expect(nobody.code == .unauthenticated && !nobody.wasSigned && nobody.realm == Meeting.realm)
    }

    @Test("sends and hears payload, in indications and then on a channel", arguments: [Transport.udp, .tcp])
    func payload(over transport: Transport) throws {
        let meeting = Meeting(Self.ana, over: transport)
        let relayed = try #require(meeting.ask(.allocate(Wish()))?.facts?.relayed.first)
        #expect(meeting.ask(.permit([Self.peer]))?.facts != nil)
        for size in [0, 1, 3, 4, 1200] {
            let payload = [UInt8](repeating: 9, count: size)
            meeting.send(payload, to: Self.peer)
            meeting.receive(payload, from: Self.peer, at: relayed)
        }
        #expect(meeting.ask(.bind(channel: 0x4000, to: Self.peer))?.facts != nil)
        for size in [0, 1, 3, 4, 1200] {
            let payload = [UInt8](repeating: 9, count: size)
            meeting.send(payload, to: Self.peer)
            meeting.receive(payload, from: Self.peer, at: relayed)
        }
        let sizes = [0, 1, 3, 4, 1200, 0, 1, 3, 4, 1200]
        #expect(meeting.departures.map(\.payload.count) == sizes && meeting.arrivals.map(\.payload.count) == sizes)
        #expect(meeting.arrivals.allSatisfy { $0.from == Self.peer })
    }

    @Test("keeps allocation, permission and channel alive for hours, over stale nonces, and gives them back")
    func upkeep() throws {
        let meeting = Meeting(Self.ana)
        let relayed = try #require(meeting.ask(.allocate(Wish()))?.facts?.relayed.first)
        _ = meeting.ask(.permit([Self.peer]))
        _ = meeting.ask(.bind(channel: 0x4000, to: Self.peer))
        for _ in 0..<30 {
            meeting.pass(.seconds(360))
            meeting.receive([1], from: Self.peer, at: relayed)
            meeting.send([2], to: Self.peer)
        }
        #expect(meeting.allocations == 1 && meeting.arrivals.count == 30 && meeting.departures.count == 30)
        #expect(meeting.answers.allSatisfy { $0.facts != nil })
        meeting.stop()
        #expect(meeting.allocations == 0 && meeting.client.relayed.isEmpty && meeting.client.deadline == nil)
    }

    @Test("repeats what is lost as the RFC says, and over a stream waits once")
    func repetition() throws {
        let meeting = Meeting(nil)
        meeting.losses = 3
        #expect(meeting.ask(.binding) == nil)
        meeting.pass(.milliseconds(3499))
        #expect(meeting.sent == 3)
        meeting.pass(.milliseconds(1))
        let answer = try #require(meeting.answers.last)
        #expect(answer.facts != nil && answer.repeats == 3 && answer.roundTrip == nil)
        for (transport, requests, seconds) in [(Transport.udp, 7, 39.5), (.tcp, 1, 39.5)] {
            let silent = Meeting(nil, over: transport)
            silent.losses = .max
            _ = silent.ask(.binding)
            silent.pass(.seconds(seconds) - .milliseconds(1))
            #expect(silent.answers.isEmpty && silent.sent == requests)
            silent.pass(.milliseconds(1))
            #expect(silent.answers.map(\.result) == [.silence])
        }
    }

    @Test("gets both families, an even port and the one that was kept behind it")
    func wishes() throws {
        let dual = Meeting(Self.ana)
        var wish = Wish()
        wish.isDual = true
        #expect(try #require(dual.ask(.allocate(wish))?.facts).relayed.map(\.address.family) == [.v4, .v6])
        let even = Meeting(Self.ana)
        wish = Wish()
        wish.evenPort = true
        let facts = try #require(even.ask(.allocate(wish))?.facts)
        #expect(facts.reservation != nil && facts.relayed.allSatisfy { $0.port % 2 == 0 })
    }

    @Test("is refused a forbidden peer with the code and stays")
    func forbidden() throws {
        let meeting = Meeting(Self.ana)
        _ = meeting.ask(.allocate(Wish()))
        let answer = try #require(meeting.ask(.permit([Endpoint(.loopbackV4, 22)])))
        #expect(answer.refusal?.code == .forbidden && meeting.allocations == 1)
    }

    @Test("believes no success that is not signed with its password, and no challenge that lost its algorithms")
    func believes() {
        let forged = Meeting(Self.ana)
        forged.tamper = { bytes in
            // A success with one byte of its body changed.
            bytes[0] == 0x01 && bytes[1] == 0x03
                ? bytes.dropLast(40) + [bytes[bytes.count - 40] ^ 1] + bytes.suffix(39) : bytes
        }
        #expect(forged.ask(.allocate(Wish())) == nil && forged.ignored == [.notAuthentic])
        let weakened = Meeting(Self.ana)
        weakened.tamper = { bytes in
            // PASSWORD-ALGORITHMS becomes an attribute that nobody knows.
            var bytes = bytes
            for index in stride(from: 20, to: bytes.count - 1, by: 4)
            where bytes[index] == 0x80 && bytes[index + 1] == 2 {
                bytes[index + 1] = 0x7F
            }
            return bytes
        }
        #expect(weakened.ask(.allocate(Wish())) == nil && weakened.ignored == [.bidDown])
    }
}
