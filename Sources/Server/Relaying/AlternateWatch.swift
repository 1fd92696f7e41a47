// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import Wire

/// The addresses of other servers that clients are sent to by a DNS name, and why some have none.
struct AlternateAddresses: Hashable, Sendable {
    var known: [String: [IPAddress]] = [:]
    var problems: [String] = []

    /// Looks up what the settings name; each name may take seconds.
    init(_ settings: Configuration.Settings, lookUp: (String) -> Result<[IPAddress], PublicAddresses.LookupProblem>) {
        for name in settings.alternateNames {
            switch lookUp(name) {
            case .success(let addresses) where !addresses.isEmpty: known[name] = addresses
            case .success: problems.append("alternate-server: \(name) has no address; its clients are served here")
            case .failure(let problem):
                problems.append(
                    "alternate-server: \(name) has no address (\(problem.text)); its clients are served here")
            }
        }
    }

    /// Nothing is known yet.
    init() {}
}

/// Looks up the names of other servers on a thread of its own, and again every minute.
struct AlternateWatch: ~Copyable {
    private static let interval = Duration.seconds(60)

    private let orders: Mailbox<Configuration.Settings>
    private let thread: LoopThread

    /// Starts to look; `found` gets every answer, the first one too.
    static func start(
        _ settings: Configuration.Settings, telling found: Mailbox<AlternateAddresses>
    ) throws(Errno) -> AlternateWatch {
        let loop = try Loop()
        let orders = try Mailbox<Configuration.Settings>()
        let round = Round(settings, telling: found, on: loop)
        try orders.open(on: loop) { round.look(with: $0) }
        round.timer?.arm(at: loop.now.instant)
        return AlternateWatch(orders: orders, thread: try LoopThread(named: "names", running: loop))
    }

    /// Looks at once, and from now on for what these settings name.
    func reload(_ settings: Configuration.Settings) { orders.post(settings) }

    /// A resolver that lets one wait is not waited for.
    consuming func stop() { thread.abandon() }

    /// What is done again and again.
    private final class Round {
        private var settings: Configuration.Settings
        private let found: Mailbox<AlternateAddresses>
        private unowned let loop: Loop
        private(set) var timer: Timer?

        init(_ settings: Configuration.Settings, telling found: Mailbox<AlternateAddresses>, on loop: Loop) {
            (self.settings, self.found, self.loop) = (settings, found, loop)
            timer = Timer(on: loop) { [unowned self] in look(with: self.settings) }
        }

        func look(with settings: Configuration.Settings) {
            self.settings = settings
            found.post(AlternateAddresses(settings, lookUp: PublicAddresses.Finder.host.lookUp))
            timer?.arm(at: loop.now.instant + AlternateWatch.interval)
        }
    }
}

extension Configuration.Settings {
    /// The DNS names of other servers, each once.
    var alternateNames: Set<String> {
        let servers = alternateServers + udpAlternateServers + tcpAlternateServers + tlsAlternateServers
        return Set(servers.compactMap { if case .name(let name) = $0.place { name } else { nil } })
    }
}
