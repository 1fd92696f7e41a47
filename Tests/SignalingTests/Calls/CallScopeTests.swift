// SPDX-License-Identifier: Apache-2.0
import Signaling
import Testing
import Wire

/// What calls tell the relay.
extension CallTests {
    private var room: String { "call/\(chat.string ?? "")" }

    private func names(_ scopes: [RelayScope]) -> [String] {
        scopes.compactMap { if case .joined(let peer, _, false) = $0 { peer } else { nil } }
    }

    private func candidate(at address: String) -> JSON {
        ["candidate": .string("candidate:1 1 udp 1 \(address) 9 typ host"), "sdpMid": "0"]
    }

    @Test("the relay knows who is in a call: all that ring, then the one that answered, and nobody when it is over")
    func scope() throws {
        let devices = ringing()
        let told = exchange.takeScopes()
        let names = names(told)
        #expect(names.count == 3 && Set(names).count == 3)
        #expect(told.allSatisfy { if case .joined(_, room, false) = $0 { true } else { false } })
        say(devices.ana, "ice-candidate", [("candidate", candidate(at: "203.0.113.5"))])
        #expect(exchange.takeScopes() == [.signalled([.v4(0xCB00_7105)], peer: names[0])])
        say(devices.phone, "ice-candidate", [("candidate", candidate(at: "203.0.113.6"))])
        #expect(exchange.takeScopes().isEmpty, "of all that ring nobody knows which will answer")
        say(devices.phone, "answer", [("answer", answer)])
        let answered = exchange.takeScopes()
        #expect(answered.contains(.signalled([.v4(0xCB00_7106)], peer: names[1])))
        #expect(answered.contains(.left(peer: names[2])))
        say(devices.ana, "end")
        let over = exchange.takeScopes()
        #expect(over.contains(.left(peer: names[0])) && over.contains(.left(peer: names[1])))
        #expect(over.last == .ended(room: room))
    }

    @Test("somebody who vanished is reached where they were, until they are back or the call is over")
    func scopeOfSomebodyAway() throws {
        let devices = answered()
        let names = names(exchange.takeScopes())
        say(devices.phone, "ice-candidate", [("candidate", candidate(at: "203.0.113.6"))])
        _ = exchange.takeScopes()
        exchange.handle(.closed(devices.phone))
        let away = exchange.takeScopes()
        let place = "\(room)/callee"
        #expect(
            Array(away.prefix(2)) == [
                .joined(peer: place, room: room, isGuest: false),
                .signalled([.v4(0xCB00_7106)], peer: place),
            ])
        #expect(exchange.revoked.contains(names[1]))
        _ = exchange.device("ben")
        let back = exchange.takeScopes()
        guard case .joined(let device, room, false)? = back.first else {
            Issue.record("\(back)")
            return
        }
        #expect(back.dropFirst().elementsEqual([.signalled([.v4(0xCB00_7106)], peer: device), .left(peer: place)]))
    }
}
