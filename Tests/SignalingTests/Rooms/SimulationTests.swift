// SPDX-License-Identifier: Apache-2.0
import Crypto
import Signaling
import Testing
import Wire

/// Pages in one room over sockets that die at random: nothing may be lost, doubled or put out of order.
@Suite("Simulated calls over dying sockets")
struct SimulationTests {
    @Test("nothing is lost, nothing comes twice, the order is kept", arguments: 0..<200 as Range<UInt64>)
    func dyingSockets(seed: UInt64) throws {
        let simulation = try Simulation(seed: seed, people: 2 + Int(seed % 2))
        for _ in 0..<400 { simulation.step() }
        simulation.comeToRest()
        simulation.checkEverythingArrived()
    }
}

/// A page as API §3 wants it: it numbers what it says, keeps it until it is acknowledged, and comes back with `resume`.
private struct Page {
    var socket: Socket?
    /// What is on its way, in both directions; it dies with the socket.
    var toServer: [JSON] = []
    var toPage: [JSON] = []

    var peer = ""
    var resume: JSON?
    var isJoined = false
    var sent: Int64 = 0
    var unacknowledged: [(number: Int64, fields: [JSON.Member])] = []
    var received: Int64 = 0
    var diedAt: Instant?

    /// How many candidates it has sent to each, and which it got from each.
    var said: [String: Int] = [:]
    var got: [String: [Int]] = [:]
}

private final class Simulation {
    private var random: RandomStream
    private let scene = Scene()
    private let token: String
    private var pages: [Page]

    init(seed: UInt64, people: Int) throws {
        random = RandomStream(testSeed: seed)
        pages = Array(repeating: Page(), count: people)
        token = try scene.create(RoomRequest(maxParticipants: people)).record.token
        for index in pages.indices {
            connect(index)
            flush(index)
            #expect(pages[index].isJoined)
        }
    }

    private func chance(_ one: UInt64) -> Bool { random.below(one) == 0 }

    func step() {
        scene.wait(.milliseconds(Int64(random.below(400))))
        let index = Int(random.below(UInt64(pages.count)))
        switch random.below(10) {
        case 0 where pages[index].socket != nil: die(index)
        case 0, 1: if pages[index].socket == nil { connect(index) }
        case 2...5: speak(index)
        case 6: if pages[index].isJoined { send(index, [.init("type", "ping"), .init("t", 1)], counts: false) }
        default: carry(index)
        }
        for index in pages.indices {
            // Nobody stays away for longer than a seat is kept, or silent for so long.
            if pages[index].socket == nil, scene.now.instant - (pages[index].diedAt ?? scene.now.instant) > .seconds(30)
            {
                connect(index)
            }
            collect(index)
            check(index)
        }
    }

    /// The socket dies with everything on it; the server learns it now, later, or by the takeover.
    private func die(_ index: Int) {
        guard let socket = pages[index].socket else { return }
        pages[index].socket = nil
        pages[index].isJoined = false
        pages[index].toServer = []
        pages[index].toPage = []
        pages[index].diedAt = scene.now.instant
        _ = scene.heard(socket)
        if !chance(3) { scene.hangUp(socket) }
    }

    private func connect(_ index: Int) {
        let socket = scene.connect(token)
        pages[index].socket = socket
        var join: [JSON.Member] = [.init("type", "join"), .init("ack", .integer(pages[index].received))]
        if let resume = pages[index].resume { join.append(.init("resume", resume)) }
        pages[index].toServer.append(.object(join))
    }

    /// Says one more candidate to one of the others, or a state to all.
    private func speak(_ index: Int) {
        guard pages[index].resume != nil else { return }
        let others = pages.indices.filter { $0 != index && pages[$0].peer != "" }
        let other = pages[others[Int(random.below(UInt64(others.count)))]].peer
        let number = pages[index].said[other, default: 0]
        pages[index].said[other] = number + 1
        send(
            index,
            [
                .init("type", "candidate"), .init("to", .string(other)),
                .init("candidate", ["candidate": .string("\(number)")]),
            ], counts: true)
    }

    private func send(_ index: Int, _ fields: [JSON.Member], counts: Bool) {
        if counts {
            pages[index].sent += 1
            pages[index].unacknowledged.append((pages[index].sent, fields))
        }
        guard pages[index].isJoined else { return }
        var members = fields
        if counts { members.append(.init("seq", .integer(pages[index].sent))) }
        members.append(.init("ack", .integer(pages[index].received)))
        pages[index].toServer.append(.object(members))
    }

    /// Lets some of what is on its way arrive.
    private func carry(_ index: Int) {
        for _ in 0...random.below(6) {
            guard let socket = pages[index].socket else { return }
            if chance(2), !pages[index].toServer.isEmpty {
                scene.say(socket, pages[index].toServer.removeFirst())
            } else if !pages[index].toPage.isEmpty {
                read(index, pages[index].toPage.removeFirst())
            }
            collect(index)
        }
    }

    private func collect(_ index: Int) {
        guard let socket = pages[index].socket else { return }
        pages[index].toPage += scene.heard(socket)
    }

    private func read(_ index: Int, _ message: JSON) {
        let type = message["type"]?.string ?? ""
        // A page may resend more than it must: what `joined.ack` names is sent again half the time.
        if let acknowledged = message["ack"]?.integer, type != "joined" || chance(2) {
            pages[index].unacknowledged.removeAll { $0.number <= acknowledged }
        }
        if type == "joined" {
            let isNew = pages[index].resume == nil
            #expect(isNew || message["resume"] == pages[index].resume, "the seat was kept")
            pages[index].peer = message["peerId"]?.string ?? ""
            pages[index].resume = message["resume"]
            pages[index].isJoined = true
            for (number, fields) in pages[index].unacknowledged {
                let members =
                    fields + [
                        .init("seq", .integer(number)), .init("ack", .integer(pages[index].received)),
                    ]
                pages[index].toServer.append(.object(members))
            }
            return
        }
        guard let number = message["seq"]?.integer else {
            #expect(type == "pong")
            return
        }
        guard number > pages[index].received else { return }
        #expect(number == pages[index].received + 1, "no gap")
        pages[index].received = number
        #expect(type != "error" && type != "peer-left" && type != "ended", "\(message.text)")
        guard let from = message["from"]?.string else { return }
        pages[index].got[from, default: []].append(Int(message["candidate"]?["candidate"]?.string ?? "") ?? -1)
    }

    private func check(_ index: Int) {
        if let socket = pages[index].socket { #expect(scene.closed[socket] == nil) }
        for numbers in pages[index].got.values {
            #expect(numbers == Array(0..<numbers.count), "in order, each once")
        }
    }

    private func flush(_ index: Int) {
        if pages[index].socket == nil { connect(index) }
        while let socket = pages[index].socket {
            collect(index)
            if !pages[index].toServer.isEmpty {
                scene.say(socket, pages[index].toServer.removeFirst())
            } else if !pages[index].toPage.isEmpty {
                read(index, pages[index].toPage.removeFirst())
            } else {
                return
            }
        }
    }

    func comeToRest() {
        for _ in 0..<3 {
            for index in pages.indices { flush(index) }
        }
    }

    func checkEverythingArrived() {
        for page in pages {
            for (other, count) in page.said {
                let got = pages.first { $0.peer == other }?.got[page.peer] ?? []
                #expect(got == Array(0..<count))
            }
            #expect(page.said.values.reduce(0, +) > 0)
        }
        #expect(scene.revoked == [])
    }
}
