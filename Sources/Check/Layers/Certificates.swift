// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import TLS
internal import Wire

extension Checkup {
    /// TLS: the certificate as a browser judges it, wherever it is shown.
    func certificates() {
        let targets = plan.targets.filter { $0.transport.isSecure }
        if targets.isEmpty {
            if settings != nil {
                tell(.skip(.tls, "neither cert nor web-tls-port is configured: nothing is served over TLS"))
            }
            return
        }
        // The same certificate is shown at all of them, mostly: it is judged once.
        var shown: [(certificate: Certificate, distrust: String?, road: Road, places: [(Target, String)])] = []
        for target in targets where settings == nil || listening.contains(Port(of: target)) {
            doing("shaking hands over \(target.name)")
            let caller = caller(target, as: nil)
            defer { caller.road.close() }
            // Why there is no session is what STUN says below.
            guard caller.connect() == nil, let certificate = caller.road.certificate else { continue }
            let index = shown.firstIndex {
                $0.certificate == certificate && $0.distrust == caller.road.distrust
                    && $0.road.target.host == target.host
            }
            if let index {
                shown[index].places.append((target, ""))
            } else {
                shown.append((certificate, caller.road.distrust, caller.road, [(target, "")]))
            }
        }
        for (certificate, distrust, road, places) in shown {
            let list = Self.byAddress(places).map { "\($0.address) \($0.list)" }.joined(separator: ", ")
            judge(certificate, distrust: distrust, of: road, at: list)
        }
    }

    private func judge(_ certificate: Certificate, distrust: String?, of road: Road, at places: String) {
        let host = road.target.host
        if now >= certificate.notAfter {
            return tell(
                .fail(
                    .tls, "the certificate expired at \(certificate.notAfter), and browsers say error 701 (\(places))",
                    .certificateExpired))
        }
        if now < certificate.notBefore {
            return tell(
                .fail(
                    .tls, "the certificate is good only from \(certificate.notBefore) (\(places))", .certificateNotYet))
        }
        if let settings, settings.certificate == nil {
            let authority = Authority(directory: settings.dataDirectory + "/tls")
            return tell(
                .warn(
                    .tls, "the server made the certificate itself, and browsers warn of it (\(places))",
                    .certificateSelfMade(authority: authority.authorityPath)))
        }
        guard certificate.isGood(for: host) else {
            let names = certificate.names + certificate.addresses.map { "\($0)" }
            let list = names.isEmpty ? "nobody" : names.prefix(4).joined(separator: ", ")
            return tell(
                .fail(
                    .tls, "the certificate is for \(list), and clients ask for \(host) (\(places))",
                    .certificateForOthers(host: host)))
        }
        if let distrust {
            return tell(
                .fail(
                    .tls, "no browser believes the certificate: \(distrust) (\(places))",
                    .certificateUnbelieved(isSelfSigned: certificate.isSelfSigned)))
        }
        let days = (certificate.notAfter - now).components.seconds / 86_400
        let left = "\(days) day\(days == 1 ? "" : "s")"
        let text = "believed for \(host), \(road.cipher ?? ""), expires in \(left): \(places)"
        switch days {
        case ..<1: tell(.fail(.tls, text, .certificateEnds(days: days)))
        case ..<22: tell(.warn(.tls, text, .certificateEnds(days: days)))
        default: tell(.ok(.tls, text))
        }
    }
}
