// SPDX-License-Identifier: Apache-2.0

internal import Addresses
internal import Configuration
internal import Engine
internal import Wire

extension Checkup {
    /// The name that clients use.
    var host: String? { plan.host ?? settings?.publicHost }

    /// DNS: whether the name that clients use leads here.
    func names() {
        guard let settings else { return }
        if plan.isOffline { return tell(.skip(.dns, "--offline: no name was looked up")) }
        guard let host else {
            return tell(.skip(.dns, "the configuration names no host; public-url=https://name would"))
        }
        guard IPAddress(host) == nil else { return tell(.skip(.dns, "clients use the address \(host)")) }
        doing("looking \(host) up")
        let found: [IPAddress]
        do {
            found = try Host.addresses(of: host)
        } catch {
            return tell(
                .fail(
                    .dns, "\(host) has no address: \(error)", .nameWithoutAddress(host)))
        }
        let known = own + settings.writtenAddresses + seen
        let list = found.map { "\($0)" }.joined(separator: ", ")
        if let stranger = found.first(where: { !known.contains($0) }), !found.allSatisfy(\.isLocalOnly) {
            return tell(
                .warn(
                    .dns, "\(host) leads to \(stranger), which is neither on this machine nor in external-ip",
                    .nameElsewhere))
        }
        tell(.ok(.dns, "\(host) leads to \(list)"))
        services(host, known)
    }
}
