// SPDX-License-Identifier: Apache-2.0

package import Configuration
package import Engine
package import TLS
internal import TURNClient
package import Wire

/// Looks at a server from the outside, as its clients do, and where it runs on this machine also at what it stands on.
package final class Checkup {
    /// What is to be looked at.
    package struct Plan {
        /// Where the server is asked; the first that answers is used for what is asked once only.
        package var targets: [Target] = []
        package var credentials = Credentials.nobody
        package var trust = Trust.system
        /// The configuration that the server is meant to run with, and what was found in it; nil for a server elsewhere.
        package var verdict: Verdict?
        package var configurationPath: String?
        /// Nothing is sent anywhere.
        package var isOffline = false
        /// The name that clients use, where the configuration does not say.
        package var host: String?
        /// A STUN server outside that is to say what it sees this machine as.
        package var observer: HostAndPort?

        package init() {}
    }

    /// How the check may say who it is.
    package enum Credentials: Hashable, Sendable {
        case nobody
        case account(name: String, password: String)
        case secret(String, separator: UInt8)

        /// An account that is good for so long; of a fixed one only what it is.
        func account(for lifetime: Duration = .seconds(600), takesSHA256: Bool = false, now: UnixTime) -> Account? {
            switch self {
            case .nobody: nil
            case .account(let name, let password): Account(name: name, password: password, takesSHA256: takesSHA256)
            case .secret(let secret, let separator):
                Account(
                    for: "check", until: now + lifetime, secret: secret, separator: separator, takesSHA256: takesSHA256)
            }
        }
    }

    let plan: Plan
    let station: Station
    private let report: (Finding) -> Void
    private let progress: (String) -> Void
    package private(set) var findings: [Finding] = []
    /// Where a Binding was answered, in the order of the plan.
    var alive: [Target] = []
    /// Where an allocation worked.
    var allocating: [Target] = []
    /// Where TURN is answered only to who names it by ALPN.
    var named: Set<Target> = []
    /// Where IPv4 is not relayed, so that IPv6 has to be asked for.
    var relaysIPv6Only: Set<Target> = []
    /// Ports of this machine at which the server listens.
    var listening: Set<Port> = []
    /// What observers outside see this machine as.
    var seen: [IPAddress] = []
    /// What was complained of already: families without relayed addresses, and addresses that nobody reaches.
    var complained: Set<IPAddress.Family> = []
    var unroutable: Set<IPAddress> = []
    var asksInVain = false
    /// The addresses of this machine's interfaces.
    private(set) lazy var own = (try? Host.addresses()) ?? []
    /// What to paste into an application; nil while nothing worked.
    package var iceServers: JSON?

    var settings: Settings? { plan.verdict?.settings }

    /// - Parameters:
    ///   - report: Told every finding as soon as it is there.
    ///   - progress: Told what is being done, and, with an empty text, that it still is.
    package init(
        _ plan: Plan, report: @escaping (Finding) -> Void, progress: @escaping (String) -> Void
    ) throws(Errno) {
        self.plan = plan
        self.report = report
        self.progress = progress
        station = try Station()
        station.whileWaiting = { progress("") }
    }

    /// Looks at everything, from the file to the call.
    package func run() {
        if plan.verdict != nil {
            configuration()
            machine()
            network()
            names()
        }
        codec()
        guard !plan.isOffline else {
            return tell(.skip(.stun, "--offline: nothing was asked over the network"))
        }
        if plan.verdict != nil, settings == nil { return }
        reach()
        certificates()
        if alive.isEmpty { return systemd() }
        allocate()
        if let target = allocating.first {
            families()
            relay(allocating)
            policy(target)
        }
        abuse()
        web()
        systemd()
    }

    func tell(_ finding: Finding) {
        findings.append(finding)
        report(finding)
    }

    func doing(_ text: String) { progress(text) }

    var now: UnixTime { Moment.read().time }

    /// A caller that has begun to connect.
    func caller(_ target: Target, as account: Account?) -> Caller {
        let protocols = named.contains(target) ? ["stun.turn"] : []
        let road = Road.open(to: target, trusting: plan.trust, naming: protocols, on: station)
        return Caller(to: target, as: account, over: road, on: station)
    }

    /// What to ask a target for where any relayed address will do.
    func wish(at target: Target) -> Wish {
        var wish = Wish()
        if relaysIPv6Only.contains(target) { wish.family = .v6 }
        return wish
    }

    /// The command that looks at this machine's server from another one; nil where a server elsewhere was looked at, and
    /// while nothing works here.
    package var elsewhere: String? {
        guard settings != nil, let target = allocating.first else { return nil }
        let credentials =
            switch plan.credentials {
            case .account(let name, _): "--user \(name) --password-file FILE"
            default: "--secret-file FILE"
            }
        return "sterna check turn:\(target.uriHost):\(target.endpoint.port) \(credentials)"
    }

    /// 0 when all is well, 1 when there are warnings, 2 when something does not work.
    package var exitCode: Int32 {
        if findings.contains(where: { $0.verdict == .fail }) { return 2 }
        return findings.contains { $0.verdict == .warn } ? 1 : 0
    }
}

extension Duration {
    /// As in `1.3 ms`.
    var milliseconds: String {
        let tenths = (wholeNanoseconds + 50_000) / 100_000
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
