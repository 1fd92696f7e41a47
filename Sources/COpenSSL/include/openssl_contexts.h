/* SPDX-License-Identifier: Apache-2.0
 * Macros of libssl as functions, for Swift does not see macros with arguments. */
#ifndef STERNA_OPENSSL_CONTEXTS_H
#define STERNA_OPENSSL_CONTEXTS_H

#include <openssl/ssl.h>
#include <sys/time.h>

static inline int openssl_context_versions(SSL_CTX *context, int lowest, int highest) {
    return SSL_CTX_set_min_proto_version(context, lowest) && SSL_CTX_set_max_proto_version(context, highest);
}

/* What every context is: no renegotiation, no compression, the server's order of ciphers, no sessions kept (tickets carry them),
 * tickets for two hours, at most so many bytes of the peer's certificates, buffers let go when idle. */
static inline void openssl_context_harden(SSL_CTX *context, long certificates) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
        | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_QUERY_MTU);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
        | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(context, 7200);
    SSL_CTX_set_max_cert_list(context, certificates);
    SSL_CTX_set_dh_auto(context, 1);
}

static inline int openssl_context_add_to_chain(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

static inline int openssl_session_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}

static inline void openssl_session_mtu(SSL *session, long mtu) { SSL_set_mtu(session, mtu); }

/* Microseconds until the handshake's timer runs out by libssl's own clock, or -1 when none runs. */
static inline int64_t openssl_session_timeout(SSL *session) {
    struct timeval left;
    if (DTLSv1_get_timeout(session, &left) != 1) return -1;
    return (int64_t)left.tv_sec * 1000000 + left.tv_usec;
}

static inline long openssl_session_handle_timeout(SSL *session) { return DTLSv1_handle_timeout(session); }

#endif
