/* SPDX-License-Identifier: Apache-2.0
 * A BIO between a TLS session and memory that its caller lends for the length of one call. */
#ifndef STERNA_OPENSSL_WIRE_H
#define STERNA_OPENSSL_WIRE_H

#include <openssl/ssl.h>
#include <stddef.h>
#include <stdint.h>

/* Datagrams that one call may send: a flight of a long certificate chain, and as many again for a retransmission. */
#define OPENSSL_WIRE_DATAGRAMS 32

/* Both ends of the BIO, and what was seen pass. Freed with the session. */
struct openssl_wire {
    /* What the session reads. */
    const uint8_t *input;
    size_t input_count;
    /* Where the session writes. */
    uint8_t *output;
    size_t output_capacity;
    size_t output_count;
    /* Datagrams only: where each one ends in the output. */
    uint32_t ends[OPENSSL_WIRE_DATAGRAMS];
    uint32_t datagrams;
    uint32_t mtu;
    int keeps_boundaries;
    /* KeyUpdate messages that the peer has sent (RFC 8446 4.6.3); past the limit no input is read. */
    uint32_t key_updates;
    uint32_t key_update_limit;
    /* The last alert of the peer and of this side, or -1 (RFC 8446 6). */
    int alert_received;
    int alert_sent;
};

/* Gives the session its wire; NULL when memory is short. A mtu of 0 makes a stream, another one datagrams of at most so many bytes. */
struct openssl_wire *openssl_wire_attach(SSL *session, uint32_t mtu);

/* Answers an ALPN offer from a server's list of length-prefixed names, in the server's order, or refuses it (RFC 7301 3.2). */
struct openssl_protocols {
    const uint8_t *names;
    unsigned int count;
};
void openssl_choose_protocol_from(SSL_CTX *context, struct openssl_protocols *protocols);

/* Takes every DTLS cookie for good: only for sessions that are made after the cookie was verified. */
void openssl_trust_cookies(SSL_CTX *context);

#endif
