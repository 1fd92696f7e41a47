// SPDX-License-Identifier: Apache-2.0

package import Engine
internal import TURNClient
internal import Wire

/// Loads a TURN server: allocations that relay at a steady pace, to each other or to peers that are clients of nobody.
package final class Bench {
    /// How much.
    package struct Load: Hashable, Sendable {
        /// An even number where they are paired.
        package var allocations = 10
        /// Datagrams a second of each allocation; to peers and as many back, where ``peers`` are outside.
        package var rate = 50
        /// Bytes of payload in each, at least the twelve that say which it is and when it left.
        package var size = 160
        /// How many leave at once: those of a picture, for instance.
        package var burst = 1
        package var peers = Peers.relayed
        package var duration: Duration = .seconds(5)
        /// The server's process on this machine, whose processor time is to be told.
        package var process: Int?

        package init() {}
    }

    /// Whom allocations relay to.
    package enum Peers: String, CaseIterable, Hashable, Sendable {
        /// Each other's relayed addresses, in pairs.
        case relayed
        /// A socket of this program.
        case outside
    }

    /// What was measured.
    package struct Outcome: Sendable {
        package var allocationsPerSecond = 0.0
        package var sent = 0
        package var received = 0
        package var seconds = 0.0
        /// From one end through the relay to the other.
        package var delays: [Duration] = []
        /// What the server's processors did meanwhile; nil where nobody asked, or the kernel does not say.
        package var processorTime: Duration?

        package var lossPercent: Double { sent == 0 ? 0 : Double(sent - received) * 100 / Double(sent) }

        /// Of the server's processors, for each datagram that arrived.
        package var microsecondsPerPacket: Double? {
            guard let processorTime, received > 0 else { return nil }
            return Double(processorTime.wholeNanoseconds) / 1e3 / Double(received)
        }

        /// The delay that this share of all datagrams stays below; nil when none arrived.
        package func delay(_ share: Double) -> Duration? {
            delays.isEmpty ? nil : delays[min(delays.count - 1, Int(Double(delays.count) * share))]
        }
    }

    /// Why nothing could be measured.
    package struct Failure: Error, CustomStringConvertible { package let description: String }

    private let plan: Checkup.Plan
    let load: Load
    let station: Station
    var outcome = Outcome()

    package init(_ plan: Checkup.Plan, _ load: Load) throws(Errno) {
        (self.plan, self.load) = (plan, load)
        station = try Station()
    }

    /// Runs the load against the first target of the plan.
    package func run() throws(Failure) -> Outcome {
        guard let target = plan.targets.first else { throw Failure(description: "the URI leads nowhere") }
        let callers = try allocate(at: target)
        defer { for caller in callers { caller.leave() } }
        switch load.peers {
        case .relayed: relay(callers, to: try pair(callers), from: nil)
        case .outside:
            let peer = try outside(callers)
            defer { peer.close() }
            relay(callers, to: try bind(callers, to: callers.map { _ in peer.endpoint }), from: peer)
        }
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
            if let obstacle = caller.connect() { throw Failure(description: "\(target.name): \(obstacle.words)") }
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

    /// Each one's peer: the relayed address of its neighbour.
    private func pair(_ callers: [Caller]) throws(Failure) -> [Endpoint] {
        let peers = callers.indices.compactMap { index in
            callers.indices.contains(index ^ 1) ? callers[index ^ 1].client.relayed.first : nil
        }
        guard peers.count == callers.count else {
            throw Failure(description: "allocations are paired: give an even number")
        }
        return try bind(callers, to: peers)
    }

    /// The peer of all: a socket at the address that the server sees this machine at.
    private func outside(_ callers: [Caller]) throws(Failure) -> BenchPeer {
        guard let mapped = callers.first?.ask(.binding)?.facts?.mapped else {
            throw Failure(description: "Binding is not answered, so that nobody knows where a peer would be")
        }
        do throws(Errno) {
            return try BenchPeer(at: mapped.address, on: station)
        } catch {
            throw Failure(description: "no peer can be at \(mapped.address): \(error); behind NAT give --to relayed")
        }
    }

    /// A channel to each one's peer.
    private func bind(_ callers: [Caller], to peers: [Endpoint]) throws(Failure) -> [Endpoint] {
        let numbers = callers.indices.map { callers[$0].begin(.bind(channel: 0x4000, to: peers[$0])) }
        for (caller, number) in zip(callers, numbers) {
            guard let answer = caller.finish(number) else { throw Failure(description: "a channel is not answered") }
            if let refusal = answer.refusal {
                let peer = load.peers == .relayed ? "another relayed address" : "this machine"
                throw Failure(description: "a channel to \(peer) is refused with \(refusal.code)")
            }
        }
        return peers
    }
}
