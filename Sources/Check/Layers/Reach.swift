// SPDX-License-Identifier: Apache-2.0

internal import Addresses
internal import STUN
internal import TURNClient
internal import Wire

extension Checkup {
    /// STUN: who answers, over what, how fast.
    func reach() {
        var reached: [(target: Target, trip: Duration?)] = []
        var failures: [(target: Target, obstacle: Obstacle)] = []
        // Where nothing listens on this machine HOST has said so.
        for target in plan.targets where settings == nil || listening.contains(Port(of: target)) {
            doing("asking \(target.name)")
            switch ask(target) {
            case .failure(let obstacle): failures.append((target, obstacle))
            case .success(let answer):
                reached.append((target, answer.roundTrip))
                judge(answer, of: target)
            }
        }
        alive = reached.map(\.target)
        for (address, list) in Self.byAddress(reached.map { ($0.target, $0.trip?.milliseconds ?? "repeated") }) {
            tell(.ok(.stun, "\(address) answers over \(list)"))
        }
        for (target, obstacle) in failures { complain(obstacle, of: target) }
    }

    /// Asks as clients do, who name no protocol by ALPN; and where that leads nowhere, once more by the protocol's name.
    private func ask(_ target: Target) -> Result<Answer, Obstacle> {
        let first = binding(target)
        guard target.transport.isSecure, case .failure(let obstacle) = first else { return first }
        switch obstacle {
        case .closed, .noSession, .notSTUN, .silence: break
        case .refused, .unreachable, .cannotAsk: return first
        }
        named.insert(target)
        guard case .success(let answer) = binding(target) else {
            named.remove(target)
            return first
        }
        tell(
            .warn(
                .stun, "\(target.name): answers only who names “stun.turn” by ALPN, which no browser does",
                .protocolNameNeeded))
        return .success(answer)
    }

    /// Whether datagrams get to the server's host at all, to whatever port of it that answers.
    func getsThroughOverUDP(to address: IPAddress) -> Bool {
        if alive.contains(where: { $0.endpoint.address == address && !$0.transport.isStream }) { return true }
        return [UInt16(3478), 5349, 443].contains { port in
            let target = Target(transport: .udp, endpoint: Endpoint(address, port), host: "\(address)")
            return if case .success = binding(target) { true } else { false }
        }
    }

    private func binding(_ target: Target) -> Result<Answer, Obstacle> {
        let caller = caller(target, as: nil)
        defer { caller.road.close() }
        if let obstacle = caller.connect() { return .failure(obstacle) }
        return caller.ask(.binding).map { .success($0) } ?? .failure(caller.road.obstacle ?? .silence)
    }

    private func judge(_ answer: Answer, of target: Target) {
        if let refusal = answer.refusal {
            tell(
                .warn(
                    .stun, "\(target.name): Binding is refused with \(refusal.code.rawValue) \(refusal.reason)",
                    .bindingRefused))
        } else if let mapped = answer.facts?.mapped, mapped.address.isPublic, settings == nil {
            tell(.ok(.stun, "\(target.name): sees this machine as \(mapped)"))
        }
    }

    private func complain(_ obstacle: Obstacle, of target: Target) {
        let others = alive.contains { $0.endpoint.address == target.endpoint.address }
        let text = "\(target.name): \(obstacle.words)"
        guard settings == nil else {
            return tell(
                .fail(.stun, text + ", though the server listens there", obstacle.cause(at: target, listens: true)))
        }
        // What a URI without a transport offers may be missing, as long as something answers.
        if !alive.isEmpty {
            if case .unreachable = obstacle { return tell(.skip(.stun, text)) }
            if target.transport == .dtls { return tell(.skip(.stun, "\(text); browsers never use it")) }
        }
        let cause = obstacle.cause(at: target, listens: false)
        let told = text + (others ? ", though others answer at \(target.endpoint.address)" : "")
        tell(alive.isEmpty ? .fail(.stun, told, cause) : .warn(.stun, told, cause))
    }

    /// What is to be said of targets, by their address: as in `udp 3478 (0.2 ms), tcp 3478 (0.3 ms)`.
    static func byAddress(_ notes: [(target: Target, note: String)]) -> [(address: IPAddress, list: String)] {
        var lists: [(address: IPAddress, list: String)] = []
        for (target, note) in notes {
            let text = target.shortName + (note.isEmpty ? "" : " (\(note))")
            if let index = lists.firstIndex(where: { $0.address == target.endpoint.address }) {
                lists[index].list += ", \(text)"
            } else {
                lists.append((target.endpoint.address, text))
            }
        }
        return lists
    }
}
