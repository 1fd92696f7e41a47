/* SPDX-License-Identifier: Apache-2.0
 * What Swift sees of libssl and libcrypto: their headers, their macros as functions, and the BIO over borrowed memory. */
#ifndef STERNA_COPENSSL_H
#define STERNA_COPENSSL_H

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "openssl_certificates.h"
#include "openssl_contexts.h"
#include "openssl_wire.h"

#endif
