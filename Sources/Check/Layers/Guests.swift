// SPDX-License-Identifier: Apache-2.0

internal import STUN
internal import TURNClient
internal import Wire

extension Checkup {
    /// ABUSE: what somebody without an account gets, who has made a room: for how long, how often, and to whom.
    ///
    /// Permissions are asked for, and nothing is sent.
    func guests(_ servers: JSON) {
        guard let target = allocating.first, let name = servers["username"]?.string,
            let password = servers["credential"]?.string
        else { return }
        doing("relaying as a guest")
        let account = Account(name: name, password: password)
        var callers: [Caller] = []
        defer { for caller in callers { caller.leave() } }
        var refusal: String?
        while callers.count < Self.mostGuests, refusal == nil {
            let caller = caller(target, as: account)
            callers.append(caller)
            guard caller.connect() == nil, let answer = caller.ask(.allocate(wish(at: target))) else { break }
            refusal = answer.refusal.map { "\($0.code.rawValue)" }
        }
        let count = refusal == nil ? callers.count : callers.count - 1
        guard let guest = callers.first, count > 0 else {
            return tell(.ok(.abuse, "a guest's credentials open no allocation (\(refusal ?? "no answer"))"))
        }
        let relayed = guest.client.relayed.first?.address
        let strangers = Self.anywhere.filter { $0.family == relayed?.family }
        let reached = strangers.filter { guest.ask(.permit([Endpoint($0, 9)]))?.facts != nil }
        var parts = ["a guest who makes a room gets \(refusal == nil ? "at least \(count)" : "\(count)") allocations"]
        if let end = name.split(separator: ":").first.flatMap({ Int64($0) }) {
            parts.append("credentials for \((.seconds(max(0, end - now.seconds)) as Duration).roughly)")
        }
        let text = parts.joined(separator: ", ")
        guard !reached.isEmpty else { return tell(.ok(.abuse, "\(text), and no peer outside of the room")) }
        let list = reached.map { "\($0)" }.joined(separator: ", ")
        tell(.warn(.abuse, "\(text), and any peer at all (\(list), for one)", .guestsRelayAnywhere))
    }

    /// More than a call of one person takes.
    private static let mostGuests = 10
    /// Addresses that nobody in a room has: those of name servers that everybody knows.
    private static let anywhere = ["8.8.8.8", "1.1.1.1", "2001:4860:4860::8888", "2606:4700:4700::1111"]
        .compactMap { IPAddress($0) }
}
