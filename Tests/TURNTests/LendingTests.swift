// SPDX-License-Identifier: Apache-2.0
import Crypto
import STUN
import TURN
import Testing
import Wire

/// What one worker promised is asked for at another.
@Suite("Reservations redeemed at another worker")
struct LendingTests {
    let ledger: Ledger
    let workers: [World]

    init() {
        let ledger = Ledger(perUser: 12)
        let workers = (0..<2).map { number in
            World(seed: UInt64(number), ledger: ledger) { settings in
                settings.worker = UInt8(number)
                settings.workers = 2
                settings.ports = [UInt16(50_000 + 8 * number)...UInt16(50_007 + 8 * number)]
            }
        }
        for world in workers { world.workers = workers }
        (self.ledger, self.workers) = (ledger, workers)
    }

    func client(_ port: UInt16, at worker: Int, _ user: String = "ana") -> Client {
        Client(workers[worker], user, at: Endpoint(.v4(0x0909_0909), port))
    }

    func pair(_ client: Client) -> (relayed: Endpoint, token: UInt64)? {
        let answer = client.ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.evenPort, integer: UInt8(0x80))
        }
        guard let relayed = answer?.address(.xorRelayedAddress), let token = answer?.token else { return nil }
        return (relayed, token)
    }

    func redeem(_ token: UInt64, _ client: Client) -> Answer? {
        client.ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.reservationToken, integer: token)
        }
    }

    @Test("the port moves to the worker that was asked, works there, and comes home when it is closed")
    func moves() throws {
        let (relayed, token) = try #require(pair(client(40_000, at: 0)))
        let port = Endpoint(relayed.address, relayed.port + 1)
        let second = client(40_001, at: 1)
        #expect(redeem(token, second)?.address(.xorRelayedAddress) == port)
        #expect(workers[0].sockets.count == 1 && workers[1].sockets.keys.contains(port) && ledger.total == 2)
        #expect(workers[0].relay.inventory.lent == 1 && workers[0].relay.inventory.ports == 2)

        _ = second.permit(.peer)
        second.sendIndication([1, 2, 3], to: .peer)
        #expect(workers[1].takeToPeers().map(\.from) == [port])

        #expect(second.refresh(0)?.isSuccess == true)
        #expect(workers[1].sockets.isEmpty && ledger.total == 1)
        #expect(workers[0].relay.inventory.lent == 0 && workers[0].relay.inventory.ports == 1)
    }

    @Test("a repeated request gets the same answer, and the token is good once")
    func repeated() throws {
        let (_, token) = try #require(pair(client(40_000, at: 0)))
        let second = client(40_001, at: 1)
        _ = second.ask(.refresh)
        let request = second.request(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.reservationToken, integer: token)
        }
        let answer = try #require(workers[1].receive(request, on: second.flow))
        #expect(workers[1].receive(request, on: second.flow) == answer)
        for worker in 0..<2 {
            #expect(redeem(token, client(UInt16(40_002 + worker), at: worker))?.code == .insufficientCapacity)
        }
    }

    @Test("a token of somebody else, of nobody and of a worker that there is not get 508, and move nothing")
    func refused() throws {
        let (_, token) = try #require(pair(client(40_000, at: 0)))
        for (number, wrong) in [token, token ^ 1, token | 9 << 56].enumerated() {
            let stranger = client(UInt16(40_001 + number), at: 1, "bob")
            #expect(redeem(wrong, stranger)?.code == .insufficientCapacity)
        }
        #expect(workers[0].sockets.count == 2 && workers[1].sockets.isEmpty && ledger.total == 2)
    }

    @Test("ports, quotas and sockets agree after every step of any exchange, and all are home at its end")
    func neverLeaks() {
        for seed in 0..<20 as Range<UInt64> {
            var random = RandomStream(testSeed: seed)
            var tokens: [UInt64] = []
            var clients: [Client] = []
            for step in 0..<120 {
                let worker = Int(random.below(2))
                switch random.below(8) {
                case 0...2:
                    let client = client(UInt16(10_000 + step), at: worker)
                    clients.append(client)
                    if let token = pair(client)?.token { tokens.append(token) }
                case 3...5 where !tokens.isEmpty:
                    let client = client(UInt16(20_000 + step), at: worker)
                    clients.append(client)
                    _ = redeem(tokens[Int(random.below(UInt64(tokens.count)))], client)
                case 6 where !clients.isEmpty:
                    _ = clients[Int(random.below(UInt64(clients.count)))].refresh(0)
                default: for world in workers { world.pass(.seconds(Int64(random.below(40)))) }
                }
                check(step)
            }
            for world in workers { world.pass(.seconds(3700)) }
            let isEmpty = workers.allSatisfy { $0.relay.inventory == Inventory() && $0.sockets.isEmpty }
            #expect(isEmpty && ledger.total == 0)
        }
    }

    private func check(_ step: Int) {
        let inventories = workers.map { $0.relay.inventory }
        let lent = inventories.reduce(0) { $0 + $1.lent }
        let held = inventories.reduce(0) { $0 + $1.allocations + $1.reservations }
        let sockets = workers.reduce(0) { $0 + $1.sockets.count }
        #expect(inventories.reduce(0) { $0 + $1.ports } == sockets && sockets == held, "step \(step)")
        #expect(ledger.total == held && lent <= held, "step \(step)")
    }
}
