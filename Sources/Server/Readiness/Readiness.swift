// SPDX-License-Identifier: Apache-2.0

internal import TLS
internal import Wire

/// Whether calls can be made right now, asked of everything that they need.
final class Readiness {
    /// The certificate that new handshakes are shown; nil where there is none.
    var certificate: () -> Certificate? = { nil }

    private let relay: RelayCheck?
    private let records: Records

    /// - Parameter relay: Nil where no relay is served, so that none is missed.
    init(relay: RelayCheck?, records: Records) { (self.relay, self.records) = (relay, records) }

    /// Answers with what is wrong, in sentences; with nothing when calls can be made.
    func ask(now: Moment, _ answer: @escaping (_ reasons: [String]) -> Void) {
        var reasons = certificate().map { Self.faults(of: $0, now: now.time) } ?? []
        if let concern = records.concern(now: now.instant) { reasons.append(concern) }
        guard let relay else { return answer(reasons) }
        relay.ask { [reasons] failure in
            answer(reasons + (failure.map { ["The relay does not work: \($0)."] } ?? []))
        }
    }

    /// Why clients refuse the certificate today; that it runs out soon is no such reason.
    static func faults(of certificate: Certificate, now: UnixTime) -> [String] {
        certificate.concerns(at: now).compactMap { concern in
            switch concern {
            case .expired, .notYetValid: "The certificate \(concern)."
            case .expiresSoon, .namesNobody: nil
            }
        }
    }
}
