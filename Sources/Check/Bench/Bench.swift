// SPDX-License-Identifier: Apache-2.0

package import Engine
internal import TURNClient
internal import Wire

/// Loads a TURN server: pairs of allocations that send to each other at a steady pace, and what came of it.
package final class Bench {
    /// How much.
    package struct Load: Hashable, Sendable {
        /// An even number: they are paired.
        package var allocations = 10
        /// Datagrams a second of each allocation.
        package var rate = 50
        /// Bytes of payload in each, at least the twelve that say which it is and when it left.
        package var size = 160
        package var duration: Duration = .seconds(5)

        package init() {}
    }

    /// What was measured.
    package struct Outcome: Sendable {
        package var allocationsPerSecond = 0.0
        package var sent = 0
        package var received = 0
        package var seconds = 0.0
        /// From one client through the relay to the other: as long as a round trip to the server.
        package var delays: [Duration] = []

        package var lossPercent: Double { sent == 0 ? 0 : Double(sent - received) * 100 / Double(sent) }

        /// The delay that this share of all datagrams stays below; nil when none arrived.
        package func delay(_ share: Double) -> Duration? {
            delays.isEmpty ? nil : delays[min(delays.count - 1, Int(Double(delays.count) * share))]
        }
    }

    /// Why nothing could be measured.
    package struct Failure: Error, CustomStringConvertible { package let description: String }

    private let plan: Checkup.Plan
    private let load: Load
    private let station: Station
    private var outcome = Outcome()

    package init(_ plan: Checkup.Plan, _ load: Load) throws(Errno) {
        (self.plan, self.load) = (plan, load)
        station = try Station()
    }

    /// Runs the load against the first target of the plan.
    package func run() throws(Failure) -> Outcome {
        guard let target = plan.targets.first else { throw Failure(description: "the URI leads nowhere") }
        let callers = try allocate(at: target)
        defer { for caller in callers { caller.leave() } }
        let peers = try pair(callers)
        send(callers, to: peers)
        outcome.delays.sort()
        return outcome
    }

    private func allocate(at target: Target) throws(Failure) -> [Caller] {
        let begun = Moment.read().instant
        let callers = (0..<load.allocations).map { _ in
            let account = plan.credentials.account(for: .seconds(3600), now: Moment.read().time)
            return Caller(
                to: target, as: account, over: Road.open(to: target, trusting: plan.trust, on: station), on: station)
        }
        for caller in callers {
            if let reason = caller.connect() { throw Failure(description: "\(target.name): \(reason)") }
        }
        let numbers = callers.map { $0.begin(.allocate(Wish())) }
        for (index, caller) in callers.enumerated() {
            let answer = caller.finish(numbers[index])
            guard answer?.facts?.relayed.first != nil else {
                let reason = answer?.refusal.map { "refused with \($0.code)" } ?? "not answered"
                throw Failure(description: "allocation \(index + 1) of \(callers.count) is \(reason)")
            }
        }
        let seconds = Double((Moment.read().instant - begun).wholeNanoseconds) / 1e9
        outcome.allocationsPerSecond = Double(callers.count) / max(seconds, 1e-9)
        return callers
    }

    /// Each one's peer: the relayed address of its neighbour, on a channel.
    private func pair(_ callers: [Caller]) throws(Failure) -> [Endpoint] {
        var peers: [Endpoint] = []
        for index in callers.indices {
            guard let peer = callers[index ^ 1].client.relayed.first else { continue }
            peers.append(peer)
        }
        guard peers.count == callers.count else {
            throw Failure(description: "allocations are paired: give an even number")
        }
        let numbers = callers.indices.map { callers[$0].begin(.bind(channel: 0x4000, to: peers[$0])) }
        for (caller, number) in zip(callers, numbers) {
            guard let answer = caller.finish(number) else { throw Failure(description: "a channel is not answered") }
            if let refusal = answer.refusal {
                throw Failure(description: "a channel to another relayed address is refused with \(refusal.code)")
            }
        }
        return peers
    }

    private func send(_ callers: [Caller], to peers: [Endpoint]) {
        for caller in callers {
            caller.heard = { [unowned self] _, payload in
                guard let sentAt: UInt64 = payload.integer(at: 4) else { return }
                outcome.received += 1
                outcome.delays.append(Moment.read().instant - Instant(nanoseconds: sentAt))
            }
        }
        var payload = [UInt8](repeating: 0, count: max(12, load.size))
        let begun = Moment.read().instant
        var rounds = 0
        while true {
            let passed = Moment.read().instant - begun
            guard passed < load.duration else { break }
            // As many rounds as are due by now: a late turn catches up.
            let due = Int(passed.wholeNanoseconds / 1000 * Int64(load.rate) / 1_000_000) + 1
            while rounds < due {
                for (caller, peer) in zip(callers, peers) {
                    var bytes = payload.mutableSpan
                    bytes.store(UInt32(truncatingIfNeeded: rounds), at: 0)
                    bytes.store(Moment.read().instant.nanoseconds, at: 4)
                    caller.send(payload, to: peer)
                    outcome.sent += 1
                }
                rounds += 1
                station.loop.turn(waitingAtMost: .zero)
            }
            station.loop.turn(waitingAtMost: .milliseconds(2))
        }
        outcome.seconds = Double((Moment.read().instant - begun).wholeNanoseconds) / 1e9
        station.wait(atMost: .seconds(1)) { outcome.received == outcome.sent }
    }
}
