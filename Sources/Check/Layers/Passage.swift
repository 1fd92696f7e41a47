// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Wire

/// Two clients with allocations that let each other in.
struct Pair {
    let near: Caller
    let far: Caller
    /// The relayed address of each.
    let here: Endpoint
    let there: Endpoint

    /// The same, seen from the other one.
    var turned: Self { Self(near: far, far: near, here: there, there: here) }

    func leave() {
        near.leave()
        far.leave()
    }
}

/// What came of packets from one allocation to another and back.
struct Passage {
    private(set) var sent = 0
    /// Of those that came back, in order of length.
    private var roundTrips: [Duration] = []
    private var span: Duration = .zero
    private static let size = 1000
    /// How many are on their way at once.
    private static let window = 16

    var received: Int { roundTrips.count }
    var lossPercent: Double { sent == 0 ? 100 : Double(sent - received) * 100 / Double(sent) }

    /// Payload that passed the server, both ways together.
    var megabitsPerSecond: Double {
        Double(received * Self.size * 8 * 2) / max(0.001, Double(span.wholeNanoseconds) / 1e9) / 1e6
    }

    /// The round trip that this share of packets does not exceed; nil when none came back.
    func roundTrip(percent: Int) -> Duration? {
        roundTrips.isEmpty ? nil : roundTrips[min(received - 1, received * percent / 100)]
    }

    /// Sends packets of 1000 bytes and waits for what comes back, a second for the last.
    static func through(_ pair: Pair, packets: Int, on station: Station) -> Passage {
        var passage = Passage()
        var seen = Set<UInt32>()
        var trips: [Duration] = []
        var sentAt = [Instant](repeating: Instant(nanoseconds: 0), count: packets)
        pair.far.heard = { peer, payload in pair.far.send(payload.array, to: peer) }
        pair.near.heard = { _, payload in
            guard let number: UInt32 = payload.integer(at: 0), Int(number) < packets, seen.insert(number).inserted
            else { return }
            trips.append(Moment.read().instant - sentAt[Int(number)])
        }
        let begun = Moment.read().instant
        var lost = 0
        while passage.sent < packets {
            sentAt[passage.sent] = Moment.read().instant
            var payload = [UInt8](repeating: 0, count: size)
            var span = payload.mutableSpan
            span.store(UInt32(passage.sent), at: 0)
            pair.near.send(payload, to: pair.there)
            passage.sent += 1
            if passage.sent - seen.count - lost >= window,
                !station.wait(atMost: .seconds(1), until: { passage.sent - seen.count - lost < window })
            {
                lost = passage.sent - seen.count
                // Nothing came in a second: what passes at all has been seen.
                if seen.isEmpty { break }
            }
        }
        station.wait(atMost: .seconds(1)) { seen.count == passage.sent }
        passage.span = Moment.read().instant - begun
        passage.roundTrips = trips.sorted()
        // The callers are held by what they call.
        pair.far.heard = { _, _ in }
        pair.near.heard = { _, _ in }
        return passage
    }
}
