// SPDX-License-Identifier: Apache-2.0

package import Wire

/// A certificate authority of the operator's own, for machines that no public authority knows: a laptop, a home network.
///
/// It lives in a directory: `authority.pem` is what people trust, `cert.pem` and `key.pem` are what the server shows.
/// Clients that do not trust it refuse the server, as they should; ``advice`` says how to trust it.
package struct Authority: Sendable {
    package let directory: String

    /// What the directory holds afterwards.
    package enum Preparation: Hashable, Sendable {
        /// The certificate was there, is good for all names and will be for a while.
        case kept
        /// The certificate is new, the authority the old one: who trusts it need do nothing.
        case renewed
        /// The authority is new, and nobody trusts it yet.
        case founded
    }

    /// How long the authority and a certificate are good for; browsers refuse certificates of more than 398 days.
    static let lifetime: Duration = .seconds(3650 * 86_400)
    static let certificateLifetime: Duration = .seconds(90 * 86_400)
    /// A certificate with less than this left is renewed.
    static let reserve: Duration = .seconds(30 * 86_400)

    package init(directory: String) { self.directory = directory }

    package var authorityPath: String { "\(directory)/authority.pem" }
    package var certificatePath: String { "\(directory)/cert.pem" }
    package var keyPath: String { "\(directory)/key.pem" }
    private var authorityKeyPath: String { "\(directory)/authority.key" }

    /// Makes what is missing, runs out, or does not name all of `hosts`: DNS names and addresses of this machine.
    ///
    /// `localhost`, 127.0.0.1 and ::1 are always named.
    package func prepare(for hosts: [String], now: UnixTime) throws(AuthorityProblem) -> Preparation {
        let names =
            ["localhost", "127.0.0.1", "::1"] + hosts.filter { !["localhost", "127.0.0.1", "::1"].contains($0) }
        let existing = try? Identity(certificate: authorityPath, key: authorityKeyPath)
        if let existing, existing.certificate.notAfter - now > Self.certificateLifetime {
            if isGood(for: names, under: existing, now: now) { return .kept }
            try issue(for: names, by: existing, now: now)
            return .renewed
        }
        try Folder.make(directory)
        let draft = Draft(
            name: "Sterna on \(hosts.first ?? "localhost")", from: now, for: Self.lifetime, isAuthority: true)
        let (certificate, key) = try Draft.sign(draft, by: nil)
        try Folder.write(key, to: authorityKeyPath, mode: 0o600)
        try Folder.write(certificate, to: authorityPath, mode: 0o644)
        do {
            let founded = try Identity(certificate: authorityPath, key: authorityKeyPath)
            try issue(for: names, by: founded, now: now)
        } catch let problem as IdentityProblem {
            throw .unreadable(problem)
        } catch let problem as AuthorityProblem {
            throw problem
        } catch {
            throw .libraryFailed(reason: "\(error)")
        }
        return .founded
    }

    /// How a person makes devices believe the authority, a line each.
    package var advice: [String] {
        [
            "Devices believe this server once they trust its authority, \(authorityPath):",
            "Debian and Ubuntu: cp \(authorityPath) /usr/local/share/ca-certificates/sterna.crt && update-ca-certificates",
            "Chromium: Settings, Privacy and security, Security, Manage certificates, Authorities, Import",
            "Firefox: Settings, Privacy & Security, View Certificates, Authorities, Import",
            "Android: Settings, Security, Install a certificate, CA certificate",
            "iPhone: open the file, install the profile, then Settings, General, About, Certificate Trust Settings",
        ]
    }

    private func isGood(for names: [String], under authority: Identity, now: UnixTime) -> Bool {
        guard let identity = try? Identity(certificate: certificatePath, key: keyPath) else { return false }
        let certificate = identity.certificate
        return certificate.issuer == authority.certificate.subject
            && identity.certificates.last?.fingerprint == authority.certificate.fingerprint
            && certificate.notAfter - now > Self.reserve && certificate.notBefore <= now
            && names.allSatisfy(certificate.isGood(for:))
    }

    private func issue(for names: [String], by authority: Identity, now: UnixTime) throws(AuthorityProblem) {
        let draft = Draft(
            name: names.count > 3 ? names[3] : names[0], from: now, for: Self.certificateLifetime, hosts: names)
        let (certificate, key) = try Draft.sign(draft, by: authority)
        // The key first: a certificate without its key would stop the next start, an unused key does not.
        try Folder.write(key, to: keyPath, mode: 0o600)
        try Folder.write(certificate, to: certificatePath, mode: 0o644)
    }
}

/// Why there is no authority, told to the operator.
package enum AuthorityProblem: Error, Hashable, CustomStringConvertible {
    case unwritable(path: String, reason: String)
    case unreadable(IdentityProblem)
    /// A host's name cannot stand in a certificate.
    case badName(String)
    case libraryFailed(reason: String)

    package var description: String {
        switch self {
        case .unwritable(let path, let reason):
            "cannot write “\(path)”: \(reason); let this user write there, or set cert and pkey"
        case .unreadable(let problem): problem.description
        case .badName(let name):
            "“\(name)” cannot be named in a certificate: letters, digits, hyphens and dots are needed"
        case .libraryFailed(let reason): "libcrypto makes no certificate: \(reason)"
        }
    }
}
