// SPDX-License-Identifier: Apache-2.0

internal import Check
internal import Engine
internal import Wire

/// `sterna bench`: loads a TURN server and measures.
enum BenchVerb {
    static let verb = Verb(
        name: "bench", summary: "loads a TURN server and measures loss, delay and throughput",
        usage: "bench URI [OPTION…]",
        details: """
            Allocations at the server that the URI names, as in turn:127.0.0.1?transport=udp, relay to
            each other, or to peers here. Only for servers of your own: it is load.

            --allocations N        how many, up to 2000, an even number to relayed (default: 10)
            --to relayed|peers     to each other's relayed addresses in pairs (default), or to a socket of
                                   this program, which sends as much back
            --rate N               datagrams a second of each, up to 10000 (default: 50)
            --burst N              how many of them leave at once, up to 64 (default: 1)
            --size BYTES           payload of each, 12 to 1400 (default: 160)
            --seconds N            for how long, up to 600 (default: 5)
            --process PID          the server's process on this machine: its processor time is told
            --user, --password-file, --secret-file, --ca, --host, --json: as for check

            The delay is from one end through the relay to the other. “make bench” in the sources
            compares this server with coturn that way.
            """,
        run: run)

    private static let options: Set = [
        "--allocations", "--to", "--rate", "--burst", "--size", "--seconds", "--process",
    ]

    static func run(_ words: [String]) -> Int32 {
        do {
            let options = try CheckOptions(words, beside: Self.options)
            guard options.hasURI else {
                throw CheckOptions.Mistake(explanation: "which server? turn:HOST[:PORT]?transport=udp")
            }
            var load = Bench.Load()
            load.allocations = try options.number("--allocations", 2...2000) ?? load.allocations
            load.rate = try options.number("--rate", 1...10_000) ?? load.rate
            load.size = try options.number("--size", 12...1400) ?? load.size
            load.burst = try options.number("--burst", 1...64) ?? load.burst
            load.process = try options.number("--process", 1...4_194_304)
            load.peers = try options.word("--to", ["relayed": .relayed, "peers": .outside]) ?? load.peers
            load.duration = .seconds(try options.number("--seconds", 1...600) ?? 5)
            guard load.allocations % 2 == 0 || load.peers == .outside else {
                throw CheckOptions.Mistake(explanation: "--allocations wants an even number: they are paired")
            }
            let outcome = try Bench(options.plan(), load).run()
            Terminal.say(options.isJSON ? TerminalText(json(outcome)) : text(outcome, load))
            return Exit.success
        } catch let mistake as CheckOptions.Mistake {
            Terminal.complain("sterna bench: \(mistake.explanation)")
            return mistake.isUsage ? Exit.usage : Exit.unavailable
        } catch {
            Terminal.complain("sterna bench: \(error)")
            return Exit.unavailable
        }
    }

    private static func figures(_ outcome: Bench.Outcome) -> [(name: String, value: Double)] {
        func milliseconds(_ share: Double) -> Double {
            outcome.delay(share).map { Double($0.wholeNanoseconds) / 1e6 } ?? 0
        }
        let seconds = max(outcome.seconds, 1e-9)
        return [
            ("allocationsPerSecond", outcome.allocationsPerSecond), ("sent", Double(outcome.sent)),
            ("received", Double(outcome.received)), ("lossPercent", outcome.lossPercent),
            ("delayP50Milliseconds", milliseconds(0.5)), ("delayP99Milliseconds", milliseconds(0.99)),
            ("packetsPerSecond", Double(outcome.received) / seconds),
        ] + (outcome.microsecondsPerPacket.map { [("serverMicrosecondsPerPacket", $0)] } ?? [])
    }

    private static func json(_ outcome: Bench.Outcome) -> JSON {
        .object(figures(outcome).map { .init($0.name, .number($0.value)) })
    }

    private static func text(_ outcome: Bench.Outcome, _ load: Bench.Load) -> TerminalText {
        let value = Dictionary(figures(outcome).map { ($0.name, $0.value) }) { first, _ in first }
        func rounded(_ name: String) -> String {
            let hundredths = Int((value[name] ?? 0) * 100 + 0.5)
            return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
        }
        let rate = value["packetsPerSecond"] ?? 0
        let server: TerminalText =
            outcome.microsecondsPerPacket == nil
            ? "" : "\nserver       \(rounded("serverMicrosecondsPerPacket")) µs of its processors for each datagram"
        return """
            allocations  \(load.allocations), \(Int(value["allocationsPerSecond"] ?? 0)) a second
            datagrams    \(outcome.sent) sent, \(outcome.received) received, loss \(rounded("lossPercent")) %
            delay        p50 \(rounded("delayP50Milliseconds")) ms, p99 \(rounded("delayP99Milliseconds")) ms
            throughput   \(Int(rate)) datagrams/s, \(Int(rate * Double(load.size) * 8 / 1e6)) Mbit/s of payload\(server)
            """
    }
}
