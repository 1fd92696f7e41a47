// SPDX-License-Identifier: Apache-2.0

internal import Addresses
internal import Configuration
internal import STUN
internal import TURNClient
internal import Wire

extension Checkup {
    /// TURN: which relayed addresses clients of each family are given, by what they ask for.
    func families() {
        for family in [IPAddress.Family.v4, .v6] {
            guard let target = allocating.first(where: { $0.endpoint.address.family == family }) else {
                if settings != nil, family == .v6, own.contains(where: { $0.family == .v6 && $0.isPublic }) {
                    tell(.skip(.turn, "clients over IPv6: nothing is served to them here"))
                }
                continue
            }
            doing("asking for relayed addresses over \(target.endpoint.address)")
            given(to: family, at: target)
        }
    }

    /// What a client is given that asks for nothing, for IPv4, for IPv6 and for both.
    private func given(to family: IPAddress.Family, at target: Target) {
        var (four, six, both) = (Wish(), Wish(), Wish())
        four.family = .v4
        six.family = .v6
        both.isDual = true
        let wanted: [(name: String, wish: Wish, families: Set<IPAddress.Family>)] = [
            ("by default", Wish(), []), ("IPv4", four, [.v4]), ("IPv6", six, [.v6]), ("both", both, [.v4, .v6]),
        ]
        var answers: [String] = []
        for (name, wish, families) in wanted {
            let caller = caller(target, as: plan.credentials.account(now: now))
            defer { caller.leave() }
            guard caller.connect() == nil, let answer = caller.ask(.allocate(wish)) else { continue }
            if let refusal = answer.refusal {
                answers.append("\(name): \(refusal.code.rawValue)")
                refused(refusal, families)
                continue
            }
            let relayed = answer.facts?.relayed.map(\.address) ?? []
            answers.append("\(name): \(relayed.map { "\($0)" }.joined(separator: " and "))")
            for address in relayed { judge(address, givenAt: target) }
            let missing = families.subtracting(relayed.map(\.family))
            if !missing.isEmpty { missed(missing) }
        }
        tell(.ok(.turn, "clients over \(family.name) are given \(answers.joined(separator: ", "))"))
    }

    /// A refusal of a family that this machine could relay in is a fault; of one that it has not, as it should be.
    private func refused(_ refusal: Answer.Refusal, _ families: Set<IPAddress.Family>) {
        guard refusal.code == .addressFamilyNotSupported else { return }
        // Who asks for both is answered by what was said to who asks for one.
        if families.count == 1 { return missed(families) }
        guard families.isEmpty, !asksInVain else { return }
        asksInVain = true
        tell(
            .warn(
                .turn,
                "clients that ask for no family, browsers among them, are refused with 440: IPv4 is not relayed here",
                .defaultFamilyMissing))
    }

    private func missed(_ families: Set<IPAddress.Family>) {
        guard let settings else { return }
        for family in families where !complained.contains(family) {
            let isPublic = own.contains { $0.family == family && $0.isPublic }
            let isLeftOut =
                !settings.relayAddresses.isEmpty && !settings.relayAddresses.contains { $0.family == family }
            guard isPublic, !isLeftOut else { continue }
            complained.insert(family)
            tell(
                .fail(
                    .turn,
                    "this machine has a public address of \(family.name), and nobody is given a relayed one there",
                    .familyRefused(family)))
        }
    }

    /// A relayed address that peers cannot reach is worth nothing.
    private func judge(_ address: IPAddress, givenAt target: Target) {
        guard !unroutable.contains(address) else { return }
        if address.isLocalOnly || address.isUnspecified {
            let isWanted =
                settings.map {
                    $0.allowLoopbackPeers || $0.relayAddresses.contains(address)
                        || $0.listeningAddresses.contains(address)
                }
                ?? target.endpoint.address.isLocalOnly
            guard !isWanted else { return }
            unroutable.insert(address)
            tell(
                .fail(
                    .turn, "\(target.name): clients are given the relayed address \(address), which no peer reaches",
                    .relayedUnroutable))
        } else if settings == nil, let use = address.specialUse, target.endpoint.address.isPublic {
            unroutable.insert(address)
            tell(
                .fail(
                    .turn,
                    "\(target.name): clients are given the relayed address \(address), \(use), which nobody outside reaches",
                    .relayedPrivate))
        }
    }
}

extension IPAddress.Family {
    var name: String { self == .v4 ? "IPv4" : "IPv6" }
}
