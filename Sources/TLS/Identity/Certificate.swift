// SPDX-License-Identifier: Apache-2.0

package import Wire

/// What a certificate says (RFC 5280), for people and for checks.
package struct Certificate: Hashable, Sendable {
    /// The distinguished names in the notation of RFC 4514.
    package let subject: String
    package let issuer: String
    /// The DNS names it is good for, wildcards as written (RFC 6125).
    package let names: [String]
    package let addresses: [IPAddress]
    package let notBefore: UnixTime
    package let notAfter: UnixTime
    /// As in `EC 256` or `RSA 2048`.
    package let key: String
    /// Whether it is signed by its own key.
    package let isSelfSigned: Bool
    /// SHA-256 of its DER form: what browsers show as its fingerprint.
    package let fingerprint: [UInt8]

    /// Whether a client that asked for `host`, a name or an address, takes this certificate (RFC 6125 §6.4).
    package func isGood(for host: String) -> Bool {
        if let address = IPAddress(host) { return addresses.contains(address) }
        let host = host.lowercasedASCII
        return names.contains { name in
            let name = name.lowercasedASCII
            guard name.hasPrefix("*.") else { return name == host }
            // A wildcard stands for exactly one label, the leftmost.
            guard let dot = host.firstIndex(of: "."), dot > host.startIndex else { return false }
            return name.dropFirst() == host[dot...]
        }
    }
}

extension Certificate {
    /// Something that is right to say aloud about a certificate that works, or soon will not.
    package enum Concern: Hashable, Sendable, CustomStringConvertible {
        case expired(UnixTime)
        case notYetValid(UnixTime)
        case expiresSoon(days: Int)
        case namesNobody

        package var description: String {
            switch self {
            case .expired(let time): "expired at \(time); clients refuse it until it is renewed"
            case .notYetValid(let time): "is good only from \(time); check the clock of this machine"
            case .expiresSoon(let days): "expires in \(days) day\(days == 1 ? "" : "s"); renew it"
            case .namesNobody: "names no host (no subjectAltName); clients refuse it"
            }
        }
    }

    /// What to say about the certificate now, the gravest first; the days are warned about from 21 on.
    package func concerns(at time: UnixTime) -> [Concern] {
        var concerns: [Concern] = []
        if time >= notAfter {
            concerns.append(.expired(notAfter))
        } else if time < notBefore {
            concerns.append(.notYetValid(notBefore))
        } else if (notAfter - time) < .seconds(22 * 86_400) {
            concerns.append(.expiresSoon(days: Int((notAfter - time).components.seconds / 86_400)))
        }
        if names.isEmpty, addresses.isEmpty { concerns.append(.namesNobody) }
        return concerns
    }
}
