// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a certificate or key, told to the person who installed it.
///
/// The description is the whole message: which file, what is wrong, what would be right.
package enum IdentityProblem: Error, Hashable, CustomStringConvertible {
    /// The system does not let this process read the file; `closed` is the directory or file that is in the way.
    case unreadable(path: String, reason: String, closed: String, user: String)
    case noCertificate(path: String, holdsKey: Bool)
    case damagedCertificate(path: String, number: Int, reason: String)
    case noKey(path: String, holdsCertificate: Bool)
    case damagedKey(path: String, reason: String)
    case passwordNeeded(path: String)
    case passwordWrong(path: String)
    case mismatch(certificate: String, key: String)
    /// The key belongs to another certificate of the file than the first; counted from one.
    case leafNotFirst(path: String, number: Int)
    /// The file of issuers has none of the certificate's.
    case noIssuer(path: String)

    /// Whether a file is not there, or not for this process to read, so that the certificate may still come.
    package var isAbsence: Bool { if case .unreadable = self { true } else { false } }

    package var description: String {
        switch self {
        case .unreadable(let path, let reason, let closed, let user):
            "cannot read “\(path)” as \(user): \(reason)"
                + (closed == path ? "" : " in “\(closed)”") + "; \(Self.remedy(path: path, reason: reason))"
        case .noCertificate(let path, holdsKey: true):
            "“\(path)” holds a private key and no certificate; are cert and pkey exchanged?"
        case .noCertificate(let path, holdsKey: false):
            "“\(path)” holds no certificate; a PEM file that begins with -----BEGIN CERTIFICATE----- is needed"
        case .damagedCertificate(let path, let number, let reason):
            "certificate \(number) in “\(path)” is damaged (\(reason)); copy the file again from where it was issued"
        case .noKey(let path, holdsCertificate: true):
            "“\(path)” holds a certificate and no private key; pkey names the file with -----BEGIN PRIVATE KEY-----"
        case .noKey(let path, holdsCertificate: false):
            "“\(path)” holds no private key; a PEM file with -----BEGIN PRIVATE KEY----- is needed"
        case .damagedKey(let path, let reason):
            "the private key in “\(path)” is damaged (\(reason)); copy the file again from where it was made"
        case .passwordNeeded(let path):
            "the private key in “\(path)” is encrypted; set pkey-pwd, or decrypt it with openssl pkey -in FILE -out FILE"
        case .passwordWrong(let path):
            "pkey-pwd does not open the private key in “\(path)”; correct it, or decrypt the key with openssl pkey"
        case .mismatch(let certificate, let key):
            "the key in “\(key)” does not belong to the certificate in “\(certificate)”; both must be from one issue"
        case .leafNotFirst(let path, let number):
            "the key belongs to certificate \(number) in “\(path)”; the server's own must stand first, then its issuers"
        case .noIssuer(let path):
            "“\(path)” (CA-file) holds no issuer of the certificate that cert names; client certificates are not asked for, "
                + "so name the file with the chain of cert, or remove the line"
        }
    }

    private static func remedy(path: String, reason: String) -> String {
        switch reason {
        case "No such file or directory": "correct the path, or have the certificate issued"
        case "Is a directory": "name a file in it; certbot's are called fullchain.pem and privkey.pem"
        case "Permission denied": "let that user read it (its group, mode 0640), and enter the directories above it"
        default: "put a readable PEM file there"
        }
    }
}
