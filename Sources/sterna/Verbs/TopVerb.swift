// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Wire

/// `sterna top`: the sessions of the running server and their rates, drawn again and again.
enum TopVerb {
    static let verb = Verb(
        name: "top", summary: "shows the sessions of the running server as they go",
        usage: "top [--every TIME] [--socket PATH] [--config FILE]",
        details: """
            --every TIME   how often it is drawn, as 1s or 10s (default: 1s)

            q ends it. s sorts by the next column: rate, total, age, user. DROPPED counts packets that
            max-bps or bps-capacity did not let through. Where the output is no terminal it is drawn once.
            """,
        run: run)

    enum Order: String, CaseIterable { case rate, total, age, user }

    static func run(_ words: [String]) -> Int32 {
        Talk.run("top") { () throws(Complaint) in
            var words = words
            let text = try Words.take("--every", from: &words) ?? "1s"
            guard let every = UnixTime(spelled: text, now: UnixTime(seconds: 0))?.seconds, (1...3600).contains(every)
            else { throw .usage("--every “\(text)” is not right; right would be 1s or 10s") }
            var client = try AdminClient(words)
            let screen = Screen()
            var view = TopView()
            while true {
                let status = try client.ask(["do": "status"])
                var sessions: [SessionRow] = []
                try client.ask(["do": "sessions"]) { line in
                    if let session = line["session"] { sessions.append(SessionRow(session)) }
                }
                view.take(status, sessions)
                guard let size = screen.size else {
                    // Rates need two looks.
                    if view.looks == 1 {
                        Terminal.pause(.seconds(1))
                        continue
                    }
                    for line in view.lines(rows: .max) { Terminal.say(line) }
                    return
                }
                screen.draw(view.lines(rows: size.rows))
                switch screen.key(within: .seconds(every)) {
                case "q", "Q", "\u{03}": return
                case "s", "S": view.sortByNext()
                default: break
                }
            }
        }
    }
}

/// What `top` has seen, and how it is drawn.
struct TopView {
    private(set) var looks = 0
    private var status: JSON = .null
    private var sessions: [(row: SessionRow, rate: Double, packets: Double, overRate: Int64)] = []
    private var before: [String: SessionRow] = [:]
    private var time: Int64 = 0
    private var order = TopVerb.Order.rate

    mutating func take(_ status: JSON, _ rows: [SessionRow]) {
        let now = status["time"]?.integer ?? 0
        let span = Double(max(1, now - time)) / 1000
        sessions = rows.map { row in
            guard looks > 0, let earlier = before[row.id] else { return (row, 0, 0, 0) }
            let bytes = row.bytesToPeers + row.bytesToClient - earlier.bytesToPeers - earlier.bytesToClient
            return (
                row, Double(bytes) / span, Double(row.packets - earlier.packets) / span, row.overRate - earlier.overRate
            )
        }
        before = Dictionary(rows.map { ($0.id, $0) }) { first, _ in first }
        (self.status, time, looks) = (status, now, looks + 1)
    }

    mutating func sortByNext() {
        let all = TopVerb.Order.allCases
        order = all[((all.firstIndex(of: order) ?? 0) + 1) % all.count]
    }

    func lines(rows: Int) -> [Terminal.Styled] {
        let total = sessions.reduce((rate: 0.0, packets: 0.0)) { ($0.rate + $1.rate, $0.packets + $1.packets) }
        let rooms = status["rooms"]
        let calls = rooms?["active"]?.integer.map { ", \($0) calls of \(rooms?["people"]?.integer ?? 0) people" } ?? ""
        let head = [
            "sterna \(status["version"]?.string ?? "") up \(Words.duration(status["uptime"]?.integer ?? 0)): "
                + "\(Words.count(sessions.count, "session")), \(status["allocations"]?["active"]?.integer ?? 0) active\(calls)",
            "\(Words.rate(total.rate, total.packets)), "
                + "memory \(Words.bytes(Double(status["memory"]?["resident"]?.integer ?? 0))), sorted by \(order.rawValue)",
            "",
        ]
        let cells = sorted.map { session in
            [
                session.row.id, session.row.user, session.row.client, session.row.transport,
                Words.duration(session.row.seconds), Words.bytes(session.rate) + "/s", "\(Int(session.packets))",
                Words.bytes(Double(session.row.bytesToPeers + session.row.bytesToClient)), "\(session.overRate)",
            ]
        }
        let headings = ["ID", "USER", "CLIENT", "OVER", "AGE", "RATE", "PACKETS/s", "TOTAL", "DROPPED"]
        let table = Table.lines(
            headings, Array(cells.prefix(max(0, rows == .max ? cells.count : rows - head.count - 2))))
        return head.map { Terminal.Styled($0) } + table
    }

    private var sorted: [(row: SessionRow, rate: Double, packets: Double, overRate: Int64)] {
        sessions.sorted { a, b in
            switch order {
            case .rate: a.rate > b.rate
            case .total:
                a.row.bytesToPeers + a.row.bytesToClient > b.row.bytesToPeers + b.row.bytesToClient
            case .age: a.row.seconds > b.row.seconds
            case .user: a.row.user < b.row.user
            }
        }
    }
}
