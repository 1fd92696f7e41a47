// SPDX-License-Identifier: Apache-2.0

internal import Addresses
internal import Configuration
internal import Engine
internal import Wire

/// Finds this host's public addresses on a thread of its own, because names and servers may let one wait, and looks again
/// every minute; sooner where nothing was found, as before the network is there.
struct AddressWatch: ~Copyable {
    private static let interval = Duration.seconds(60)
    private static let firstRepetition = Duration.seconds(2)

    private let orders: Mailbox<Configuration.Settings>
    private let thread: LoopThread

    /// Starts to look; `found` gets every answer, the first one too.
    static func start(
        _ settings: Configuration.Settings, with finder: sending PublicAddresses.Finder = .host,
        telling found: Mailbox<PublicAddresses>
    ) throws(Errno) -> AddressWatch {
        let loop = try Loop()
        let orders = try Mailbox<Configuration.Settings>()
        let round = Round(settings, with: finder, telling: found, on: loop)
        try orders.open(on: loop) { round.look(with: $0) }
        round.timer?.arm(at: loop.now.instant)
        return AddressWatch(orders: orders, thread: try LoopThread(named: "addresses", running: loop))
    }

    /// Looks at once, and from now on for what these settings say.
    func reload(_ settings: Configuration.Settings) { orders.post(settings) }

    /// A resolver that lets one wait is not waited for.
    consuming func stop() { thread.abandon() }

    /// What is done again and again.
    private final class Round {
        private var settings: Configuration.Settings
        private let finder: PublicAddresses.Finder
        private let found: Mailbox<PublicAddresses>
        private unowned let loop: Loop
        private(set) var timer: Timer?
        /// When to look again where nothing is found; twice as late each time.
        private var patience = AddressWatch.firstRepetition

        init(
            _ settings: Configuration.Settings, with finder: PublicAddresses.Finder,
            telling found: Mailbox<PublicAddresses>, on loop: Loop
        ) {
            (self.settings, self.finder, self.found, self.loop) = (settings, finder, found, loop)
            timer = Timer(on: loop) { [unowned self] in look(with: self.settings) }
        }

        func look(with settings: Configuration.Settings) {
            self.settings = settings
            let addresses = PublicAddresses(settings, with: finder)
            found.post(addresses)
            let isWhole = addresses.problems.isEmpty
            timer?.arm(at: loop.now.instant + min(isWhole ? AddressWatch.interval : patience, AddressWatch.interval))
            patience = isWhole ? AddressWatch.firstRepetition : min(patience * 2, AddressWatch.interval)
        }
    }
}

extension PublicAddresses.Finder {
    /// What this host, its resolver and the network say.
    static var host: Self {
        Self(
            lookUp: { name in
                do {
                    return .success(try Host.addresses(of: name))
                } catch {
                    return .failure(PublicAddresses.LookupProblem(text: "\(error)"))
                }
            },
            observe: ReflexiveAddress.observed(by:),
            own: { (try? Host.ownAddresses()) ?? HostAddresses() })
    }
}
