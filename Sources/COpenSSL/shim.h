/* SPDX-License-Identifier: Apache-2.0
 * The headers of the system library that the module map shows to Swift. */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
