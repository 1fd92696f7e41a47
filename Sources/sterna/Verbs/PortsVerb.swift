// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import Server
internal import Wire

/// `sterna ports`: where clients come in, for a firewall, and for a service that may not open all of it itself.
enum PortsVerb {
    static let verb = Verb(
        name: "ports", summary: "lists the ports that clients need, or opens those below 1024 for the service",
        usage: "ports [--open] [--config FILE] [--key=value…]",
        details: """
            Prints each port that the configuration has the server listen at, and the range of the
            relayed calls: what a firewall has to let in.

            --open      opens those that need a privilege and leaves them with systemd for the service
                        that starts next, which has none; sterna.service runs it before each start
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        var words = words
        let opens = words.contains("--open")
        words.removeAll { $0 == "--open" }
        do {
            let option = try ConfigurationOption(words)
            guard let settings = option.verdict.settings else {
                Terminal.report(option.verdict.problems)
                return Exit.configuration
            }
            let log = Log(level: .error, style: LogStyle(format: .text)) { Moment.read() }
            let service = Service(settings, log: log)
            return opens ? open(with: service) : list(service, settings)
        } catch {
            Terminal.report([error])
            return Exit.configuration
        }
    }

    private static func open(with service: Service) -> Int32 {
        guard let supervisor = Supervisor(environment: Environment.variables) else {
            Terminal.complain(
                "sterna ports: --open is for systemd, which keeps what is opened (NOTIFY_SOCKET is not set)")
            return Exit.usage
        }
        for entrance in service.openForSuccessor(supervisor) {
            Terminal.say(
                "opened \(entrance.endpoint)/\(entrance.transport.rawValue) for the service: \(entrance.purpose)")
        }
        return Exit.success
    }

    private static func list(_ service: Service, _ settings: Settings) -> Int32 {
        var lines: [String] = []
        for entrance in service.entrances.sorted(by: { $0.endpoint.port < $1.endpoint.port }) {
            let line = Words.padded("\(entrance.endpoint.port)/\(entrance.transport.rawValue)", 18) + entrance.purpose
            if !lines.contains(line) { lines.append(line) }
        }
        if !settings.stunOnly {
            let range = "\(settings.relayPorts.lowerBound)-\(settings.relayPorts.upperBound)/udp"
            lines.append(Words.padded(range, 18) + "relayed calls")
        }
        for line in lines { Terminal.say("\(line)") }
        return Exit.success
    }
}
