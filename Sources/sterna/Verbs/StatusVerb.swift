// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Wire

/// `sterna status`: how the running server is.
enum StatusVerb {
    static let verb = Verb(
        name: "status", summary: "tells how the running server is",
        usage: "status [--json] [--socket PATH] [--config FILE]",
        details: """
            --json          prints what the server answers, as sterna-protocol(7) has it
            --socket PATH   the server's admin-socket, where neither the configuration nor the
                            environment (RUNTIME_DIRECTORY) says it

            Rates are those of the second that it takes.
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        Talk.run("status") { () throws(Complaint) in
            var words = words
            let isJSON = words.contains("--json")
            words.removeAll { $0 == "--json" }
            var client = try AdminClient(words)
            let before = try client.ask(["do": "status"])
            if isJSON { return Terminal.say(TerminalText(before)) }
            Terminal.pause(.seconds(1))
            let now = try client.ask(["do": "status"])
            for line in StatusPage(before, now).lines { Terminal.say(line) }
        }
    }
}
