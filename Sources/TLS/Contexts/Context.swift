// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// What all sessions of one kind have in common: identity or trust, versions, ciphers, ALPN.
///
/// Threads share a context. It is complete when `init` returns and nothing changes it afterwards; libssl counts its
/// references atomically and locks what it keeps in it. A new certificate is a new context, for new handshakes: running
/// sessions keep theirs.
@safe package final class Context: Sendable {
    /// What carries the records: a byte stream (TLS) or datagrams (DTLS).
    package enum Carrier: Hashable, Sendable { case stream, datagrams }

    package let carrier: Carrier
    /// Who the server is; nil in a client's context.
    package let identity: Identity?

    // Safe: configured before `init` returns, freed in `deinit`; libssl allows concurrent SSL_new.
    nonisolated(unsafe) let pointer: OpaquePointer
    private let protocols: ProtocolList

    /// How a server speaks.
    package struct Options: Hashable, Sendable {
        /// ALPN names that are answered, the preferred first. A client that offers others only is refused with
        /// `no_application_protocol`; one that offers nothing is let in (RFC 7301 §3.2, RFC 7443).
        package var protocols: [String] = []
        /// False leaves TLS 1.3 alone (`no-tlsv1_2`). DTLS is always 1.2: libssl 3.0 has no other.
        package var allowsTLS12 = true
        /// OpenSSL's list for TLS 1.2 and DTLS 1.2 (`cipher-list`).
        package var ciphers: String?

        package init() {}
    }

    /// Ephemeral ECDH with an AEAD. The DHE suites of RFC 8489 §6.2.3 are there for who names them: RFC 9325 §4.1 advises
    /// against them, and each costs the server fifty times an ECDHE handshake.
    private static let ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"

    /// A server's context.
    package init(serving identity: Identity, over carrier: Carrier, _ options: Options = Options())
        throws(ContextProblem)
    {
        self.carrier = carrier
        self.identity = identity
        protocols = try ProtocolList(options.protocols)
        // Safe: the context owns what libssl made; a throw frees it in `deinit`.
        unsafe pointer = try Self.make(unsafe carrier == .stream ? TLS_server_method() : DTLS_server_method())
        try restrict(allowsTLS12: options.allowsTLS12, ciphers: options.ciphers)
        try present(identity)
        if !options.protocols.isEmpty { unsafe openssl_choose_protocol_from(pointer, protocols.list) }
        if carrier == .datagrams { unsafe openssl_trust_cookies(pointer) }
    }

    /// A client's context: servers are believed when an authority vouches for the name that was asked for.
    ///
    /// - Parameter onlyJudges: Sessions go on with servers that are not believed, and tell why: see `Session.distrust`.
    package init(
        trusting trust: Trust, over carrier: Carrier, protocols names: [String] = [], onlyJudges: Bool = false
    ) throws(ContextProblem) {
        self.carrier = carrier
        identity = nil
        protocols = try ProtocolList(names)
        // Safe: the context owns what libssl made; a throw frees it in `deinit`.
        unsafe pointer = try Self.make(unsafe carrier == .stream ? TLS_client_method() : DTLS_client_method())
        try restrict(allowsTLS12: true, ciphers: nil)
        try believe(trust)
        // Safe: the context is not shared yet. A chain is still judged; what came of it does not end the handshake.
        if onlyJudges { unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_NONE, nil) }
        if !names.isEmpty {
            let list = unsafe protocols.list.pointee
            // Safe: libssl copies the names. It answers 0 when it succeeds.
            guard unsafe SSL_CTX_set_alpn_protos(pointer, list.names, list.count) == 0 else {
                throw .libraryFailed(reason: ErrorQueue.reason())
            }
        }
    }

    deinit {
        // Safe: the reference is this object's own; sessions have theirs, and hold the context for the ALPN names.
        unsafe SSL_CTX_free(pointer)
    }

    private static func make(_ method: OpaquePointer?) throws(ContextProblem) -> OpaquePointer {
        ErrorQueue.clear()
        // Safe: the method is a constant of libssl.
        guard let context = unsafe SSL_CTX_new(method) else { throw .libraryFailed(reason: ErrorQueue.reason()) }
        return unsafe context
    }

    private func restrict(allowsTLS12: Bool, ciphers: String?) throws(ContextProblem) {
        ErrorQueue.clear()
        let lowest = carrier == .datagrams ? DTLS1_2_VERSION : allowsTLS12 ? TLS1_2_VERSION : TLS1_3_VERSION
        // Safe: all of it configures a context that nobody else has seen yet.
        guard unsafe openssl_context_versions(pointer, lowest, 0) == 1 else {
            throw .libraryFailed(reason: ErrorQueue.reason())
        }
        let list = ciphers ?? Self.ciphers
        guard unsafe SSL_CTX_set_cipher_list(pointer, list) == 1 else {
            ErrorQueue.clear()
            throw .unknownCiphers(list)
        }
        // A server asks for no certificates; a client takes the longest chains that are seen.
        unsafe openssl_context_harden(pointer, identity == nil ? 65_536 : 4096)
    }

    private func present(_ identity: Identity) throws(ContextProblem) {
        ErrorQueue.clear()
        // Safe: the context takes references of its own to the certificates and the key.
        var accepted = unsafe SSL_CTX_use_certificate(pointer, identity.handles[0].pointer) == 1
        for issuer in identity.handles.dropFirst() where accepted {
            accepted = unsafe openssl_context_add_to_chain(pointer, issuer.pointer) == 1
        }
        accepted = unsafe accepted && SSL_CTX_use_PrivateKey(pointer, identity.key) == 1
        guard accepted else {
            throw .identityRefused(path: identity.certificatePath, reason: ErrorQueue.reason())
        }
    }

    private func believe(_ trust: Trust) throws(ContextProblem) {
        ErrorQueue.clear()
        // Safe: the context is not shared yet; the path is a terminated string for the length of the call.
        switch trust {
        case .system:
            guard unsafe SSL_CTX_set_default_verify_paths(pointer) == 1 else {
                throw .libraryFailed(reason: ErrorQueue.reason())
            }
        case .authorities(let path):
            guard unsafe SSL_CTX_load_verify_file(pointer, path) == 1 else {
                ErrorQueue.clear()
                throw .noAuthorities(path: path)
            }
        }
        unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
    }
}

/// Whose word for a server's name is taken.
package enum Trust: Hashable, Sendable {
    /// The authorities that the operating system trusts.
    case system
    /// Those in a PEM file, and no others.
    case authorities(path: String)
}
