// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

extension [CertificateHandle] {
    /// The chain with the issuers that it lacks, taken from a file that has them among others.
    ///
    /// Roots are left out: clients have them. A file that issued nothing here was meant for something else.
    func completed(from file: PEMFile) throws(IdentityProblem) -> Self {
        let candidates = try file.certificates()
        var chain = self
        var isRelated = false
        while let last = chain.last {
            if candidates.contains(where: { $0.equals(last) }) { isRelated = true }
            guard !last.issued(last), let issuer = candidates.first(where: { $0.issued(last) && !chain.has($0) }) else {
                break
            }
            isRelated = true
            if issuer.issued(issuer) { break }
            chain.append(issuer)
        }
        guard isRelated else { throw .noIssuer(path: file.path) }
        return chain
    }

    private func has(_ certificate: CertificateHandle) -> Bool { contains { $0.equals(certificate) } }
}

extension CertificateHandle {
    /// Whether this one's key signed another, whose issuer it names.
    fileprivate func issued(_ other: CertificateHandle) -> Bool {
        defer { ErrorQueue.clear() }
        // Safe: both belong to live handles, and the key to this one's certificate; libcrypto only reads them.
        return unsafe X509_check_issued(pointer, other.pointer) == X509_V_OK
            && X509_verify(other.pointer, X509_get0_pubkey(pointer)) == 1
    }

    fileprivate func equals(_ other: CertificateHandle) -> Bool {
        // Safe: both belong to live handles, and libcrypto only reads them.
        unsafe X509_cmp(pointer, other.pointer) == 0
    }
}
