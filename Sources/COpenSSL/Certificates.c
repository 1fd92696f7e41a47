/* SPDX-License-Identifier: Apache-2.0 */
#include "COpenSSL.h"

#include <openssl/ec.h>
#include <string.h>

EVP_PKEY *openssl_make_p256_key(void) { return EVP_EC_gen("P-256"); }

int openssl_certificate_fill(X509 *certificate, X509 *issuer, EVP_PKEY *key, const char *name, int64_t from, int64_t to) {
    unsigned char serial[16];
    X509_NAME *subject = X509_get_subject_name(certificate);
    if (RAND_bytes(serial, sizeof serial) != 1) return 0;
    /* Positive, and of full length (RFC 5280 4.1.2.2). */
    serial[0] = (serial[0] & 0x7F) | 0x40;
    BIGNUM *number = BN_bin2bn(serial, sizeof serial, NULL);
    int done = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    /* A common name has 64 characters at most; the names that count are in the extension. */
    size_t count = strlen(name);
    return done && X509_set_version(certificate, X509_VERSION_3)
        && X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name,
                                      count > 64 ? 64 : (int)count, -1, 0)
        && ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)from) != NULL
        && ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)to) != NULL
        && X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) && X509_set_pubkey(certificate, key);
}

int openssl_certificate_extend(X509 *certificate, X509 *issuer, int identifier, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, identifier, value);
    if (extension == NULL) return 0;
    int done = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return done;
}
