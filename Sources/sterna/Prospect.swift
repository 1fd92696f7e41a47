// SPDX-License-Identifier: Apache-2.0

internal import Check
internal import Configuration
internal import Engine
internal import Server
internal import Wire

/// Whether a configuration can be served on this host, and what is said about that.
struct Prospect {
    /// What stands in the way and what is worth knowing, beside what the file itself says.
    let problems: [Problem]
    /// What is said of ports that somebody holds: the file is right, and the host is not ready.
    let portProblems: [Problem]
    /// Whether nothing of the file's and nothing of the host's but ports keeps it from being served.
    let isServable: Bool
    /// Whoever holds a port that is needed, with the ports, as in `turnserver (process 7, user turnserver): 3478/udp`.
    let holders: [String]

    /// The addresses that the host has to get before anybody is served.
    let awaited: [IPAddress]

    /// Nothing is served.
    static let none = Self(of: Verdict(refusing: .error("", at: .commandLine)), file: nil)

    init(of verdict: Verdict, file: String?, writtenForCoturn isCoturn: Bool = false) {
        guard let settings = verdict.settings else {
            (problems, portProblems, isServable, holders, awaited) = ([], [], false, [], [])
            return
        }
        let report = StartReport(settings, writtenForCoturn: isCoturn)
        var ports: [(holder: String, ports: [String])] = []
        // Our own server that runs holds its ports, and systemd those that it keeps for it: a restart has them.
        let ours = Set(
            report.held.filter { failure in
                let all = failure.holders
                return !all.isEmpty && all.allSatisfy(\.isOurs)
            })
        for failure in report.held where !ours.contains(failure) {
            let name = failure.holders.first { !$0.isOurs }?.words ?? "another program"
            let port = "\(failure.endpoint.port)/\(failure.transport.rawValue)"
            guard let index = ports.firstIndex(where: { $0.holder == name }) else {
                ports.append((name, [port]))
                continue
            }
            if !ports[index].ports.contains(port) { ports[index].ports.append(port) }
        }
        problems = report.problems(in: verdict, file: file)
        portProblems = report.held.filter { !ours.contains($0) }.map {
            .error($0.sentence, at: .configuration(file: file))
        }
        isServable = !report.isObstructed
        awaited = report.awaited
        holders = ports.map { "\($0.holder): \($0.ports.joined(separator: ", "))" }
    }

    /// The last sentence: what would be served, what it waits for, or that nothing is.
    func sentence(about success: String) -> String {
        guard isServable else {
            return "Nothing is served with this file before what is refused and what is a mistake is mended"
        }
        var conditions: [String] = []
        if !awaited.isEmpty { conditions.append("this host has \(awaited.map { "\($0)" }.joined(separator: " or "))") }
        if !holders.isEmpty { conditions.append("these give up its ports: " + holders.joined(separator: "; ")) }
        return conditions.isEmpty ? success : "\(success), once " + conditions.joined(separator: " and ")
    }
}

extension BindFailure {
    /// Who holds the port.
    var holders: [PortProcess] { PortProcess.all(of: endpoint.port, overUDP: transport == .udp) }

    /// What is wrong and what would be right, with whoever holds the port by name.
    var sentence: String {
        guard errno == .addressInUse, let holder = holders.first(where: { !$0.isOurs }), holder.program != nil else {
            return description
        }
        let remedy =
            switch holder.program {
            case "turnserver": "systemctl disable --now coturn stops it"
            default: "stop it"
            }
        return
            "\(endpoint.port)/\(transport.rawValue) on \(endpoint.address) is held by \(holder.words); \(remedy), or choose another port"
    }
}

extension [Problem] {
    /// Warnings first: the last line that somebody reads is the reason.
    var gravestLast: Self { filter { $0.severity == .warning } + filter { $0.severity == .error } }
}
