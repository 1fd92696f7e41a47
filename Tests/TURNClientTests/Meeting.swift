// SPDX-License-Identifier: Apache-2.0
import Addresses
import Crypto
import STUN
import TURN
import TURNClient
import Wire

/// A client and a relay that talk in memory; time passes by adding to a number.
final class Meeting {
    var client: Client
    private var relay: Relay
    private(set) var now = Moment(instant: Instant(nanoseconds: 5_000_000_000), time: UnixTime(seconds: 1_800_000_000))
    private var sockets: [Endpoint: AllocationID] = [:]
    private(set) var answers: [Answer] = []
    /// What peers were sent, and what reached the client from them.
    private(set) var departures: [(to: Endpoint, payload: [UInt8])] = []
    private(set) var arrivals: [(from: Endpoint, payload: [UInt8])] = []
    private(set) var ignored: [Client.Arrival.Reason] = []
    /// How many messages of the client get lost before one arrives.
    var losses = 0
    private(set) var sent = 0
    /// Changes what the server says on its way.
    var tamper: ([UInt8]) -> [UInt8] = { $0 }

    static let realm = "example.org"
    private let flow: Flow

    init(
        _ account: Account?, over transport: Transport = .udp, _ change: (inout Settings) -> Void = { _ in }
    ) {
        let credentials = Credentials(
            realm: Self.realm, users: [.init(name: "ana", password: "anaana", realm: Self.realm)],
            secrets: [.init("north")])
        var policy = PeerPolicy()
        policy.own = OwnAddresses(
            host: HostAddresses([.v4(0x0808_0808), .v6(0x2606_4700_0000_0000_0000_0000_0000_1111)]))
        var settings = Settings(
            credentials: credentials, peerPolicy: policy, nonceKey: [UInt8](repeating: 7, count: 32))
        settings.canForbidFragments = true
        change(&settings)
        relay = Relay(settings: settings, random: RandomStream(testSeed: 1), live: .none)
        flow = Flow(
            client: Endpoint(.v4(0x0909_0909), 40_000), server: Endpoint(.v4(0x0808_0808), 3478), transport: transport)
        client = Client(as: account, isStream: transport.isStream, random: RandomStream(testSeed: 2))
    }

    /// Asks, and returns the answer if there was one without waiting.
    @discardableResult
    func ask(_ request: TURNClient.Request) -> Answer? {
        let number = client.ask(request, now: now.instant)
        drain()
        return answers.last { $0.number == number }
    }

    func send(_ payload: [UInt8], to peer: Endpoint, dontFragment: Bool = false) {
        deliver(client.message(payload.span, to: peer, dontFragment: dontFragment))
    }

    /// A datagram from a peer arrives at a relayed address.
    func receive(_ payload: [UInt8], from peer: Endpoint, at relayed: Endpoint) {
        guard let allocation = sockets[relayed] else { return }
        act(on: relay.receive(count: payload.count, from: peer, at: allocation, now: now), payload)
    }

    func stop() {
        client.stop(now: now.instant)
        drain()
    }

    /// Time passes; every deadline of both sides is kept.
    func pass(_ delay: Duration) {
        let end = now + delay
        while let due = [relay.deadline, client.deadline].compactMap(\.self).min(), due <= end.instant {
            if due > now.instant { now = now + (due - now.instant) }
            relay.handle(.tick, now: now)
            drainRelay()
            client.tick(now: now.instant)
            drain()
        }
        now = end
    }

    var allocations: Int { relay.allocationCount }

    private func drain() {
        while let output = client.nextOutput() {
            switch output {
            case .answered(let answer): answers.append(answer)
            case .send(let bytes): deliver(bytes)
            }
        }
    }

    private func deliver(_ bytes: [UInt8]) {
        sent += 1
        guard losses == 0 else { return losses -= 1 }
        act(on: relay.receive(bytes.span, on: flow, now: now), bytes)
        drain()
    }

    private func act(on outcome: Outcome, _ bytes: [UInt8]) {
        switch outcome {
        case .send(let departure): departures.append((departure.peer, Array(bytes[departure.payload])))
        case .deliver(let delivery):
            var message: [UInt8] = []
            switch delivery.framing {
            case .channel(let header): message.append(bigEndian: header)
            case .indication(let header): message = Array(relay.replyBytes[header])
            }
            hear(message + bytes[delivery.payload] + [UInt8](repeating: 0, count: delivery.padding))
        case .dropped, .queued, .elsewhere, .belongs, .untold, .postponed: break
        @unknown default: break
        }
        drainRelay()
    }

    private func drainRelay() {
        while let output = relay.nextOutput() {
            switch output {
            case .reply(_, let range): hear(tamper(Array(relay.replyBytes[range])))
            case .open(let allocation, let endpoint):
                sockets[endpoint] = allocation
                relay.handle(.opened(allocation, at: endpoint), now: now)
            default: break
            }
        }
    }

    private func hear(_ message: [UInt8]) {
        switch client.receive(message.span, now: now.instant) {
        case .data(let peer, let place): arrivals.append((peer, Array(message[place])))
        case .ignored(let reason): ignored.append(reason)
        case .answer: break
        }
    }
}
