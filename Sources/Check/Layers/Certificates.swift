// SPDX-License-Identifier: Apache-2.0

internal import TLS
internal import Wire

extension Checkup {
    /// TLS: the certificate as a browser judges it, where it is shown.
    func certificates() {
        let targets = plan.targets.filter { $0.transport.isSecure }
        if targets.isEmpty {
            if settings != nil {
                tell(.skip(.tls, "no certificate is configured: STUN and TURN are not served over TLS"))
            }
            return
        }
        for target in targets {
            doing("shaking hands over \(target.name)")
            let caller = caller(target, as: nil)
            if let failure = caller.connect() {
                tell(
                    .fail(
                        .tls, "\(target.name): no session: \(failure)",
                        fix: target.transport == .dtls
                            ? "open port \(target.endpoint.port)/udp in the firewall; browsers do without DTLS"
                            : "see that the server is told cert and pkey, and that port \(target.endpoint.port)/tcp is open"
                    ))
            } else {
                judge(caller.road)
            }
            caller.road.close()
        }
    }

    private func judge(_ road: Road) {
        guard let certificate = road.certificate else { return }
        let (target, now) = (road.target, now)
        if now >= certificate.notAfter {
            return tell(
                .fail(
                    .tls, "\(target.name): the certificate expired at \(certificate.notAfter); browsers say error 701",
                    fix: "renew it (certbot renew); Sterna takes the new file within a minute"))
        }
        if now < certificate.notBefore {
            return tell(
                .fail(
                    .tls, "\(target.name): the certificate is good only from \(certificate.notBefore)",
                    fix: "set this machine's clock; the certificate's time has not come"))
        }
        guard certificate.isGood(for: target.host) else {
            let names = certificate.names + certificate.addresses.map { "\($0)" }
            let list = names.isEmpty ? "nobody" : names.prefix(4).joined(separator: ", ")
            return tell(
                .fail(
                    .tls, "\(target.name): the certificate is for \(list), and clients ask for \(target.host)",
                    fix: "have one issued for \(target.host), or correct public-url (here: --host NAME)"))
        }
        if let distrust = road.distrust {
            return tell(
                .fail(
                    .tls, "\(target.name): no browser believes the certificate: \(distrust)",
                    fix: certificate.isSelfSigned
                        ? "have one issued by an authority (certbot); with an authority of your own: --ca FILE"
                        : "cert must name the file with the issuers (fullchain.pem); with an authority of your own: --ca FILE"
                ))
        }
        let days = (certificate.notAfter - now).components.seconds / 86_400
        let protocols = road.negotiated.map { ", ALPN \($0)" } ?? ""
        let text =
            "\(target.name): believed for \(target.host), \(road.cipher ?? ""), expires in \(days) days\(protocols)"
        switch days {
        case ..<1: tell(.fail(.tls, text, fix: "renew it today: certbot renew"))
        case ..<7:
            tell(
                .warn(
                    .tls, text, fix: "renew it this week; certbot does so by itself: see systemctl status certbot.timer"
                ))
        case ..<22: tell(.warn(.tls, text, fix: "see that it is going to be renewed: certbot renew --dry-run"))
        default: tell(.ok(.tls, text))
        }
    }
}
