/* SPDX-License-Identifier: Apache-2.0 */
#include "COpenSSL.h"

#include <string.h>

static BIO_METHOD *method;
static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;

static int wire_read(BIO *bio, char *bytes, size_t count, size_t *done) {
    struct openssl_wire *wire = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (wire->input_count == 0) {
        /* No more for now; the end of the stream is the socket's business. */
        BIO_set_retry_read(bio);
        return 0;
    }
    size_t taken = wire->input_count < count ? wire->input_count : count;
    memcpy(bytes, wire->input, taken);
    /* What is left of a datagram that did not fit is lost, as with a socket. */
    size_t passed = wire->keeps_boundaries ? wire->input_count : taken;
    wire->input += passed;
    wire->input_count -= passed;
    *done = taken;
    return 1;
}

static int wire_write(BIO *bio, const char *bytes, size_t count, size_t *done) {
    struct openssl_wire *wire = BIO_get_data(bio);
    size_t room = wire->output_capacity - wire->output_count;
    BIO_clear_retry_flags(bio);
    if (wire->keeps_boundaries) {
        *done = count;
        /* A datagram without room is a lost datagram: the peer's timer or ours asks again. */
        if (count > room || wire->datagrams == OPENSSL_WIRE_DATAGRAMS) return 1;
    } else {
        *done = count < room ? count : room;
        if (*done == 0) {
            BIO_set_retry_write(bio);
            return 0;
        }
    }
    memcpy(wire->output + wire->output_count, bytes, *done);
    wire->output_count += *done;
    if (wire->keeps_boundaries) wire->ends[wire->datagrams++] = (uint32_t)wire->output_count;
    return 1;
}

static long wire_control(BIO *bio, int command, long number, void *pointer) {
    struct openssl_wire *wire = BIO_get_data(bio);
    (void)number;
    (void)pointer;
    switch (command) {
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DUP:
        return 1;
    case BIO_CTRL_PENDING:
        return (long)wire->input_count;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
        return (long)wire->mtu;
    default:
        return 0;
    }
}

static int wire_destroy(BIO *bio) {
    OPENSSL_free(BIO_get_data(bio));
    BIO_set_data(bio, NULL);
    return 1;
}

static void make_method(void) {
    BIO_METHOD *made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "borrowed memory");
    if (made == NULL) return;
    if (BIO_meth_set_read_ex(made, wire_read) && BIO_meth_set_write_ex(made, wire_write)
        && BIO_meth_set_ctrl(made, wire_control) && BIO_meth_set_destroy(made, wire_destroy))
        method = made;
    else
        BIO_meth_free(made);
}

static void watch(int sent, int version, int type, const void *bytes, size_t count, SSL *session, void *pointer) {
    struct openssl_wire *wire = pointer;
    const uint8_t *message = bytes;
    (void)version;
    (void)session;
    if (type == SSL3_RT_HANDSHAKE && !sent && count > 0 && message[0] == SSL3_MT_KEY_UPDATE) {
        wire->key_updates++;
        if (wire->key_updates > wire->key_update_limit) wire->input_count = 0;
    }
    if (type == SSL3_RT_ALERT && count == 2) {
        if (sent) wire->alert_sent = message[1];
        else wire->alert_received = message[1];
    }
}

struct openssl_wire *openssl_wire_attach(SSL *session, uint32_t mtu) {
    if (!CRYPTO_THREAD_run_once(&once, make_method) || method == NULL) return NULL;
    BIO *bio = BIO_new(method);
    struct openssl_wire *wire = OPENSSL_zalloc(sizeof *wire);
    if (bio == NULL || wire == NULL) {
        BIO_free(bio);
        OPENSSL_free(wire);
        return NULL;
    }
    wire->keeps_boundaries = mtu != 0;
    wire->mtu = mtu;
    wire->alert_received = wire->alert_sent = -1;
    BIO_set_data(bio, wire);
    BIO_set_init(bio, 1);
    SSL_set_bio(session, bio, bio);
    SSL_set_msg_callback(session, watch);
    SSL_set_msg_callback_arg(session, wire);
    return wire;
}

static int choose_protocol(SSL *session, const unsigned char **chosen, unsigned char *length,
                           const unsigned char *offered, unsigned int count, void *pointer) {
    const struct openssl_protocols *own = pointer;
    (void)session;
    unsigned char *name = NULL;
    int found = SSL_select_next_proto(&name, length, own->names, own->count, offered, count);
    if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = name;
    return SSL_TLSEXT_ERR_OK;
}

void openssl_choose_protocol_from(SSL_CTX *context, struct openssl_protocols *protocols) {
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, protocols);
}

static int trust_cookie(SSL *session, const unsigned char *cookie, unsigned int count) {
    (void)session;
    (void)cookie;
    (void)count;
    return 1;
}

void openssl_trust_cookies(SSL_CTX *context) { SSL_CTX_set_cookie_verify_cb(context, trust_cookie); }
