// SPDX-License-Identifier: Apache-2.0

internal import TLS
internal import Wire

/// Whether calls can be made right now, asked of everything that they need.
final class Readiness {
    /// The certificate that new handshakes are shown; nil where there is none.
    var certificate: () -> Certificate? = { nil }

    private let relay: RelayCheck?
    private let records: Records
    private let memory: MemoryBudget

    /// - Parameter relay: Nil where no relay is served, so that none is missed.
    init(relay: RelayCheck?, records: Records, memory: MemoryBudget) {
        (self.relay, self.records, self.memory) = (relay, records, memory)
    }

    /// Answers with what is wrong, in sentences; with nothing when calls can be made.
    func ask(now: Moment, _ answer: @escaping (_ reasons: [String]) -> Void) {
        var reasons = certificate().map { Self.faults(of: $0, now: now.time) } ?? []
        if let concern = records.concern(now: now.instant) { reasons.append(concern) }
        if memory.isShort {
            reasons.append(
                "The memory is nearly used up (memory-limit, \(memory.limit >> 20) MiB): nothing new begins until others end."
            )
        }
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
