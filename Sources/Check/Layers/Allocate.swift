// SPDX-License-Identifier: Apache-2.0

internal import Addresses
internal import Configuration
internal import STUN
internal import TURNClient
internal import Wire

extension Checkup {
    /// TURN: whether who may is let in, and who may not is kept out.
    func allocate() {
        if settings?.stunOnly == true { return tell(.skip(.turn, "stun-only: nothing is relayed")) }
        guard let account = plan.credentials.account(now: now) else {
            return tell(
                .skip(.turn, "no credentials to ask with: --user NAME with --password-file FILE, or --secret-file FILE")
            )
        }
        var times: [(target: Target, note: String)] = []
        for target in alive {
            doing("allocating over \(target.name)")
            let caller = caller(target, as: account)
            defer { caller.leave() }
            guard caller.connect() == nil, var answer = caller.ask(.allocate(Wish())) else {
                tell(.fail(.turn, "\(target.name): Binding is answered and Allocate is not", .allocateUnanswered))
                continue
            }
            if answer.refusal?.code == .addressFamilyNotSupported {
                relaysIPv6Only.insert(target)
                answer = caller.ask(.allocate(wish(at: target))) ?? answer
            }
            if let refusal = answer.refusal {
                refused(refusal, target)
                // The same would be said at every target.
                if [.unauthenticated, .insufficientCapacity].contains(refusal.code) { return }
                continue
            }
            allocating.append(target)
            times.append((target, answer.roundTrip?.milliseconds ?? "repeated"))
        }
        guard let target = allocating.first else { return }
        for (address, list) in Self.byAddress(times) { tell(.ok(.turn, "\(address) allocates over \(list)")) }
        offer()
        strangers(target)
        wishes(target)
    }

    /// What an application is to be given: the ways that worked, with credentials for a day.
    private func offer() {
        guard let account = plan.credentials.account(for: .seconds(86_400), now: now) else { return }
        var urls: [String] = []
        for target in allocating {
            let carrier = target.transport.isStream ? "tcp" : "udp"
            let url =
                "\(target.transport.isSecure ? "turns" : "turn"):\(target.uriHost):\(target.endpoint.port)?transport=\(carrier)"
            if !urls.contains(url) { urls.append(url) }
        }
        // A fixed password is not shown again to who stands behind the screen.
        var members: [JSON.Member] = [
            .init("urls", .array(urls.map(JSON.string))), .init("username", .string(account.name)),
        ]
        if case .secret = plan.credentials { members.append(.init("credential", .string(account.password))) }
        iceServers = .array([.object(members)])
    }

    private func refused(_ refusal: Answer.Refusal, _ target: Target) {
        let text = "\(target.name): Allocate is refused with \(refusal.code.rawValue) \(refusal.reason)"
        switch refusal.code {
        case .unauthenticated:
            if let skew = clockSkew(target) {
                let direction = skew > .zero ? "ahead of" : "behind"
                return tell(
                    .fail(
                        .turn,
                        "the server's clock is about \(skew.roughly) \(direction) this machine's: credentials end at the wrong time",
                        .clockApart))
            }
            let cause: Cause =
                switch plan.credentials {
                case .secret: settings == nil ? .secretUnknown : .secretChanged
                case .account, .nobody: .passwordWrong(realm: refusal.realm ?? "")
                }
            tell(.fail(.turn, text + ": the credentials are not accepted", cause))
        case .allocationQuotaReached: tell(.fail(.turn, text, .quotaReached))
        case .insufficientCapacity: tell(.fail(.turn, text, lackOfCapacity))
        case .tryAlternate:
            let place = refusal.alternate.map { "\($0)" } ?? "elsewhere"
            tell(.warn(.turn, "\(target.name): sends its clients to \(place)", .sentElsewhere(place)))
        case .addressFamilyNotSupported: tell(.fail(.turn, text, .familyRefused(.v4)))
        default: tell(.fail(.turn, text, .refused))
        }
    }

    /// Why this machine's server has no relayed address to give, as far as can be seen from here.
    private var lackOfCapacity: Cause {
        guard let settings else { return .noCapacity }
        if let absent = settings.relayAddresses.first(where: { !own.contains($0) }) {
            return .addressNotHere(
                key: "relay-ip", own: own.filter { $0.family == absent.family && !$0.isLocalOnly })
        }
        let range = settings.minPort...max(settings.minPort, settings.maxPort)
        let addresses = settings.relayAddresses.isEmpty ? own : settings.relayAddresses
        let used = Holder.ports(of: .udp).count { range.contains($0) }
        return used >= range.count * max(1, addresses.count { !$0.isLocalOnly }) / 2 ? .portsUsedUp : .noCapacity
    }

    /// A wrong password and a name whose time is over must both lead to 401.
    private func strangers(_ target: Target) {
        let wrong = Account(name: "check", password: "not the password")
        var kept = code(target, as: wrong) == 401
        if !kept {
            tell(
                .fail(
                    .turn, "a wrong password opens the relay to anybody", .noPassword))
        }
        if case .secret = plan.credentials {
            let expired = plan.credentials.account(for: .seconds(-30), now: now)
            if code(target, as: expired) != 401 {
                kept = false
                let skew = clockSkew(target)
                tell(
                    .fail(
                        .turn,
                        skew.map {
                            "the server's clock is about \($0.roughly) behind this machine's: credentials outlive their time"
                        }
                            ?? "credentials that expired 30 s ago are accepted",
                        skew == nil ? .expiredAccepted : .clockApart))
            }
            if kept { tell(.ok(.turn, "a wrong password and an expired user are refused with 401")) }
        } else if kept {
            tell(.ok(.turn, "a wrong password is refused with 401"))
        }
    }

    /// The code that an allocation is refused with; zero when it is not, nil without an answer.
    private func code(_ target: Target, as account: Account?) -> Int? {
        let caller = caller(target, as: account)
        defer { caller.leave() }
        guard caller.connect() == nil, let answer = caller.ask(.allocate(wish(at: target))) else { return nil }
        return Int(answer.refusal?.code.rawValue ?? 0)
    }

    /// How far the server's clock is ahead of ours, found by when credentials end; nil where both agree within a minute, and
    /// where time is not the reason.
    private func clockSkew(_ target: Target) -> Duration? {
        guard case .secret = plan.credentials else { return nil }
        func isAccepted(_ seconds: Int64) -> Bool {
            code(target, as: plan.credentials.account(for: .seconds(seconds), now: now)) == 0
        }
        // Credentials are taken while their end lies ahead of the server's clock.
        var (low, high): (Int64, Int64) = (-366 * 86_400, 366 * 86_400)
        guard isAccepted(high), !isAccepted(low) else { return nil }
        doing("finding out what time the server has")
        while high - low > 20 {
            let middle = low + (high - low) / 2
            if isAccepted(middle) { high = middle } else { low = middle }
        }
        return abs(high) < 60 ? nil : .seconds(high)
    }

    /// What newer clients ask for.
    private func wishes(_ target: Target) {
        var even = wish(at: target)
        even.evenPort = true
        var whole = wish(at: target)
        whole.dontFragment = true
        var connections = wish(at: target)
        connections.protocolNumber = 6
        var wanted = [
            (name: "EVEN-PORT with a reservation", wish: even, target: target), ("DONT-FRAGMENT", whole, target),
        ]
        if let stream = allocating.first(where: \.transport.isStream) {
            wanted.append(("TCP connections (RFC 6062)", connections, stream))
        }
        var (granted, missing): ([String], [String]) = ([], [])
        for (name, wish, target) in wanted {
            let caller = caller(target, as: plan.credentials.account(takesSHA256: true, now: now))
            defer { caller.leave() }
            guard caller.connect() == nil, let answer = caller.ask(.allocate(wish)) else { continue }
            let facts = answer.facts
            let isThere = facts != nil && (wish.evenPort == nil || facts?.reservation != nil)
            if isThere { granted.append(name) } else { missing.append(name) }
        }
        if !granted.isEmpty { tell(.ok(.turn, "grants \(granted.joined(separator: ", "))")) }
        if !missing.isEmpty {
            tell(.skip(.turn, "does not grant \(missing.joined(separator: ", ")), which browsers never ask for"))
        }
    }
}

extension Duration {
    /// As in `59 minutes`.
    var roughly: String {
        let seconds = abs(components.seconds)
        return switch seconds {
        case ..<120: "\(seconds) seconds"
        case ..<7200: "\((seconds + 30) / 60) minutes"
        case ..<172_800: "\((seconds + 1800) / 3600) hours"
        default: "\((seconds + 43_200) / 86_400) days"
        }
    }
}
