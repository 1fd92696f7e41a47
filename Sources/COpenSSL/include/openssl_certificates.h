/* SPDX-License-Identifier: Apache-2.0
 * Reading and making certificates, where libcrypto has macros and stacks that Swift does not see. */
#ifndef STERNA_OPENSSL_CERTIFICATES_H
#define STERNA_OPENSSL_CERTIFICATES_H

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdint.h>

static inline int openssl_names_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }

/* The bytes of the name at `index` when it is of the type, GEN_DNS or GEN_IPADD; else NULL. */
static inline const unsigned char *openssl_name_bytes(const GENERAL_NAMES *names, int index, int type, int *count) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
    if (name == NULL || name->type != type) return NULL;
    const ASN1_STRING *text = type == GEN_DNS ? (const ASN1_STRING *)name->d.dNSName
                                              : (const ASN1_STRING *)name->d.iPAddress;
    *count = ASN1_STRING_length(text);
    return ASN1_STRING_get0_data(text);
}

static inline GENERAL_NAMES *openssl_alternative_names(const X509 *certificate) {
    return (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}

static inline void openssl_names_free(GENERAL_NAMES *names) { GENERAL_NAMES_free(names); }

/* Writes a distinguished name as RFC 4514 does, letters beyond ASCII as they are. */
static inline int openssl_name_print(BIO *bio, const X509_NAME *name) {
    return X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
}

EVP_PKEY *openssl_make_p256_key(void);

/* Writes names, times (seconds since 1970), a random serial number and the key into an empty certificate; 1 when all went well. */
int openssl_certificate_fill(X509 *certificate, X509 *issuer, EVP_PKEY *key, const char *name, int64_t from, int64_t to);

/* Adds an extension in the syntax of x509v3_config(5); 1 when it went well. */
int openssl_certificate_extend(X509 *certificate, X509 *issuer, int identifier, const char *value);

#endif
