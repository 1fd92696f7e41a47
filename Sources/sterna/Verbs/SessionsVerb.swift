// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// `sterna sessions`: who is being relayed for.
enum SessionsVerb {
    static let verb = Verb(
        name: "sessions", summary: "lists the sessions of the running server",
        usage: "sessions [--user NAME] [--address ADDRESS] [--json] [--socket PATH] [--config FILE]",
        details: """
            --user NAME           those of one user, without the time in front of TURN REST names
            --address ADDRESS     those of one client address, with or without its port
            --json                prints a line of JSON for each, as sterna-protocol(7) has it
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        Talk.run("sessions") { () throws(Complaint) in
            var words = words
            let isJSON = words.contains("--json")
            words.removeAll { $0 == "--json" }
            let request = try Self.request("sessions", taking: &words)
            var client = try AdminClient(words)
            var sessions: [SessionRow] = []
            try client.ask(request) { line in
                guard let session = line["session"] else { return }
                if isJSON { Terminal.say(TerminalText(session)) } else { sessions.append(SessionRow(session)) }
            }
            guard !isJSON else { return }
            guard !sessions.isEmpty else { return Terminal.complain("no sessions") }
            for line in Table.lines(SessionRow.headings, sessions.map(\.cells)) { Terminal.say(line) }
            for session in sessions where session.refusedPeers > 0 {
                Terminal.say("\(session.id): \(session.refusedPeers) refused, the last because \(session.lastRefusal)")
            }
        }
    }

    /// A request about the sessions that the words choose.
    static func request(_ verb: String, taking words: inout [String]) throws(Complaint) -> JSON {
        var members = [JSON.Member("do", .string(verb))]
        for key in ["id", "user", "address"] {
            if let value = try Words.take("--\(key)", from: &words) { members.append(.init(key, .string(value))) }
        }
        return .object(members)
    }
}

/// A session as the tables show it.
struct SessionRow {
    let id: String
    let user: String
    let client: String
    let transport: String
    let relayed: String
    let seconds: Int64
    let bytesToPeers: Int64
    let bytesToClient: Int64
    let packets: Int64
    let overRate: Int64
    /// Peers that are not of the session's room, and why the last one was refused.
    let refusedPeers: Int64
    let lastRefusal: String

    init(_ session: JSON) {
        id = session["id"]?.string ?? ""
        user = session["user"]?.string ?? ""
        client = session["client"]?.string ?? ""
        transport = session["transport"]?.string ?? ""
        relayed = (session["relayed"]?.array ?? []).compactMap(\.string).joined(separator: " ")
        seconds = session["duration"]?.integer ?? 0
        bytesToPeers = session["toPeers"]?["bytes"]?.integer ?? 0
        bytesToClient = session["toClient"]?["bytes"]?.integer ?? 0
        packets = (session["toPeers"]?["packets"]?.integer ?? 0) + (session["toClient"]?["packets"]?.integer ?? 0)
        overRate = session["overRate"]?.integer ?? 0
        refusedPeers = session["refusedPeers"]?.integer ?? 0
        lastRefusal = session["lastRefusal"]?.string ?? ""
    }

    static let headings = ["ID", "USER", "CLIENT", "OVER", "RELAYED", "AGE", "TO PEERS", "TO CLIENT"]

    var cells: [String] {
        [
            id, user, client, transport, relayed, Words.duration(seconds), Words.bytes(Double(bytesToPeers)),
            Words.bytes(Double(bytesToClient)),
        ]
    }
}

/// Cells in columns that are as wide as they must be.
enum Table {
    static func lines(_ headings: [String], _ rows: [[String]]) -> [Terminal.Styled] {
        // What is escaped gets longer.
        let rows = rows.map { $0.map(\.printable) }
        let widths = headings.indices.map { column in
            ([headings] + rows).map { $0[column].count }.max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            zip(cells, widths).map { Words.padded($0, $1 + 2) }.joined()
        }
        return [Terminal.bold(line(headings))] + rows.map { Terminal.Styled(line($0)) }
    }
}
