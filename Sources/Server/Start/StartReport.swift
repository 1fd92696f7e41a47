// SPDX-License-Identifier: Apache-2.0

internal import Addresses
package import Configuration
package import Engine
internal import TLS
package import Wire

/// Whether this host can serve what the settings say, found out without serving anybody.
package struct StartReport: Sendable {
    /// How much something stands in the way.
    package enum Weight: Hashable, Sendable {
        /// Nothing is served before the file or the host is mended.
        case obstacle
        /// A port that is needed is somebody's: the file is right, and the host is not ready.
        case held(BindFailure)
        /// It is served, and something about it is not as its author may expect.
        case remark
    }

    package struct Finding: Sendable {
        package let weight: Weight
        /// The setting that it is about.
        package let key: String
        /// Where among the values of that setting, counted from nought; nil for the last.
        package let index: Int?
        /// What is wrong and what would be right.
        package let explanation: String
    }

    package private(set) var findings: [Finding] = []
    /// The addresses of STUN and TURN where the host has none of them yet: nobody is served before it has one.
    package internal(set) var awaited: [IPAddress] = []

    /// Looks at everything that a start looks at.
    ///
    /// - Parameter isCoturn: Whether the settings were written for coturn, so that what it does otherwise is told too.
    package init(_ settings: Settings, writtenForCoturn isCoturn: Bool = false) {
        let contexts = readCertificate(settings)
        findUser(settings)
        let host = (try? Host.ownAddresses()) ?? HostAddresses()
        findAddresses(settings, host)
        findPorts(settings, contexts)
        findDirectory(settings)
        findFolders(settings)
        findNames(settings)
        if isCoturn, let notice = settings.privatePeerNotice(on: host) {
            add(.remark, "allowed-peer-ip", notice)
        }
    }

    mutating func add(_ weight: Weight, _ key: String, number index: Int? = nil, _ explanation: String) {
        findings.append(Finding(weight: weight, key: key, index: index, explanation: explanation))
    }

    /// The certificate and its key: read, of each other, in date, and good for libssl.
    private mutating func readCertificate(_ settings: Settings) -> RelayContexts {
        guard settings.certificate != nil else { return RelayContexts() }
        let now = Moment.read().time
        do throws(ServiceFailure) {
            guard let certificate = try ServerCertificate(settings, now: now) else { return RelayContexts() }
            for notice in certificate.notices(now: now) { add(.remark, "cert", notice) }
            if settings.webTLSPort != nil { _ = try certificate.webContext() }
            return try certificate.relayContexts()
        } catch {
            if let absence = error.certificateAbsence, settings.webTLSPort == nil {
                add(.remark, "cert", absence)
            } else {
                add(.obstacle, Self.key(of: error), error.description)
            }
            return RelayContexts()
        }
    }

    private static func key(of failure: ServiceFailure) -> String {
        switch failure {
        case .identity(.noIssuer): "CA-file"
        case .identity(.mismatch), .identity(.noKey), .identity(.damagedKey): "pkey"
        case .identity(.passwordNeeded), .identity(.passwordWrong): "pkey-pwd"
        case .context(.unknownCiphers): "cipher-list"
        default: "cert"
        }
    }

    private mutating func findUser(_ settings: Settings) {
        // Whoever is not root stays who it is.
        guard Privileges.isRoot else { return }
        do throws(Privileges.Failure) {
            try Privileges.find(user: settings.processUser, group: settings.processGroup)
        } catch {
            add(.obstacle, settings.processUser == nil ? "proc-group" : "proc-user", "\(error)")
        }
    }

    private mutating func findDirectory(_ settings: Settings) {
        let realm = settings.realmOrDefault
        if let path = settings.userDatabase {
            if let trouble = CoturnDatabase(at: path).trouble(realm: realm) { add(.remark, "userdb", trouble) }
        } else if let notice = CoturnDatabase.forgotten(realm: realm) {
            add(.remark, "userdb", notice)
        }
    }
}

extension StartReport {
    /// What was found beside ports that are held, as the file's author is told it.
    package func problems(in verdict: Verdict, file: String?) -> [Problem] {
        findings.compactMap { finding in
            let places = verdict.origins[finding.key] ?? []
            let place =
                finding.index.flatMap { places.indices.contains($0) ? places[$0] : nil } ?? places.last
                ?? .configuration(file: file)
            switch finding.weight {
            case .remark: return .warning(finding.explanation, at: place)
            case .obstacle: return .error(finding.explanation, at: place)
            case .held: return nil
            }
        }
    }

    /// Whether nothing would be served whatever the ports.
    package var isObstructed: Bool { findings.contains { $0.weight == .obstacle } }

    /// The ports that others hold.
    package var held: [BindFailure] {
        findings.compactMap { if case .held(let failure) = $0.weight { failure } else { nil } }
    }
}
