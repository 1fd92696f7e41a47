// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import TURNClient
internal import Wire

/// A client of TURN and the road that it calls over.
final class Caller {
    let road: Road
    var client: Client
    private unowned let station: Station
    private var timer: Timer?
    private var answers: [Int: Answer] = [:]
    /// Told of payload from peers.
    var heard: (Endpoint, Span<UInt8>) -> Void = { _, _ in }

    /// The first wait for an answer; four requests in all, for five seconds.
    private static let timing: Timing = {
        var timing = Timing()
        timing.requests = 4
        timing.last = 2
        timing.stream = .seconds(5)
        return timing
    }()

    static let patience: Duration = .seconds(6)

    init(to target: Target, as account: Account?, over road: Road, on station: Station) {
        self.road = road
        self.station = station
        client = Client(
            as: account, isStream: target.transport.isStream, timing: Self.timing, random: station.randomStream())
        timer = Timer(on: station.loop) { [weak self] in
            guard let self else { return }
            client.tick(now: station.loop.now.instant)
            drain()
        }
        road.received = { [weak self] bytes in
            guard let self else { return }
            if case .data(let peer, let place) = client.receive(bytes, now: station.loop.now.instant) {
                heard(peer, bytes.extracting(place))
            }
            drain()
        }
    }

    /// Waits until the road is open; why it does not open.
    func connect() -> Obstacle? {
        station.wait(atMost: Self.patience) { road.state != .opening || road.refusal != nil }
        return road.state == .open ? nil : road.obstacle ?? .silence
    }

    /// Asks and waits for the answer; nil where there is none.
    func ask(_ request: Request) -> Answer? {
        let number = begin(request)
        return finish(number)
    }

    /// Asks without waiting; for ``finish(_:)``.
    func begin(_ request: Request) -> Int {
        let number = client.ask(request, now: Moment.read().instant)
        drain()
        return number
    }

    func finish(_ number: Int) -> Answer? {
        // Who was never heard and is said not to be there is not waited for.
        station.wait(atMost: Self.patience) { answers[number] != nil || road.obstacle != nil }
        guard let answer = answers[number], answer.result != .silence else { return nil }
        return answer
    }

    func send(_ payload: [UInt8], to peer: Endpoint) { road.send(client.message(payload.span, to: peer)) }

    /// Gives back what was allocated and leaves.
    func leave() {
        client.stop(now: station.loop.now.instant)
        drain()
        timer?.arm(at: nil)
        // Streams are given a turn to send; an allocation that stays behind ends by itself.
        station.wait(atMost: .milliseconds(20)) { false }
        road.close()
    }

    private func drain() {
        while let output = client.nextOutput() {
            switch output {
            case .send(let bytes): road.send(bytes)
            case .answered(let answer): answers[answer.number] = answer
            }
        }
        timer?.arm(at: client.deadline)
    }
}
