// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// What `sterna status` shows people: how the server is, from two answers of it a while apart.
struct StatusPage {
    private let before: JSON
    private let now: JSON
    /// Seconds between the two.
    private let span: Double

    init(_ before: JSON, _ now: JSON) {
        (self.before, self.now) = (before, now)
        span = Double(max(1, (now["time"]?.integer ?? 1) - (before["time"]?.integer ?? 0))) / 1000
    }

    var lines: [Terminal.Styled] {
        var lines: [Terminal.Styled] = []
        for row in [server, relaying, surroundings, troubles].flatMap(\.self) {
            for (index, line) in row.lines.enumerated() {
                lines.append(Terminal.dim(Words.padded(index == 0 ? row.name : "", 13)) + line)
            }
        }
        return lines
    }

    private typealias Row = (name: String, lines: [String])

    private var server: [Row] {
        [
            ("version", ["\(now["version"]?.string ?? "?"), realm \(now["realm"]?.string ?? "?")"]),
            ("up", [Words.duration(now["uptime"]?.integer ?? 0)]),
            ("listening", texts(now["listeners"])),
        ]
    }

    private var relaying: [Row] {
        let transports = ["udp", "tcp", "tls", "dtls"].map { "\($0) \(number("allocations", $0))" }
        let (all, active) = (number("allocations", "all"), number("allocations", "active"))
        var rows: [Row] = [
            ("allocations", ["\(all) (\(transports.joined(separator: ", "))), \(active) active in the last 10 s"])
        ]
        let (tcp, connections) = (number("allocations", "relayingTCP"), number("allocations", "connections"))
        if tcp > 0 { rows.append(("over TCP", ["\(tcp) of them relay TCP, \(connections) connections with peers"])) }
        rows.append(("relaying", ["to peers \(rate("toPeers"))", "to clients \(rate("toClients"))"]))
        rows.append(("ports", ["\(number("ports", "used")) of \(number("ports", "all")) used"]))
        return rows
    }

    private var surroundings: [Row] {
        var rows: [Row] = [("memory", [memory]), ("certificate", [certificate])]
        if now["rooms"]?.object != nil {
            let (people, calls) = (number("rooms", "people"), number("rooms", "active"))
            rows.append(
                (
                    "rooms",
                    [
                        "\(people) \(people == 1 ? "person" : "people") in rooms, \(count(calls, "call")), "
                            + count(number("rooms", "all"), "link")
                    ]
                ))
        }
        if now["directory"]?.object != nil {
            let (users, secrets) = (number("directory", "users"), number("directory", "secrets"))
            rows.append(("database", ["\(count(users, "user")), \(count(secrets, "secret"))"]))
        }
        return rows
    }

    private var troubles: [Row] {
        var rows: [Row] = []
        if let refusals = now["refusals"]?.object, !refusals.isEmpty {
            rows.append(("refused", [refusals.map { "\($0.name) \($0.value.integer ?? 0)" }.joined(separator: ", ")]))
        }
        let (unwanted, full, unsent) = (number("drops", "relay"), number("drops", "socket"), number("drops", "unsent"))
        if unwanted + full + unsent > 0 {
            rows.append(("dropped", ["\(unwanted) unwanted, \(full) by full buffers, \(unsent) unsent"]))
        }
        if let until = now["draining"]?["until"]?.string {
            rows.append(("draining", ["new allocations are refused; the server ends at \(until) at the latest"]))
        }
        return rows
    }

    private func number(_ name: String, _ member: String) -> Int64 { now[name]?[member]?.integer ?? 0 }

    private func count(_ number: Int64, _ noun: String) -> String { Words.count(Int(clamping: number), noun) }

    private func texts(_ list: JSON?) -> [String] { (list?.array ?? []).compactMap(\.string) }

    /// What went one way each second.
    private func rate(_ way: String) -> String {
        func each(_ what: String) -> Double {
            let (first, second) = (before["traffic"]?[way]?[what]?.integer, now["traffic"]?[way]?[what]?.integer)
            return Double((second ?? 0) - (first ?? 0)) / span
        }
        return Words.rate(each("bytes"), each("packets"))
    }

    private var memory: String {
        let resident = Words.bytes(Double(now["memory"]?["resident"]?.integer ?? 0))
        let each = now["memory"]?["perAllocation"]?.integer ?? 0
        return each > 0 ? "\(resident), \(Words.bytes(Double(each))) for each allocation" : resident
    }

    private var certificate: String {
        guard let end = now["certificate"]?["notAfter"]?.string else { return "none" }
        return "good until \(end) for \(texts(now["certificate"]?["names"]).joined(separator: ", "))"
    }
}
