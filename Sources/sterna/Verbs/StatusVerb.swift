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
            var client = try AdminClient(taking: &words)
            try Talk.expectEmpty(words)
            let before = try client.ask(["do": "status"])
            if isJSON { return Terminal.say(before.text) }
            Terminal.pause(.seconds(1))
            let now = try client.ask(["do": "status"])
            for line in lines(before, now) { Terminal.say(line) }
        }
    }

    /// The view for people.
    static func lines(_ before: JSON, _ now: JSON) -> [Terminal.Styled] {
        let span = Double(max(1, (now["time"]?.integer ?? 1) - (before["time"]?.integer ?? 0))) / 1000
        func rate(_ way: String, _ what: String) -> Double {
            let values = [before, now].map { $0["traffic"]?[way]?[what]?.integer ?? 0 }
            return Double(values[1] - values[0]) / span
        }
        func number(_ name: String, _ member: String) -> Int64 { now[name]?[member]?.integer ?? 0 }
        var rows: [(name: String, text: String)] = []
        func add(_ name: String, _ text: String) { rows.append((name, text)) }
        add("version", "\(now["version"]?.string ?? "?"), realm \(now["realm"]?.string ?? "?")")
        add("up", Words.duration(now["uptime"]?.integer ?? 0))
        add("listening", (now["listeners"]?.array ?? []).compactMap(\.string).joined(separator: "\n"))
        let transports = ["udp", "tcp", "tls", "dtls"].map { "\($0) \(number("allocations", $0))" }
        let (all, active) = (number("allocations", "all"), number("allocations", "active"))
        add("allocations", "\(all) (\(transports.joined(separator: ", "))), \(active) active in the last 10 s")
        if number("allocations", "relayingTCP") > 0 {
            let (tcp, connections) = (number("allocations", "relayingTCP"), number("allocations", "connections"))
            add("over TCP", "\(tcp) of them relay TCP, \(connections) connections with peers")
        }
        let toPeers = Words.rate(rate("toPeers", "bytes"), rate("toPeers", "packets"))
        let toClients = Words.rate(rate("toClients", "bytes"), rate("toClients", "packets"))
        add("relaying", "to peers \(toPeers)\nto clients \(toClients)")
        add("ports", "\(number("ports", "used")) of \(number("ports", "all")) used")
        add("memory", memory(now))
        add("certificate", certificate(now))
        if now["rooms"]?.object != nil {
            let (people, calls) = (number("rooms", "people"), number("rooms", "active"))
            add("rooms", "\(people) people in rooms, \(calls) calls, \(number("rooms", "all")) links")
        }
        if now["directory"]?.object != nil {
            add("database", "\(number("directory", "users")) users, \(number("directory", "secrets")) secrets")
        }
        if let refusals = now["refusals"]?.object, !refusals.isEmpty {
            add("refused", refusals.map { "\($0.name) \($0.value.integer ?? 0)" }.joined(separator: ", "))
        }
        let (unwanted, full, unsent) = (number("drops", "relay"), number("drops", "socket"), number("drops", "unsent"))
        if unwanted + full + unsent > 0 {
            add("dropped", "\(unwanted) unwanted, \(full) by full buffers, \(unsent) unsent")
        }
        if let until = now["draining"]?["until"]?.string {
            add("draining", "new allocations are refused; the server ends at \(until) at the latest")
        }
        var lines: [Terminal.Styled] = []
        for row in rows {
            for (index, line) in row.text.split(separator: "\n").enumerated() {
                lines.append(Terminal.dim(Words.padded(index == 0 ? row.name : "", 13)) + String(line))
            }
        }
        return lines
    }

    private static func memory(_ now: JSON) -> String {
        let resident = Words.bytes(Double(now["memory"]?["resident"]?.integer ?? 0))
        let each = now["memory"]?["perAllocation"]?.integer ?? 0
        return each > 0 ? "\(resident), \(Words.bytes(Double(each))) for each allocation" : resident
    }

    private static func certificate(_ now: JSON) -> String {
        guard let end = now["certificate"]?["notAfter"]?.string else { return "none" }
        let names = (now["certificate"]?["names"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
        return "good until \(end) for \(names)"
    }
}
