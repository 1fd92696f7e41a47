// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// `sterna reload`: has the server read its configuration again, and waits for the verdict.
enum ReloadVerb {
    static let verb = Verb(
        name: "reload", summary: "has the running server read its configuration again",
        usage: "reload [--binary] [--socket PATH] [--config FILE]",
        details: """
            --binary   has it become the program that lies in its place by now, with all of its calls

            Prints what changed and what waits for a restart. A configuration with a mistake changes
            nothing; the mistakes are printed, and the exit code is 78.
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        Talk.run("reload") { () throws(Complaint) in
            var words = words
            if words.contains("--binary") {
                words.removeAll { $0 == "--binary" }
                return try replace(words)
            }
            var client = try AdminClient(words)
            let answer = try client.ask(["do": "reload"])
            func list(_ name: String) -> [String] { (answer[name]?.array ?? []).compactMap(\.string) }
            for problem in list("problems") { Terminal.complain("\(problem)") }
            guard answer["ok"]?.boolean == true else {
                throw .configuration("nothing was reloaded, because the configuration has mistakes")
            }
            let (applied, waiting) = (list("applied"), list("waiting"))
            Terminal.say(applied.isEmpty ? "nothing changed" : "in force: \(applied.joined(separator: ", "))")
            let places = list("places")
            for (index, key) in waiting.enumerated() {
                let place = places.indices.contains(index) ? places[index] : ""
                Terminal.say("after a restart: \(place.isEmpty ? key : "\(key) (\(place))")")
            }
        }
    }

    /// Waits until the server answers as the program that it has become.
    private static func replace(_ words: [String]) throws(Complaint) {
        var client = try AdminClient(words)
        let before = try client.ask(["do": "status"])
        try client.ask(["do": "replace"])
        for tenth in 1...200 {
            Terminal.pause(.milliseconds(100))
            guard var successor = try? AdminClient(words), let now = try? successor.ask(["do": "status"]),
                let uptime = now["uptime"]?.integer, uptime <= tenth / 10 + 1,
                uptime < before["uptime"]?.integer ?? 0 || tenth >= 10
            else { continue }
            let sessions = Words.count(Int(now["allocations"]?["all"]?.integer ?? 0), "session")
            return Terminal.say("\(now["version"]?.string ?? "?") serves now, \(sessions) went along")
        }
        throw .unavailable("the server has not become another program within 20 s; its log says why")
    }
}
