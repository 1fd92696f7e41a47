// SPDX-License-Identifier: Apache-2.0

internal import TURNClient
internal import Wire

extension Checkup {
    /// STUN: who answers, over what, how fast.
    func reach() {
        var reached: [(target: Target, trip: Duration?)] = []
        var failures: [(target: Target, reason: String)] = []
        for target in plan.targets {
            doing("asking \(target.name)")
            let caller = caller(target, as: nil)
            defer { caller.road.close() }
            if let failure = caller.connect() {
                failures.append((target, failure))
                continue
            }
            guard let answer = caller.ask(.binding) else {
                failures.append((target, caller.road.failure ?? "no answer in \(Caller.patience.components.seconds) s"))
                continue
            }
            reached.append((target, answer.roundTrip))
            if let refusal = answer.refusal {
                tell(
                    .warn(
                        .stun, "\(target.name): Binding is refused with \(refusal.code)",
                        fix: "remove secure-stun and no-stun"))
            } else if let mapped = answer.facts?.mapped, mapped.address.specialUse == nil, settings == nil {
                tell(.ok(.stun, "\(target.name): sees this machine as \(mapped)"))
            }
        }
        alive = reached.map(\.target)
        if !reached.isEmpty {
            let list = reached.map { "\($0.target.name) \($0.trip?.milliseconds ?? "repeated")" }.joined(
                separator: ", ")
            tell(.ok(.stun, "answers over \(list)"))
        }
        for (target, reason) in failures {
            let kind = target.transport == .udp || target.transport == .dtls ? "udp" : "tcp"
            let others = reached.contains { $0.target.endpoint.address == target.endpoint.address }
            let text =
                "\(target.name): \(reason)" + (others ? ", though others answer at \(target.endpoint.address)" : "")
            let fix =
                reason.contains("refused")
                ? "nothing listens there: start the server, or correct its listening-port"
                : "open port \(target.endpoint.port)/\(kind): ufw allow \(target.endpoint.port)/\(kind), and in the provider's firewall"
            // What a URI without a transport offers may be missing, as long as something answers.
            let optional = settings == nil && !reached.isEmpty
            tell(optional ? .warn(.stun, text, fix: fix) : .fail(.stun, text, fix: fix))
        }
    }
}

extension Road {
    var failure: String? {
        if case .failed(let reason) = state { return reason }
        return (self as? DatagramRoad)?.refusal
    }
}
