// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Wire

/// `sterna drain`: lets the server run empty, and then end.
enum DrainVerb {
    static let verb = Verb(
        name: "drain", summary: "lets the running server finish its sessions, then end",
        usage: "drain [--within TIME] [--cancel] [--socket PATH] [--config FILE]",
        details: """
            --within TIME   when it ends at the latest, as 30m, 2h or 90s (default: 1h)
            --cancel        takes new allocations again

            New allocations are refused with 508, so that clients try another server. Those that are
            there are refreshed as before; the server ends when none is left, or the time is over.
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        Talk.run("drain") { () throws(Complaint) in
            var words = words
            let cancels = words.contains("--cancel")
            words.removeAll { $0 == "--cancel" }
            let text = try Words.take("--within", from: &words) ?? "1h"
            let zero = UnixTime(seconds: 0)
            guard let within = UnixTime(spelled: text, now: zero)?.seconds, (1...604_800).contains(within) else {
                throw .usage("--within “\(text)” is not right; right would be 30m, 2h or 90s, up to 7d")
            }
            var client = try AdminClient(words)
            try client.ask(cancels ? ["do": "drain", "cancel": true] : ["do": "drain", "within": .integer(within)])
            Terminal.say(
                cancels
                    ? "new allocations are taken again" : "no new allocations; the server ends when there are none left"
            )
        }
    }
}
