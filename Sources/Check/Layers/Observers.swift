// SPDX-License-Identifier: Apache-2.0

internal import Addresses
internal import Configuration
internal import Engine
internal import TURNClient
internal import Wire

extension Checkup {
    /// NETWORK: what STUN servers outside see this machine as, against what clients are told.
    ///
    /// - Parameter here: The addresses of this machine's interfaces.
    func observed(_ here: [IPAddress], _ settings: Settings) {
        let asked = [plan.observer, settings.externalAddressServer].compactMap(\.self)
        let told = settings.writtenAddresses
        var answers: [(observer: String, address: IPAddress)] = []
        for observer in asked {
            doing("asking \(observer.host) what it sees")
            if let address = reflexive(observer) {
                // An observer on this machine sees only its loopback.
                if !address.isLocalOnly { answers.append((observer.host, address)) }
            } else {
                tell(
                    .warn(
                        .network, "\(observer.host):\(observer.port) does not say what it sees this machine as",
                        .observerSilent))
            }
        }
        seen = answers.map(\.address)
        guard let (observer, address) = answers.first else { return }
        if let other = answers.first(where: { $0.address.family == address.family && $0.address != address }) {
            return tell(
                .warn(
                    .network, "\(observer) sees this machine as \(address), \(other.observer) as \(other.address)",
                    .severalWaysOut))
        }
        let expected = told.filter { $0.family == address.family }
        if expected.contains(address) || expected.isEmpty && (here.contains(address) || settings.findsAddressesItself) {
            let count = answers.count == 1 ? observer : "\(answers.count) of \(answers.count) observers"
            return tell(.ok(.network, "\(count) outside: this machine is \(address)"))
        }
        tell(
            .fail(
                .network,
                "\(observer) sees this machine as \(address), and clients are told \(expected.first.map { "\($0)" } ?? "its own addresses")",
                .observedOtherwise(address)))
    }

    private func reflexive(_ observer: HostAndPort) -> IPAddress? {
        let found = observer.address.map { [$0] } ?? ((try? Host.addresses(of: observer.host)) ?? [])
        guard let address = found.first(where: { $0.family == .v4 }) ?? found.first else { return nil }
        let target = Target(transport: .udp, endpoint: Endpoint(address, observer.port), host: observer.host)
        let caller = caller(target, as: nil)
        defer { caller.road.close() }
        guard caller.connect() == nil else { return nil }
        return caller.ask(.binding)?.facts?.mapped?.address
    }
}
