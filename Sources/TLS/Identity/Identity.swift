// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// Who a server is: a certificate, its issuers, and the private key. Immutable, so threads may share it.
@safe package final class Identity: Sendable {
    /// What the certificates say, the server's own first.
    package let certificates: [Certificate]
    package let certificatePath: String

    let handles: [CertificateHandle]
    // Safe: set once, freed in `deinit`; a key is not changed after it was read, and counts its users atomically.
    nonisolated(unsafe) let key: OpaquePointer

    /// The server's own certificate.
    package var certificate: Certificate { certificates[0] }

    /// Reads the PEM files that `cert` and `pkey` name; both may be one file.
    ///
    /// - Parameters:
    ///   - password: What opens an encrypted key (`pkey-pwd`).
    ///   - issuers: The file of those who issued the certificate, where its own lacks them (`CA-file`).
    package convenience init(
        certificate: String, key: String, password: String? = nil, issuers: String? = nil
    ) throws(IdentityProblem) {
        var chain: PEMFile?
        if let issuers { chain = try PEMFile(reading: issuers) }
        try self.init(
            certificate: PEMFile(reading: certificate), key: PEMFile(reading: key), password: password, issuers: chain)
    }

    init(
        certificate: PEMFile, key file: PEMFile, password: String?, issuers: PEMFile? = nil
    ) throws(IdentityProblem) {
        let own = try certificate.certificates()
        handles = try issuers.map { file throws(IdentityProblem) in try own.completed(from: file) } ?? own
        unsafe key = try file.privateKey(password: password)
        certificates = handles.map { $0.facts() }
        certificatePath = certificate.path
        ErrorQueue.clear()
        // Safe: all handles and the key are this object's own.
        let fits = handles.map { unsafe X509_check_private_key($0.pointer, self.key) == 1 }
        ErrorQueue.clear()
        guard let owned = fits.firstIndex(of: true) else {
            throw .mismatch(certificate: certificate.path, key: file.path)
        }
        guard owned == 0 else { throw .leafNotFirst(path: certificate.path, number: owned + 1) }
    }

    deinit {
        // Safe: the reference is this object's own.
        unsafe EVP_PKEY_free(key)
    }
}

extension PEMFile {
    /// All certificates of the file, in its order; at least one.
    func certificates() throws(IdentityProblem) -> [CertificateHandle] {
        var handles: [CertificateHandle] = []
        ErrorQueue.clear()
        let failure: UInt? = unsafe MemoryBIO.reading(bytes) { bio in
            // Safe: each certificate that is read is owned by its handle at once.
            while let certificate = unsafe PEM_read_bio_X509(bio, nil, nil, nil) {
                unsafe handles.append(CertificateHandle(certificate))
            }
            return ErrorQueue.drain()
        }
        let code = failure ?? 0
        // Safe: pure arithmetic on the code.
        guard ERR_GET_LIB(code) == ERR_LIB_PEM, ERR_GET_REASON(code) == PEM_R_NO_START_LINE else {
            throw .damagedCertificate(path: path, number: handles.count + 1, reason: ErrorQueue.text(code))
        }
        guard !handles.isEmpty else {
            throw .noCertificate(path: path, holdsKey: contains("PRIVATE KEY-----"))
        }
        return handles
    }

    /// The first private key of the file; the caller owns it.
    fileprivate func privateKey(password: String?) throws(IdentityProblem) -> OpaquePointer {
        ErrorQueue.clear()
        let key: OpaquePointer? = unsafe MemoryBIO.reading(bytes) { bio in
            guard let password else {
                // Without an answer of our own libcrypto would ask the terminal.
                return unsafe PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in 0 }, nil)
            }
            // Safe: libcrypto copies the terminated password while it reads and writes nothing to it.
            return unsafe password.withCString {
                unsafe PEM_read_bio_PrivateKey(bio, nil, nil, UnsafeMutableRawPointer(mutating: $0))
            }
        }
        let code = ErrorQueue.drain()
        if let key = unsafe key { return unsafe key }
        guard contains("PRIVATE KEY-----") else {
            throw .noKey(path: path, holdsCertificate: contains("BEGIN CERTIFICATE-----"))
        }
        if contains("ENCRYPTED") {
            throw password == nil ? .passwordNeeded(path: path) : .passwordWrong(path: path)
        }
        throw .damagedKey(path: path, reason: ErrorQueue.text(code))
    }
}
