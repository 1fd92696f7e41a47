// SPDX-License-Identifier: Apache-2.0

/// `sterna help`: the verbs, or one of them in full.
enum Help {
    static let verb = Verb(
        name: "help", summary: "lists the verbs, or explains one", usage: "help [VERB]", details: "", run: run)

    static var overview: String {
        let width = Verb.all.map(\.name.count).max() ?? 0
        let verbs = Verb.all.map { verb in
            "  \(verb.name)\(String(repeating: " ", count: width - verb.name.count + 2))\(verb.summary)"
        }
        return """
            Sterna puts people in touch: STUN and TURN, and the calls that need them.

            usage: sterna VERB [OPTION…]

            \(verbs.joined(separator: "\n"))

            “sterna help VERB” says more; the manual is sterna(8) and sterna.conf(5).
            """
    }

    static func run(_ words: [String]) -> Int32 {
        guard let name = words.first else {
            Terminal.say(TerminalText(own: overview))
            return Exit.success
        }
        guard let verb = Verb.named(name) else {
            Terminal.complain("sterna: no verb “\(name)”; “sterna help” lists them.")
            return Exit.usage
        }
        let details = TerminalText(own: verb.details.isEmpty ? "" : "\n\n" + verb.details)
        Terminal.say("sterna \(verb.name): \(verb.summary)\n\nusage: sterna \(verb.usage)\(details)")
        return Exit.success
    }
}
