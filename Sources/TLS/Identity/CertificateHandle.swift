// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Wire

/// One reference to a certificate of libcrypto.
///
/// Certificates count their references atomically and nothing here changes one, so threads may share them.
@safe final class CertificateHandle: Sendable {
    // Safe: set once, freed in `deinit`, and libcrypto only reads what it points to.
    nonisolated(unsafe) let pointer: OpaquePointer

    /// Takes over the reference.
    init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }

    deinit {
        // Safe: the reference is this object's own.
        unsafe X509_free(pointer)
    }

    /// What the certificate says.
    func facts() -> Certificate {
        let (names, addresses) = alternativeNames()
        return Certificate(
            // Safe: the names and times belong to the certificate, which lives as long as this object.
            subject: unsafe Self.text(of: X509_get_subject_name(pointer)),
            issuer: unsafe Self.text(of: X509_get_issuer_name(pointer)),
            names: names, addresses: addresses,
            notBefore: unsafe Self.time(X509_get0_notBefore(pointer)),
            notAfter: unsafe Self.time(X509_get0_notAfter(pointer)),
            key: keyDescription(),
            isSelfSigned: unsafe X509_self_signed(pointer, 0) == 1,
            fingerprint: fingerprint())
    }

    private func alternativeNames() -> ([String], [IPAddress]) {
        // Safe: the stack is a copy that is freed on the way out; each name is copied with the count it came with.
        guard let stack = unsafe openssl_alternative_names(pointer) else { return ([], []) }
        defer { unsafe openssl_names_free(stack) }
        var names: [String] = []
        var addresses: [IPAddress] = []
        let count = unsafe openssl_names_count(stack)
        for index in 0..<count {
            var length: Int32 = 0
            if let bytes = unsafe openssl_name_bytes(stack, index, GEN_DNS, &length) {
                let name = unsafe UnsafeBufferPointer(start: bytes, count: Int(length))
                unsafe names.append(String(decoding: name, as: UTF8.self))
            } else if let bytes = unsafe openssl_name_bytes(stack, index, GEN_IPADD, &length) {
                let address = unsafe Array(UnsafeBufferPointer(start: bytes, count: Int(length)))
                if address.count == 4, let bits: UInt32 = address.span.integer(at: 0) { addresses.append(.v4(bits)) }
                if address.count == 16, let bits: UInt128 = address.span.integer(at: 0) { addresses.append(.v6(bits)) }
            }
        }
        return (names, addresses)
    }

    private func keyDescription() -> String {
        // Safe: the key belongs to the certificate; its type's name is a constant of libcrypto.
        guard let key = unsafe X509_get0_pubkey(pointer), let name = unsafe EVP_PKEY_get0_type_name(key) else {
            return "unknown key"
        }
        return unsafe "\(String(cString: name)) \(EVP_PKEY_get_bits(key))"
    }

    private func fingerprint() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        // Safe: the buffer has room for the longest digest.
        guard unsafe X509_digest(pointer, EVP_sha256(), &digest, &count) == 1 else { return [] }
        return Array(digest.prefix(Int(count)))
    }

    /// The name in the notation of RFC 4514, with letters beyond ASCII as they are.
    private static func text(of name: OpaquePointer?) -> String {
        // Safe: the name belongs to a live certificate.
        let text = unsafe MemoryBIO.written { bio in unsafe openssl_name_print(bio, name) >= 0 }
        return String(decoding: text ?? [], as: UTF8.self)
    }

    private static func time(_ time: UnsafePointer<ASN1_TIME>?) -> UnixTime {
        var days: Int32 = 0
        var seconds: Int32 = 0
        // Safe: the epoch is made and freed here; the other time belongs to a live certificate.
        let epoch = unsafe ASN1_TIME_set(nil, 0)
        defer { unsafe ASN1_TIME_free(epoch) }
        guard unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return UnixTime(seconds: 0) }
        return UnixTime(seconds: Int64(days) * 86_400 + Int64(seconds))
    }
}
