/* SPDX-License-Identifier: BSD-2-Clause */
/* The key of a client credential and its certificate: PEM -> libcrypto. */
#ifndef MB_LIB_KEYPAIR_H
#define MB_LIB_KEYPAIR_H

#include <openssl/evp.h>
#include <stdint.h>

#include "lib/credential.h"

/* What is wrong with key, certificate and algorithm as a set, in words that
 * follow the member's name; NULL: nothing.  *member names it. */
const char *mb_keypair_trouble(const struct mb_credential *c,
			       const char **member);

/* The private key; NULL: it cannot be read.  The caller frees it. */
EVP_PKEY *mb_keypair_key(const struct mb_credential *c);

/* The algorithm to sign with, a key that fits given. */
enum mb_key_alg mb_keypair_algorithm(const struct mb_credential *c,
				     const EVP_PKEY *key);

/* SHA-256 of the certificate's DER (RFC 7515 section 4.1.8).  0 or -1. */
int mb_keypair_thumbprint(const struct mb_credential *c,
			  unsigned char md[32]);

/* When the certificate begins and ends to be valid, Unix seconds.  0, or -1:
 * there is none, or it cannot be read. */
int mb_keypair_validity(const struct mb_secret *certificate, int64_t *from,
			int64_t *until);

/* Is it inside its time?  0, or -1: MB_E_SECRET_EXPIRED or MB_E_SECRET_WRONG. */
int mb_keypair_check_time(const struct mb_credential *c, int64_t now,
			  struct mb_err *e);

#endif
