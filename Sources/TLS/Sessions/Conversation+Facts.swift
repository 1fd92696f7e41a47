// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Wire

extension Conversation {
    /// Whether the handshake is over and data can pass.
    var isComplete: Bool { unsafe SSL_is_init_finished(session) == 1 }

    /// Whether handshake records of the peer can still be unencrypted: until TLS 1.2 is agreed on, or 1.3 is complete.
    var canBePlain: Bool { unsafe SSL_in_before(session) == 1 || SSL_version(session) != TLS1_2_VERSION }

    /// Bytes written in this loan.
    var written: Int { unsafe wire.pointee.output_count }

    /// Decrypted bytes that were not asked for yet.
    var pending: Int { unsafe Int(SSL_pending(session)) }

    /// The ALPN name that both agreed on.
    var negotiatedProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        // Safe: the name is the session's and is copied before anything else happens to it.
        unsafe SSL_get0_alpn_selected(session, &name, &count)
        guard let name = unsafe name, count > 0 else { return nil }
        return unsafe String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    /// The version and the cipher, as in `TLSv1.3 TLS_AES_256_GCM_SHA384`.
    var description: String {
        // Safe: both names are constants of libssl.
        let version = unsafe String(cString: SSL_get_version(session))
        return unsafe "\(version) \(String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(session))))"
    }

    /// Bytes of nonce and tag in a record of DTLS 1.2 (RFC 5288 §3, RFC 6655 §3, RFC 7905 §2): what an empty one has.
    var shortestRecord: Int {
        // Safe: the name is a constant of libssl.
        let cipher = unsafe String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(session)))
        return cipher.contains("CHACHA20") || cipher.hasSuffix("CCM8") ? 16 : RecordLimits.protectedRecord
    }

    /// The peer's own certificate, when it has shown one.
    var peerCertificate: Certificate? {
        // Safe: the reference is the handle's from here on.
        guard let certificate = unsafe SSL_get1_peer_certificate(session) else { return nil }
        return unsafe CertificateHandle(certificate).facts()
    }

    /// Why the peer's certificate is not to be believed, in libcrypto's words; nil where it is.
    var distrust: String? {
        let verdict = unsafe SSL_get_verify_result(session)
        // Safe: the text is a constant of libcrypto.
        return verdict == Int(X509_V_OK) ? nil : unsafe String(cString: X509_verify_cert_error_string(verdict))
    }

    /// Whether the peer asked for a renegotiation and was told no.
    var refusedRenegotiation: Bool { unsafe wire.pointee.alert_sent == SSL_AD_NO_RENEGOTIATION }

    /// Whether the peer has changed keys more often than it may.
    var hasTooManyKeyUpdates: Bool { unsafe wire.pointee.key_updates > wire.pointee.key_update_limit }

    /// How often the peer may have changed keys by now.
    mutating func limitKeyUpdates(to limit: UInt32) { unsafe wire.pointee.key_update_limit = limit }

    /// Asks for the server `host`, a name or an address, and believes no other (RFC 6125).
    mutating func expect(_ host: String) -> Bool {
        ErrorQueue.clear()
        defer { ErrorQueue.clear() }
        // Safe: libssl copies the terminated text.
        if IPAddress(host) != nil {
            return unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) == 1
        }
        return unsafe openssl_session_name(session, host) == 1 && SSL_set1_host(session, host) == 1
    }
}
