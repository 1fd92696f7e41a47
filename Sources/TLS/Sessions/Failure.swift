// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// Why a session broke off. All of it is the peer's doing, to be counted and not to be trusted.
package enum Failure: Error, Hashable, Sendable {
    /// What came is no TLS at all.
    case notTLS
    /// The peer speaks only versions that are not spoken here (RFC 8996), or the other way round.
    case version
    case noCommonCipher
    /// ALPN names were offered and none of them is served (RFC 7301 §3.2).
    case noCommonProtocol
    /// The peer broke off with this alert (RFC 8446 §6).
    case alert(UInt8)
    /// A record failed its authentication, or a signature its check.
    case forged
    /// The server's certificate is not believed, with libssl's reason.
    case untrusted(String)
    /// The client asked for a second handshake in the session, which is never granted.
    case renegotiation
    /// The peer changes keys far more often than its data could need (RFC 8446 §4.6.3).
    case keyUpdates
    /// The handshake holds more bytes, or a longer message, than any honest one.
    case handshakeTooLong
    /// Anything else that breaks the protocol, in libssl's words.
    case malformed(String)
}

extension Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notTLS: "no TLS"
        case .version: "no common version"
        case .noCommonCipher: "no common cipher"
        case .noCommonProtocol: "no common ALPN protocol"
        case .alert(let code): "alert \(code): \(Self.name(ofAlert: code))"
        case .forged: "forged or damaged record"
        case .untrusted(let reason): "certificate not trusted: \(reason)"
        case .renegotiation: "renegotiation"
        case .keyUpdates: "too many key updates"
        case .handshakeTooLong: "handshake too long"
        case .malformed(let reason): "malformed: \(reason)"
        }
    }

    private static func name(ofAlert code: UInt8) -> String {
        // Safe: the text is a constant of libssl.
        unsafe String(cString: SSL_alert_desc_string_long(Int32(code)))
    }

    /// What the first entry of the error queue means.
    init(code: UInt, alertReceived: Int32) {
        let reason = ERR_GET_REASON(code)
        self =
            switch (ERR_GET_LIB(code), reason) {
            case (ERR_LIB_SSL, SSL_AD_REASON_OFFSET...): .alert(UInt8(truncatingIfNeeded: alertReceived))
            case (ERR_LIB_SSL, SSL_R_HTTP_REQUEST), (ERR_LIB_SSL, SSL_R_HTTPS_PROXY_REQUEST): .notTLS
            case (ERR_LIB_SSL, SSL_R_WRONG_VERSION_NUMBER): .notTLS
            case (ERR_LIB_SSL, SSL_R_UNSUPPORTED_PROTOCOL), (ERR_LIB_SSL, SSL_R_VERSION_TOO_LOW): .version
            case (ERR_LIB_SSL, SSL_R_NO_SHARED_CIPHER): .noCommonCipher
            case (ERR_LIB_SSL, SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM): .noCommonCipher
            case (ERR_LIB_SSL, SSL_R_NO_SUITABLE_KEY_SHARE): .noCommonCipher
            case (ERR_LIB_SSL, SSL_R_NO_APPLICATION_PROTOCOL): .noCommonProtocol
            case (ERR_LIB_SSL, SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC), (ERR_LIB_SSL, SSL_R_BAD_SIGNATURE): .forged
            case (ERR_LIB_SSL, SSL_R_EXCESSIVE_MESSAGE_SIZE): .handshakeTooLong
            default: .malformed(ErrorQueue.text(code))
            }
    }
}
