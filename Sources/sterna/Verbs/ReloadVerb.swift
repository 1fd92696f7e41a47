// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// `sterna reload`: has the server read its configuration again, and waits for the verdict.
enum ReloadVerb {
    static let verb = Verb(
        name: "reload", summary: "has the running server read its configuration again",
        usage: "reload [--socket PATH] [--config FILE]",
        details: """
            Prints what changed and what waits for a restart. A configuration with a mistake changes
            nothing; the mistakes are printed, and the exit code is 78.
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        Talk.run("reload") { () throws(Complaint) in
            var client = try AdminClient(words)
            let answer = try client.ask(["do": "reload"])
            func list(_ name: String) -> [String] { (answer[name]?.array ?? []).compactMap(\.string) }
            for problem in list("problems") { Terminal.complain(problem) }
            guard answer["ok"]?.boolean == true else {
                throw .configuration("nothing was reloaded, because the configuration has mistakes")
            }
            let (applied, waiting) = (list("applied"), list("waiting"))
            Terminal.say(applied.isEmpty ? "nothing changed" : "in force: \(applied.joined(separator: ", "))")
            let places = list("places")
            for (index, key) in waiting.enumerated() {
                let place = places.indices.contains(index) ? places[index] : ""
                Terminal.say("after a restart: \(key)" + (place.isEmpty ? "" : " (\(place))"))
            }
        }
    }
}
