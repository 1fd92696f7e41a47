// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Wire

/// A certificate to be (RFC 5280).
struct Draft {
    var name: String
    var from: UnixTime
    var lifetime: Duration
    /// DNS names and addresses.
    var hosts: [String] = []
    var isAuthority = false

    init(name: String, from: UnixTime, for lifetime: Duration, hosts: [String] = [], isAuthority: Bool = false) {
        (self.name, self.from, self.lifetime) = (name, from, lifetime)
        (self.hosts, self.isAuthority) = (hosts, isAuthority)
    }

    /// Makes a P-256 key and the certificate for it; without an issuer it signs itself.
    ///
    /// - Returns: Both as PEM, the certificate with its issuer's behind it.
    static func sign(
        _ draft: Draft, by issuer: Identity?
    ) throws(AuthorityProblem) -> (certificate: [UInt8], key: [UInt8]) {
        let extensions = try draft.extensions(isSelfSigned: issuer == nil)
        ErrorQueue.clear()
        // Safe: the key and the certificate are this function's own and freed on the way out.
        guard let key = unsafe openssl_make_p256_key(), let certificate = unsafe X509_new() else {
            throw .libraryFailed(reason: ErrorQueue.reason())
        }
        defer {
            unsafe EVP_PKEY_free(key)
            unsafe X509_free(certificate)
        }
        let issuing = unsafe issuer?.handles[0].pointer ?? certificate
        // A day is given to clocks that are behind.
        let done =
            unsafe openssl_certificate_fill(
                certificate, issuing, key, draft.name, draft.from.seconds - 86_400,
                draft.from.seconds + draft.lifetime.components.seconds) == 1
            && extensions.allSatisfy { unsafe openssl_certificate_extend(certificate, issuing, $0.0, $0.1) == 1 }
            && X509_sign(certificate, issuer?.key ?? key, EVP_sha256()) > 0
        let written = unsafe MemoryBIO.written { bio in
            unsafe PEM_write_bio_X509(bio, certificate) == 1
                && (issuer == nil || PEM_write_bio_X509(bio, issuing) == 1)
        }
        let secret = unsafe MemoryBIO.written { bio in
            unsafe PEM_write_bio_PKCS8PrivateKey(bio, key, nil, nil, 0, nil, nil) == 1
        }
        guard done, let written, let secret else { throw .libraryFailed(reason: ErrorQueue.reason()) }
        return (written, secret)
    }

    private func extensions(isSelfSigned: Bool) throws(AuthorityProblem) -> [(Int32, String)] {
        var list: [(Int32, String)] = [(NID_subject_key_identifier, "hash")]
        if !isSelfSigned { list.append((NID_authority_key_identifier, "keyid")) }
        if isAuthority {
            list.append((NID_basic_constraints, "critical,CA:TRUE,pathlen:0"))
            list.append((NID_key_usage, "critical,keyCertSign,cRLSign"))
        } else {
            list.append((NID_basic_constraints, "critical,CA:FALSE"))
            list.append((NID_key_usage, "critical,digitalSignature"))
            list.append((NID_ext_key_usage, "serverAuth"))
        }
        if !hosts.isEmpty {
            var names: [String] = []
            for host in hosts { names.append(try Self.alternativeName(host)) }
            list.append((NID_subject_alt_name, names.joined(separator: ",")))
        }
        return list
    }

    /// The host as libcrypto's extension syntax writes it. A comma or a colon in a name would say something else.
    private static func alternativeName(_ host: String) throws(AuthorityProblem) -> String {
        if let address = IPAddress(host) { return "IP:\(address)" }
        let isName = host.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E: true
            default: false
            }
        }
        guard isName, (1...253).contains(host.utf8.count) else { throw .badName(host) }
        return "DNS:\(host)"
    }
}
